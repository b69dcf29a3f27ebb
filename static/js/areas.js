// Areas of a hotspot item are drawn on its picture: pointer or arrow keys write the fields of
// pixels, and typing there redraws the area. Without this file the fields alone do.
const svg = document.getElementById("areas");
const sets = [...document.querySelectorAll("[data-area]")];
const wide = svg?.viewBox.baseVal.width, high = svg?.viewBox.baseVal.height;
const STEP = 5;
const held = { chosen: 0, start: null, from: null };

const field = (set, name) => set.querySelector(`[name=${name}-${set.dataset.area}]`);
const shapeOf = (set) => field(set, "shape").value;
const numbersOf = (set) => (field(set, "area").value.match(/\d+/g) ?? []).map(Number);
const isWhole = (shape, at) => ({ rect: at.length === 4, circle: at.length === 3,
  poly: at.length >= 6 && at.length % 2 === 0 })[shape];
const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));

function element(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function outline(shape, at) {
  if (shape === "rect" && isWhole(shape, at)) {
    return element("rect", { x: Math.min(at[0], at[2]), y: Math.min(at[1], at[3]),
      width: Math.abs(at[2] - at[0]), height: Math.abs(at[3] - at[1]) });
  }
  if (shape === "circle" && isWhole(shape, at)) {
    return element("circle", { cx: at[0], cy: at[1], r: at[2] });
  }
  const points = at.slice(0, at.length - at.length % 2).join(" ");
  return shape === "poly" ? element("polygon", { points }) : null;
}

function draw(set, index) {
  const name = set.querySelector("legend").textContent;
  const shape = shapeOf(set), at = numbersOf(set);
  let group = svg.querySelector(`g[data-index="${index}"]`);
  if (!group) {
    group = element("g", { "data-index": index, role: "button", tabindex: 0 });
    group.addEventListener("focus", () => choose(index));
    group.addEventListener("keydown", (event) => pressed(event, set));
    svg.append(group);
  }
  const drawn = at.length ? outline(shape, at) : null;
  group.replaceChildren(...(drawn ? [drawn, ...tag(at, field(set, "option").value)] : []));
  group.toggleAttribute("hidden", !drawn);
  group.setAttribute("tabindex", drawn ? 0 : -1);
  group.setAttribute("aria-label", `${name}: ${at.join(" ")}`);
  group.setAttribute("aria-pressed", index === held.chosen);
  group.classList.toggle("chosen", index === held.chosen);
}

// The area's own name, as in its legend.
function tag([x, y], id) {
  const at = [Math.max(x, 14), Math.max(y, 14)];
  const text = element("text", { x: at[0], y: at[1] + 5, "text-anchor": "middle" });
  text.textContent = id;
  return [element("circle", { class: "tag", cx: at[0], cy: at[1], r: 13 }), text];
}

function choose(index) {
  if (held.chosen === index) return;
  held.chosen = index;
  sets.forEach(draw);
}

function write(set, at) {
  field(set, "area").value = at.join(" ");
  draw(set, sets.indexOf(set));
}

// A circle is three numbers, of which the last is no place.
function moved(shape, at, dx, dy) {
  const xs = shape === "circle" ? [at[0]] : at.filter((_, n) => n % 2 === 0);
  const ys = shape === "circle" ? [at[1]] : at.filter((_, n) => n % 2);
  const x = Math.round(Math.min(Math.max(dx, -Math.min(...xs)), wide - Math.max(...xs)));
  const y = Math.round(Math.min(Math.max(dy, -Math.min(...ys)), high - Math.max(...ys)));
  return at.map((value, n) => (shape === "circle" && n === 2 ? value : value + (n % 2 ? y : x)));
}

function resized(shape, at, dx, dy) {
  if (shape === "circle") return [at[0], at[1], Math.max(1, at[2] + dx + dy)];
  const last = at.length - 2;
  const least = shape === "rect" ? [at[0] + 1, at[1] + 1] : [0, 0];
  return [...at.slice(0, last), Math.max(least[0], within(at[last] + dx, wide)),
    Math.max(least[1], within(at[last + 1] + dy, high))];
}

function pressed(event, set) {
  const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP],
    ArrowDown: [0, STEP] }[event.key];
  if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const shape = shapeOf(set), at = numbersOf(set);
  if (isWhole(shape, at)) write(set, (event.shiftKey ? resized : moved)(shape, at, ...way));
}

function place(event) {
  const at = new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(svg.getScreenCTM().inverse());
  return [within(at.x, wide), within(at.y, high)];
}

function began(event) {
  if (event.button) return;
  const group = event.target.closest("g[data-index]");
  if (group) choose(Number(group.dataset.index));
  held.start = place(event);
  held.from = group ? numbersOf(sets[held.chosen]) : null;
  svg.setPointerCapture(event.pointerId);
  const set = sets[held.chosen];
  if (!group && set && shapeOf(set) === "poly") write(set, [...numbersOf(set), ...held.start]);
}

function dragged(event) {
  const set = sets[held.chosen];
  if (!held.start || !set) return;
  const [x, y] = place(event), [x0, y0] = held.start, shape = shapeOf(set);
  if (held.from) {
    if (isWhole(shape, held.from)) write(set, moved(shape, held.from, x - x0, y - y0));
  } else if (shape === "rect" && x !== x0 && y !== y0) {
    write(set, [Math.min(x, x0), Math.min(y, y0), Math.max(x, x0), Math.max(y, y0)]);
  } else if (shape === "circle" && (x !== x0 || y !== y0)) {
    write(set, [x0, y0, Math.round(Math.hypot(x - x0, y - y0))]);
  }
}

if (svg) {
  sets.forEach((set, index) => {
    set.addEventListener("focusin", () => choose(index));
    set.addEventListener("input", () => draw(set, index));
  });
  held.chosen = Math.max(0, sets.findIndex((set) => !numbersOf(set).length));
  sets.forEach(draw);
  svg.addEventListener("pointerdown", began);
  svg.addEventListener("pointermove", dragged);
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => { held.start = null; });
  }
}
