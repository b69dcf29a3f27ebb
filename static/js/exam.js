// The exam page: saves each answer as it is given, keeps what could not be saved on this device,
// shows the time that the server says is left. Without this file every button saves by itself.
const $ = (id) => document.getElementById(id);
const form = $("sitting"), timer = $("timer");
const say = (text, urgent) => {
  const region = $(urgent ? "alert" : "live");
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
};
const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; } },
  write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full: the queue in memory stays */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* as above */ } },
};
if (timer) sit(timer.dataset.code);
else if ($("ended")) for (const part of ["queue", "seq"]) store.drop(`exam-${part}:${$("ended").dataset.code}`);

function sit(code) {
  const base = `/exams/attempts/${code}`, QUEUE = `exam-queue:${code}`, SEQ = `exam-seq:${code}`;
  const state = $("save"), words = $("save-text"), saving = form?.dataset.position;
  const show = (kind, text) => {
    if (kind === "off" && state.dataset.state !== "off") say(text, true);
    state.dataset.state = kind;
    words.textContent = text;
  };

  // Time: by the server's word and this page's own steady counter; a clock that jumps changes nothing.
  let end = performance.now() + 1000 * timer.dataset.left, last = Infinity;
  const left = () => Math.max(0, (end - performance.now()) / 1000);
  const told = (minutes) => (minutes > 1 ? timer.dataset.half.replace("#", minutes) : timer.dataset.one);
  const tick = () => {
    const seconds = Math.floor(left()), hours = Math.floor(seconds / 3600);
    const rest = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
    $("clock").textContent = (hours ? `${hours}:` : "") + rest.join(":");
    timer.classList.toggle("low", seconds <= 300);
    for (const mark of [30, 15, 5, 1]) {
      if (last > 60 * mark && seconds <= 60 * mark && last !== Infinity) say(told(mark), mark <= 5);
    }
    last = seconds;
    if (!seconds) over();
  };
  setInterval(tick, 1000);
  tick();
  const hide = (on) => {
    timer.toggleAttribute("data-hidden", on);
    $("hide").setAttribute("aria-pressed", on);
  };
  hide(store.read("exam-timer").hidden === true);
  $("hide").onclick = () => {
    hide(!timer.hasAttribute("data-hidden"));
    store.write("exam-timer", { hidden: timer.hasAttribute("data-hidden") });
  };
  let asked = false;
  async function over() {
    if (asked) return;
    asked = true;
    await push();
    setTimeout(() => location.assign(base), 12000);
  }
  async function look() {
    try {
      const answer = await fetch(`${base}/state`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const now = await answer.json();
      if (now.state !== "open" || now.paused) {
        if (now.paused) await push();
        location.assign(base + (saving ? `?n=${saving}` : ""));
        return;
      }
      if (Math.abs(now.left - left()) > 1.5) {
        end = performance.now() + 1000 * now.left;
        last = Infinity;
        asked = asked && !now.left;
        tick();
      }
      $("ends").textContent = now.ends;
    } catch { /* no connection: the counter goes on */ }
  }
  setInterval(look, 4000);

  // What is not saved yet: one entry for each place, in this browser's store.
  let busy = null, delay = 1000, retry;
  const queue = () => Object.values(store.read(QUEUE));
  function keep(entry) {
    const all = store.read(QUEUE);
    all[entry.position] = entry;
    store.write(QUEUE, all);
    store.write(SEQ, { ...store.read(SEQ), [entry.position]: entry.seq });
  }
  function done(sent, answer) {
    const all = store.read(QUEUE);
    for (const entry of sent) {
      const gone = answer === null || answer.saved.includes(entry.position) || entry.position in answer.stale;
      if (gone && all[entry.position]?.seq === entry.seq) delete all[entry.position];
    }
    store.write(QUEUE, all);
    if (answer === null) return;
    if (answer.saved.some((place) => String(place) !== saving)) remark();
    if (saving && answer.flaws[saving] && !all[saving]) tell(...answer.flaws[saving]);
    for (const [position, seq] of Object.entries(answer.stale)) {
      store.write(SEQ, { ...store.read(SEQ), [position]: seq });
      if (position === saving) { say(state.dataset.elsewhere, true); setTimeout(() => location.reload(), 1500); }
    }
  }
  // What an earlier page left has arrived: the marks of its places are made anew.
  async function remark() {
    try {
      const answer = await fetch(location.href), made = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = document.querySelector("[data-marks]"), fresh = made.querySelector("[data-marks]");
      if (!fresh || shown.contains(document.activeElement)) return;
      shown.replaceWith(fresh);
      if (saving) mark();
    } catch { /* no connection: the next page shows them */ }
  }
  function push(always = false) {
    busy ??= send(always).finally(() => { busy = null; });
    return busy;
  }
  async function send(always) {
    clearTimeout(retry);
    for (let sent = queue(); sent.length || always; sent = queue(), always = false) {
      if (sent.length) show(state.dataset.state === "off" ? "off" : "busy", state.dataset.state === "off" ? words.textContent : state.dataset.saving);
      let answer;
      try {
        answer = await fetch(`${base}/answers`, {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.querySelector("[name=csrf_token]").value },
          body: JSON.stringify({ answers: sent.slice(0, 100) }),
          signal: AbortSignal.timeout(8000),
        });
        if (answer.status >= 500) throw new Error(answer.status);
      } catch { return sent.length ? later() : false; }
      if (!answer.ok) return refused(sent, await answer.json().catch(() => ({})));
      const found = await answer.json();
      done(sent.slice(0, 100), found);
      end = performance.now() + 1000 * found.left;
      delay = 1000;
      if (sent.length) show("ok", state.dataset.saved.replace("#", found.at));
    }
    return true;
  }
  function later() {
    show("off", state.dataset.off);
    retry = setTimeout(push, delay);
    delay = Math.min(2 * delay, 15000);
    return false;
  }
  function refused(sent, problem) {
    if (problem.code === "attempt_paused") { retry = setTimeout(push, 3000); show("off", state.dataset.off); return false; }
    if (["attempt_ended", "time_over"].includes(problem.code)) { done(sent, null); setTimeout(() => location.assign(base), 3000); }
    show("off", state.dataset.lost.replace("#", problem.detail ?? ""));
    return false;
  }
  addEventListener("online", () => push());
  setInterval(() => push(true), 30000);
  addEventListener("beforeunload", (event) => { if (queue().length) event.preventDefault(); });
  if (!saving) {
    $("hand-in")?.addEventListener("submit", async (event) => {
      if (!queue().length) return;
      event.preventDefault();
      if (await push()) event.target.submit();
      else say(state.dataset.wait, true);
    });
    push();
    return;
  }

  // The answer of this page.
  const kind = form.dataset.kind, position = Number(saving), flag = $("flag"), hint = $("flaw"), opened = performance.now();
  const controls = [...form.querySelectorAll("[name=answer], [name^=p]:is(select)")];
  const boxes = controls.filter((one) => ["radio", "checkbox"].includes(one.type));
  const places = controls.filter((one) => one.tagName === "SELECT");
  function response() {
    if (["text", "number", "essay"].includes(kind)) return controls[0].value;
    if (kind === "order") return places.map((one) => one.value); // "" keeps a gap where it is
    if (places.length) return Object.fromEntries(places.filter((one) => one.value).map((one) => [one.name, one.value]));
    return boxes.filter((one) => one.checked).map((one) => one.value);
  }
  function restore(kept) {
    const given = kept.response;
    if (["text", "number", "essay"].includes(kind)) controls[0].value = given;
    else if (kind === "order") places.forEach((one, at) => { one.value = given[at] ?? ""; });
    else if (places.length) places.forEach((one) => { one.value = given[one.name] ?? ""; });
    else boxes.forEach((one) => { one.checked = given.includes(one.value); });
    raise(kept.flag);
  }
  function raise(on) {
    flag.setAttribute("aria-pressed", on);
    flag.querySelector("span").textContent = on ? flag.querySelector("span").dataset.on : flag.querySelector("span").dataset.off;
    form.elements.flagged.value = on ? "1" : "0";
    mark();
  }
  const isFlagged = () => flag.getAttribute("aria-pressed") === "true";
  // What the server finds wrong with the answer that it keeps: in a word, and in a sentence.
  function tell(word, text) {
    if (text && hint.hidden) say(text);
    hint.dataset.word = word;
    hint.querySelector("span").textContent = text;
    hint.hidden = !text;
    if (kind === "number") controls[0].setAttribute("aria-invalid", hint.hidden ? "false" : "true");
    mark();
  }
  function mark() {
    const here = document.querySelector(".places [aria-current]"), text = $("mark-words").dataset, given = response();
    const begun = Array.isArray(given) ? given.some(Boolean) : typeof given === "string" ? given.trim() !== "" : Object.keys(given).length > 0;
    const flaw = begun && (places.some((one) => !one.value) ? text.incomplete : hint.dataset.word), answered = begun && !flaw;
    here.classList.toggle("answered", answered);
    here.classList.toggle("flagged", isFlagged());
    here.querySelector("[data-words]").textContent = `, ${flaw || (answered ? text.answered : text.open)}${isFlagged() ? `, ${text.flagged}` : ""}`;
    here.querySelector("[data-dots]").textContent = flaw ? "…" : "";
    $("answered").textContent = $("answered").dataset.text.replace("#", document.querySelectorAll(".places .answered").length);
    for (const area of document.querySelectorAll("[data-option]")) {
      area.classList.toggle("chosen", boxes.some((one) => one.checked && one.value === area.dataset.option));
    }
  }
  function note() {
    const seq = Math.max(Number(form.dataset.seq), store.read(SEQ)[position] ?? 0) + 1;
    form.dataset.seq = seq;
    form.elements.seq.value = seq;
    keep({ position, seq, response: response(), flag: isFlagged(), seconds: Math.round((performance.now() - opened) / 1000), at: new Date().toISOString() });
    mark();
    push();
  }
  let typing;
  form.addEventListener("change", (event) => {
    if (!controls.includes(event.target)) return;
    const limit = form.querySelector("[data-most]")?.dataset, most = Number(limit?.most ?? 0);
    if (event.target.type === "checkbox" && event.target.checked && most && boxes.filter((one) => one.checked).length > most) {
      event.target.checked = false;
      hint.querySelector("span").textContent = limit.over;
      hint.hidden = false;
      say(limit.over, true);
      return;
    }
    if (limit && !hint.dataset.word) hint.hidden = true;
    clearTimeout(typing);
    typing = null;
    note();
  });
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text" && event.target.tagName !== "TEXTAREA") return;
    count();
    clearTimeout(typing);
    typing = setTimeout(() => { typing = null; note(); }, 800);
  });
  function count() {
    const shown = form.querySelector("span[data-words]");
    if (shown && kind === "essay") shown.textContent = shown.dataset.words.replace("#", controls[0].value.split(/\s+/).filter(Boolean).length);
  }
  flag.addEventListener("click", (event) => { event.preventDefault(); raise(!isFlagged()); note(); });
  for (const area of document.querySelectorAll("[data-option]")) {
    area.addEventListener("click", () => boxes.find((one) => one.value === area.dataset.option)?.click());
  }

  // Going on waits until the answer is safe; offline one stays here, with everything kept.
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const go = event.submitter?.value ?? "";
    if (typing) { clearTimeout(typing); typing = null; note(); }
    if (!(await push()) && queue().length) { say(state.dataset.wait, true); show("off", state.dataset.wait); return; }
    try {
      await fetch(`${base}/state`, { signal: AbortSignal.timeout(5000) });
    } catch { say(state.dataset.wait, true); show("off", state.dataset.wait); return; }
    location.assign(go === "review" ? `${base}/review` : `${base}?n=${/^\d+$/.test(go) ? go : position}`);
  });

  const keys = $("keys");
  keys.checked = store.read("exam-keys").off !== true;
  keys.onchange = () => store.write("exam-keys", { off: !keys.checked });
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const writes = target.tagName === "TEXTAREA" || target.tagName === "SELECT" || (target.tagName === "INPUT" && !["radio", "checkbox"].includes(target.type));
    if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey || writes || event.key.length !== 1) return;
    const key = event.key.toLowerCase(), at = (/[1-9]/.test(key) ? "123456789" : "abcdefghijklmnopqrstuvwxyz").indexOf(key);
    if (key === "n") $("next").click();
    else if (key === "p") $("previous").click();
    else if (key === "t") say(left() < 60 ? timer.dataset.less : told(Math.floor(left() / 60)));
    else if (key === "f" && boxes.length < 6) flag.click();
    else if (at >= 0 && at < boxes.length) { boxes[at].focus(); boxes[at].click(); }
    else if (key === "f") flag.click();
  });

  const narrow = matchMedia("(max-width: 60rem)"), list = $("places");
  const fold = () => { if (narrow.matches) list.popover = "auto"; else list.removeAttribute("popover"); };
  narrow.addEventListener("change", fold);
  fold();
  const kept = store.read(QUEUE)[position], known = store.read(SEQ)[position] ?? 0;
  if (!kept && known > Number(form.dataset.seq) && history.state?.known !== known) {
    // This page was made before the answer had arrived that the page before it sent: once more.
    history.replaceState({ known }, "");
    location.reload();
    return;
  }
  if (kept && kept.seq > Number(form.dataset.seq)) { form.dataset.seq = kept.seq; restore(kept); }
  mark();
  count();
  push();
}
