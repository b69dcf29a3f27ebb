// Checks that run inside a page. Each gives a list of flaws in words.
const name = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 110);
const isShown = (e) => e.checkVisibility({ visibilityProperty: true });
const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

// Nothing to scroll sideways, apart from regions that scroll on their own.
const sideways = () => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return over > 0 ? [`scrolls sideways by ${over} at ${innerWidth}`] : [];
};

// Text that a box hides because it is too long for it.
const clipped = () => [...document.querySelectorAll("body *")].filter((e) => {
  const style = getComputedStyle(e);
  const hides = (side) => ["hidden", "clip"].includes(style[`overflow${side}`]);
  return (hides("X") || hides("Y")) && e.textContent.trim() && isShown(e) && style.clipPath === "none"
    && !e.closest("svg, select, .vh, [popover]") && e.clientWidth > 1
    && ((hides("X") && e.scrollWidth > e.clientWidth + 1)
      || (hides("Y") && e.scrollHeight > e.clientHeight + 1));
}).map((e) => `clips ${name(e)}`);

// WCAG 1.4.12. A sheet made by a script is not inline style: the policy lets it pass.
const spaceOut = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};
const spaced = () => {
  spaceOut();
  const flaws = [...sideways(), ...clipped()].map((flaw) => `${flaw} with wide spacing`);
  document.adoptedStyleSheets = [];
  return flaws;
};

// What a first view costs: bytes before compression, requests, elements. Certificates drawn as
// pictures, and the letters that only some people's names need, are content and come on top.
const CONTENT = /\/manage\/designs\/|\/card\.png|\/art\.svg|-(latin-ext|greek|cyrillic|vietnamese)\.woff2/;
const weight = () => {
  const all = [...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource").filter((r) => !CONTENT.test(r.name))];
  const bytes = all.reduce((sum, entry) => sum + entry.decodedBodySize, 0);
  const elements = document.querySelectorAll("*").length;
  return [
    ...(bytes > 180 * 1024 ? [`takes ${Math.round(bytes / 1024)} KB`] : []),
    ...(all.length > 12 ? [`takes ${all.length} requests`] : []),
    ...(elements > 1500 ? [`holds ${elements} elements`] : []),
  ];
};

const skipLinkFirst = () => {
  const first = document.querySelector(FOCUSABLE);
  return first?.matches(".skip[href='#main']") ? [] : [`begins with ${first && name(first)}`];
};

// Each clock time names its zone, also the second one of a span. What is quoted is not our word.
const zones = () => {
  const quoted = [...document.querySelectorAll("[data-quoted]")].map((e) => e.innerText);
  const whole = [...document.querySelectorAll("main, footer")].map((e) => e.innerText).join("\n");
  const text = quoted.filter(Boolean).reduce((left, words) => left.replaceAll(words, ""), whole);
  const times = text.matchAll(/\b\d{1,2}:\d{2}(?:[–-]\d{1,2}:\d{2})?(?!\d)(.{0,8})/g);
  return [...times].filter(([, rest]) => !/^\s(UTC|GMT|[A-Z]{2,5}\b|[+−-]\d)/.test(rest))
    .map(([all]) => `a time without its zone: “${all}”`);
};

// The element with the focus: drawn, ringed, and under nothing.
const focused = () => {
  const e = document.activeElement;
  if (!e || e === document.body) return ["the focus is on the body"];
  const ring = [e, e.closest(".row")].some((o) => o && parseFloat(getComputedStyle(o).outlineWidth) >= 2
    && getComputedStyle(o).outlineStyle !== "none");
  const box = e.getBoundingClientRect();
  const middle = [box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2];
  const top = document.elementFromPoint(...middle);
  const bare = top && (e.contains(top) || top.contains(e) || top.closest("label")?.control === e);
  return [...(ring ? [] : [`no ring around ${name(e)}`]), ...(bare ? [] : [`covered: ${name(e)}`])];
};

// Each invalid field says so, names its error, and is linked from the summary.
const errors = () => {
  const marked = [...document.querySelectorAll("main [aria-invalid=true]")];
  const fields = [...new Set(marked.map((e) => e.closest("fieldset[aria-describedby]") ?? e))];
  const links = [...document.querySelectorAll("#error-summary a")].map((a) => a.hash.slice(1));
  const described = (e) => (e.getAttribute("aria-describedby") ?? "").split(" ")
    .some((id) => id && /^Error:/.test(document.getElementById(id)?.textContent.trim() ?? ""));
  return [
    ...(document.title.startsWith("Error:") ? [] : [`the title is “${document.title}”`]),
    ...(fields.length ? [] : ["no field is marked as invalid"]),
    ...fields.filter((e) => !described(e)).map((e) => `no error named by ${name(e)}`),
    ...fields.filter((e) => !links.some((id) => e.id === id || e.querySelector(`#${CSS.escape(id)}`)))
      .map((e) => `no link in the summary to ${name(e)}`),
    ...links.filter((id) => !document.getElementById(id)).map((id) => `a link to nothing: ${id}`),
  ];
};

// What a reader sees or hears as words, one entry a piece.
const words = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("script, style, code, [data-quoted]")) found.push(walker.currentNode.textContent);
  }
  for (const e of document.querySelectorAll("[aria-label], [alt], [placeholder], [title]")) {
    found.push(e.ariaLabel, e.alt, e.placeholder, e.title);
  }
  return [document.title, ...found].filter(Boolean).map((s) => s.replace(/\s+/g, " ").trim())
    .filter(Boolean);
};
