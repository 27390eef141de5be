// The list of calls by keyboard: / finds, j and k move, Enter opens. Times in the list stay links.
"use strict";

let at = -1;

function rows() { return [...document.querySelectorAll("a[data-row]")]; }

function move(step) {
  const links = rows();
  if (!links.length) return;
  at = Math.min(Math.max(at + step, 0), links.length - 1);
  document.querySelector("tr.at")?.classList.remove("at");
  links[at].closest("tr").classList.add("at");
  links[at].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "/") document.querySelector("#find").focus();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:afterSwap", () => { at = -1; });
