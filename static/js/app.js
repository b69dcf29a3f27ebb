// Enhancements only: every page works without this file. Hooks are data- attributes.
const root = document.documentElement;
root.classList.add("js");

const filters = document.querySelector("details.filters");
if (filters && matchMedia("(max-width: 60rem)").matches) filters.open = false;

document.querySelector("[data-focus]")?.focus();

// A second click sends nothing; the button works again when one comes back to the page.
for (const form of document.querySelectorAll("form[data-submit-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const control of document.querySelectorAll("[data-auto-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById("live").textContent = button.dataset.copied ?? "";
    button.querySelector("span:last-child").textContent = button.dataset.copied ?? "";
  });
}

// A page that watches a job asks again until it is done.
const watch = document.querySelector("[data-reload-after]");
if (watch) setTimeout(() => location.reload(), Number(watch.dataset.reloadAfter) * 1000);
