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
    text = chinese ? `${problem.title_zh}：${problem.detail_zh || problem.detail}` : `${problem.title}: ${problem.detail}`;
  } catch { /* no problem document: the general sentence stands */ }
  const line = document.createElement("p");
  line.className = "banner bad";
  line.textContent = `✖ ${text}`;
  told.replaceChildren(line);
}

// Tables that say so can be taken away: the server makes the file of the page's own query.
function offerExports() {
  if ("sent" in document.documentElement.dataset) return; // its address alone would bring another page
  const chinese = document.documentElement.lang.startsWith("zh");
  const boxes = [...document.querySelectorAll("[data-export]")];
  for (const box of boxes.filter((one) => !("offered" in one.dataset) && one.querySelector("tbody tr"))) {
    box.dataset.offered = "";
    const line = document.createElement("p");
    line.className = "row below small soft take-away";
    line.append(chinese ? "导出" : "Export");
    for (const format of ["xlsx", "csv"]) {
      const link = document.createElement("a");
      const address = new URL(location.href);
      address.searchParams.set("table", boxes.indexOf(box) + 1);
      address.searchParams.set("format", format);
      address.hash = "";
      link.href = address;
      link.textContent = format.toUpperCase();
      line.append(link);
    }
    box.after(line);
  }
}

document.addEventListener("DOMContentLoaded", offerExports);
document.addEventListener("htmx:afterSwap", offerExports);

// Who opens a call from a list can go on to the next one: which calls the list has is kept for the call's page.
function callsOf(page, address) {
  const isCall = (href) => /^\/calls\/[^/]+$/.test(new URL(href, location.origin).pathname) && !/^\/calls\/(bring|export|views)$/.test(href);
  const links = [...page.querySelectorAll("main table a[href]")].map((link) => link.getAttribute("href")).filter(isCall);
  const calls = links.map((href) => href.replace(/([?&])(at|t)=[^&]*&?/, "$1").replace(/[?&]$/, ""));
  return { back: address, calls: [...new Set(calls)], following: page.querySelector("main a[rel='next']")?.getAttribute("href") ?? "" };
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("main table a[href^='/calls/']")) return;
  sessionStorage.setItem("callcoach way", JSON.stringify(callsOf(document, location.pathname + location.search)));
}, true);

// A page that waits for something comes again whole, so that its scripts find what has come.
document.addEventListener("DOMContentLoaded", () => {
  const waiting = document.querySelector("[data-reload-s]");
  if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reloadS) * 1000);
});
