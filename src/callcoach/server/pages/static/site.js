// What every page does beside htmx: choices that apply at once, asking before a deed, copying, and telling failures.
"use strict";

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask ?? event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  button.textContent = button.dataset.done;
});

// An answer that is an error replaces nothing: it is told beside the page, and what was typed stays.
document.addEventListener("htmx:responseError", (event) => tell(event.detail.xhr));
document.addEventListener("htmx:sendError", () => tell(null));

function tell(answer) {
  const told = document.querySelector("#told");
  if (!told) return;
  const chinese = document.documentElement.lang.startsWith("zh");
  let text = chinese ? "服务器没有回应，请重试。" : "The server did not answer. Try again.";
  try {
    const problem = JSON.parse(answer.responseText);
    text = `${chinese ? problem.title_zh : problem.title}: ${problem.detail}`;
  } catch { /* no problem document: the general sentence stands */ }
  const line = document.createElement("p");
  line.className = "banner bad";
  line.textContent = `✖ ${text}`;
  told.replaceChildren(line);
}

// Tables that say so can be taken away as they stand.
function offerExports() {
  const chinese = document.documentElement.lang.startsWith("zh");
  for (const box of document.querySelectorAll(".table[data-export]:not([data-offered])")) {
    if (!box.querySelector("tbody tr")) continue;
    box.dataset.offered = "";
    const line = document.createElement("p");
    line.className = "row below small soft take-away";
    line.append(chinese ? "导出" : "Export");
    for (const format of ["xlsx", "csv"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet small";
      button.textContent = format.toUpperCase();
      button.addEventListener("click", () => takeAway(box, format));
      line.append(button);
    }
    box.after(line);
  }
}

function takeAway(box, format) {
  const rows = [...box.querySelectorAll("tr")].filter((row) => !row.querySelector("td[colspan]"));
  const cells = (row) => [...row.children].filter((cell) => !cell.matches(".act, th:empty"))
    .map((cell) => cell.textContent.replace(/\s+/g, " ").trim());
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/export";
  const fields = {
    rows: JSON.stringify(rows.map(cells)), name: document.querySelector("h1").textContent.trim(), format,
    forgery_token: JSON.parse(document.body.getAttribute("hx-headers"))["X-Forgery-Token"],
  };
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

document.addEventListener("DOMContentLoaded", offerExports);
document.addEventListener("htmx:afterSwap", offerExports);

// A page that waits for something comes again whole, so that its scripts find what has come.
document.addEventListener("DOMContentLoaded", () => {
  const waiting = document.querySelector("[data-reload-s]");
  if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reloadS) * 1000);
});
