// A table of inputs that moves and pastes like a spreadsheet. Saving is the form's own button.
const grid = document.querySelector("[data-grid]");
const rows = () => [...grid.tBodies[0].rows];
const inputsOf = (row) => [...row.querySelectorAll("[data-cell]")];
const place = (input) => { const row = input.closest("tr"); return [rows().indexOf(row), inputsOf(row).indexOf(input)]; };
const at = (r, c) => rows()[r] && inputsOf(rows()[r])[c];
const toast = document.getElementById("toast");
let undo = [];

grid?.addEventListener("keydown", (event) => {
  const input = event.target.closest("[data-cell]");
  if (!input) return;
  const [r, c] = place(input);
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" && "defaultValue" in input) { input.value = input.defaultValue; return; }
  if (!step || (input.tagName === "SELECT" && event.key !== "Enter")) return;
  event.preventDefault();
  at(r + step, c)?.focus();
});

function choose(input, value) {
  if (input.tagName !== "SELECT") { input.value = value; return true; }
  const wanted = value.trim().toLowerCase();
  const option = [...input.options].find((o) => o.value === wanted || o.text.trim().toLowerCase() === wanted);
  if (option) input.value = option.value;
  return Boolean(option);
}

grid?.addEventListener("paste", (event) => {
  const input = event.target.closest("[data-cell]");
  const text = event.clipboardData.getData("text");
  if (!input || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const [r0, c0] = place(input);
  undo = [];
  let left = 0;
  text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line, i) => line.split("\t").forEach((value, j) => {
    const target = at(r0 + i, c0 + j);
    const before = target?.value;
    if (target && choose(target, value.trim())) undo.push([target, before]); else left += 1;
  }));
  const words = toast.dataset;
  toast.firstElementChild.textContent = words.pasted.replace("#", undo.length) + (left ? ` ${words.left.replace("#", left)}` : "");
  toast.showPopover();
});

toast?.querySelector("button").addEventListener("click", () => {
  for (const [input, before] of undo) input.value = before;
  toast.hidePopover();
  undo[0]?.[0].focus();
});
