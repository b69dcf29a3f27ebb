// Enhancements only: every page works without this file. Hooks are data- attributes.
const root = document.documentElement;
const live = document.getElementById("live");
const say = (text) => { live.textContent = text; };
root.classList.add("js");

document.querySelector("[data-focus]")?.focus();

// A second click sends nothing; the button works again when one comes back to the page.
for (const form of document.querySelectorAll("form[data-submit-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!event.defaultPrevented) form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Filters: the results are filled anew, the panel and the focus stay where they are.
const shown = { request: null, wait: 0 };
async function swap(form) {
  const target = document.getElementById(form.dataset.swap);
  const address = new URL(form.action);
  address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  clearTimeout(shown.wait);
  shown.request?.abort();
  shown.request = new AbortController();
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: shown.request.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(target.id);
    if (!answer.ok || !fresh) throw new Error(answer.status);
    target.replaceWith(fresh);
    history.replaceState(null, "", address);
    say(fresh.querySelector("[role=status]")?.textContent ?? "");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}
for (const form of document.querySelectorAll("form[data-swap]")) {
  form.addEventListener("change", () => swap(form));
  form.addEventListener("submit", (event) => { event.preventDefault(); swap(form); });
  form.querySelector("[type=search]")?.addEventListener("input", () => {
    clearTimeout(shown.wait);
    shown.wait = setTimeout(() => swap(form), 250);
  });
}
for (const control of document.querySelectorAll("form:not([data-swap]) [data-auto-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

// A button that acts on ticked rows says how many there are.
for (const button of document.querySelectorAll("[data-counts]")) {
  const plain = button.textContent;
  const count = () => {
    const ticked = button.form.querySelectorAll(`[name="${button.dataset.counts}"]:checked`).length;
    button.textContent = ticked ? button.dataset.label.replace("#", ticked) : plain;
  };
  button.form.addEventListener("change", count);
  addEventListener("pageshow", count);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.copied);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}

// A file that is dropped on its card is chosen and sent.
for (const card of document.querySelectorAll("[data-drop]")) {
  const input = card.querySelector("[type=file]");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    card.addEventListener(kind, (event) => {
      event.preventDefault();
      card.toggleAttribute("data-over", kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.form.requestSubmit();
    });
  }
}

// A table that need not scroll is no stop for the keyboard.
const measure = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
    if (target.tabIndex) target.removeAttribute("tabindex");
  }
});
for (const box of document.querySelectorAll("[data-scroller]")) measure.observe(box);

// Rows drawn as cards on a phone stay rows of a table for screen readers.
const ROLES = { thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "th[scope=row]": "rowheader", "th[scope=col]": "columnheader" };
for (const table of document.querySelectorAll("[data-roles]")) {
  table.setAttribute("role", "table");
  for (const [part, role] of Object.entries(ROLES)) {
    for (const found of table.querySelectorAll(part)) found.setAttribute("role", role);
  }
}

// A page that watches a job asks again until it is done.
const watch = document.querySelector("[data-reload-after]");
if (watch) setTimeout(() => location.reload(), Number(watch.dataset.reloadAfter) * 1000);
