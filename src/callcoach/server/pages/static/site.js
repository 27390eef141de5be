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
