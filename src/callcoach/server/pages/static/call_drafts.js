// Drafts: what is typed or marked is kept in this browser until the server has it, so that no crash or refusal loses it.
// A draft belongs to a person, a call and a calibration round: `data-sheet` of the work says which.
"use strict";

const callDrafts = (() => {
  const work = document.querySelector("#work");
  if (!work) return null;
  const key = (field) => `draft ${work.querySelector("[data-sheet]")?.dataset.sheet} ${field.dataset.draft}`;

  function keep(field) {
    if (field.dataset.draft) localStorage.setItem(key(field), field.value);
  }

  function forget(form) {
    for (const field of form.querySelectorAll("[data-draft]")) localStorage.removeItem(key(field));
  }

  function restore() {
    for (const field of work.querySelectorAll("[data-draft]")) {
      const kept = localStorage.getItem(key(field));
      if (kept === null || kept === field.value) continue;
      field.value = kept;
      field.closest("details")?.setAttribute("open", "");
      say(field.form);
    }
  }

  function say(form) {
    if (!form || form.querySelector(".draft")) return;
    const line = document.createElement("p");
    line.className = "hint draft";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    button.textContent = work.dataset.textDrop;
    button.addEventListener("click", () => { forget(form); form.reset(); line.remove(); });
    line.append(work.dataset.textDraft, " ", button);
    form.append(line);
  }

  for (const kind of ["input", "change"]) work.addEventListener(kind, (event) => keep(event.target));
  restore();
  return { keep, forget, restore };
})();
