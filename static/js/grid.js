// A table of inputs that moves and pastes like a spreadsheet. Saving is the form's own button.
const grid = document.querySelector("[data-grid]");
const toast = document.getElementById("toast");
const rows = () => [...grid.tBodies[0].rows];
const inputsOf = (row) => [...row.querySelectorAll("[data-cell]")];
const place = (input) => {
  const row = input.closest("tr");
  return [rows().indexOf(row), inputsOf(row).indexOf(input)];
};
const at = (r, c) => rows()[r] && inputsOf(rows()[r])[c];
const before = new WeakMap();
let undo = [];

function tell(text, undoable) {
  toast.firstElementChild.textContent = text;
  toast.querySelector("button").hidden = !undoable;
  toast.showPopover();
}

// A number outside its limits is marked, and the form refuses to send it.
function fits(input) {
  const { low, high } = input.dataset;
  const number = Number(input.value.trim().replace(",", "."));
  return low === undefined || input.value.trim() === "" || (number >= +low && number <= +high);
}
function judge(input) {
  if (input.dataset.low === undefined) return;
  input.setAttribute("aria-invalid", String(!fits(input)));
  document.getElementById(`${input.id}-error`)?.toggleAttribute("hidden", fits(input));
}

grid?.addEventListener("focusin", ({ target }) => {
  if (!target.matches("[data-cell]")) return;
  before.set(target, target.value);
  if (target.matches("input")) target.select();
});
grid?.addEventListener("change", ({ target }) => judge(target));

grid?.addEventListener("keydown", (event) => {
  const input = event.target.closest("[data-cell]");
  if (!input || event.isComposing) return;
  if (event.key === "Escape" && before.has(input)) {
    input.value = before.get(input);
    judge(input);
    return;
  }
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || (input.matches("select") && event.key !== "Enter")) return;
  event.preventDefault();
  const [r, c] = place(input);
  at(r + step, c)?.focus();
});

function choose(input, text) {
  if (!input.matches("select")) { input.value = text; return true; }
  const wanted = text.toLowerCase();
  const option = [...input.options].find((o) => o.value === wanted || o.text.trim().toLowerCase() === wanted);
  if (option) input.value = option.value;
  return Boolean(option);
}

grid?.addEventListener("paste", (event) => {
  const input = event.target.closest("[data-cell]");
  const text = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
  if (!input || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const [r0, c0] = place(input);
  undo = [];
  let left = 0;
  text.split("\n").forEach((line, i) => line.split("\t").forEach((value, j) => {
    const target = at(r0 + i, c0 + j);
    const old = target?.value;
    if (!target || !choose(target, value.trim())) { left += 1; return; }
    undo.push([target, old]);
    judge(target);
  }));
  const { pasted, left: words } = toast.dataset;
  tell(pasted.replace("#", undo.length) + (left ? ` ${words.replace("#", left)}` : ""), true);
});

toast?.querySelector("button").addEventListener("click", () => {
  for (const [input, old] of undo) { input.value = old; judge(input); }
  toast.hidePopover();
  undo[0]?.[0].focus();
});

// Filled in place: the way back leads out of the table, not into a form that was sent.
grid?.closest("form")?.addEventListener("submit", (event) => {
  const { name, value } = event.submitter ?? {};
  if (name !== "fill" || !(value in toast.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const of = (row, kind) => row.querySelector(`select[name^='${kind}-']`);
  const wanted = value === "present" ? rows() : rows().filter((row) => of(row, "presence").value !== "absent");
  const empty = wanted.map((row) => of(row, value === "present" ? "presence" : "outcome")).filter((cell) => !cell.value);
  undo = empty.map((cell) => [cell, ""]);
  for (const cell of empty) cell.value = value;
  tell(toast.dataset[value].replace("#", undo.length), true);
}, { capture: true });

grid?.closest("form")?.addEventListener("submit", (event) => {
  const wrong = rows().flatMap(inputsOf).filter((input) => !fits(input));
  if (!wrong.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell(`${toast.dataset.refused ?? ""} ${wrong.map((i) => i.getAttribute("aria-label")).join(", ")}`, false);
  wrong[0].focus();
}, { capture: true });

// Leaving with marks that were not sent asks first; so does a page that came back unsaved.
const sheet = grid?.closest("form");
let sent = false;
function isChanged(cell) {
  if (!cell.matches("select")) return cell.value !== cell.defaultValue;
  const drawn = [...cell.options].find((option) => option.defaultSelected) ?? cell.options[0];
  return cell.value !== drawn.value;
}
sheet?.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = true; });
addEventListener("pageshow", () => { sent = false; });
addEventListener("beforeunload", (event) => {
  if (!sheet || sent) return;
  if ("unsaved" in grid.dataset || rows().flatMap(inputsOf).some(isChanged)) event.preventDefault();
});
