// The preview follows what is typed: the form goes to the same address as the "Preview" button
// sends it to, and the preview of the answer replaces the one that is shown.
const form = document.getElementById(document.getElementById("preview").dataset.of);
const shown = { wait: 0, request: null };

async function draw() {
  const target = document.getElementById("preview");
  shown.request?.abort();
  shown.request = new AbortController();
  target.setAttribute("aria-busy", "true");
  const body = new FormData(form);
  body.set("live", "1");
  try {
    const answer = await fetch(target.dataset.draws, {
      method: "POST", body, signal: shown.request.signal,
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("preview");
    if (fresh) target.replaceWith(fresh);
    else target.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") target.removeAttribute("aria-busy");
  }
}

function later() {
  clearTimeout(shown.wait);
  shown.wait = setTimeout(draw, 400);
}
form?.addEventListener("input", later);
for (const control of document.querySelectorAll(".easel-tools select")) {
  control.addEventListener("change", later);
}
