// Working on a call: turns that follow the sound, findings one after the other, keys, drafts that outlive a crash.
"use strict";

(() => {
  const work = document.querySelector("#work");
  if (!work) return;
  const callId = location.pathname;
  const cards = () => [...work.querySelectorAll(".finding[data-id]")];
  let chosen = null;
  let markStart = null;

  function choose(id, play) {
    const card = cards().find((one) => one.dataset.id === id);
    if (!card) return;
    work.querySelector(".finding.selected")?.classList.remove("selected");
    card.classList.add("selected");
    chosen = id;
    card.scrollIntoView({ block: "nearest" });
    if (play) callSound?.playFrom(Number(card.dataset.start));
  }

  function walk(step) {
    const list = cards();
    if (!list.length) return;
    const at = list.findIndex((one) => one.dataset.id === chosen);
    const next = list[(at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step + list.length) % list.length];
    choose(next.dataset.id, true);
  }

  document.querySelector("#previous")?.addEventListener("click", () => walk(-1));
  document.querySelector("#next")?.addEventListener("click", () => walk(1));
  document.addEventListener("call:finding", (event) => choose(event.detail, true));
  document.addEventListener("call:marked", (event) => {
    const add = work.querySelector("#add-finding");
    if (!add) return;
    add.open = true;
    work.querySelector("#mark-start").value = event.detail.start.toFixed(2);
    work.querySelector("#mark-end").value = event.detail.end.toFixed(2);
  });

  work.addEventListener("click", (event) => {
    const finding = event.target.closest("[data-finding]");
    if (finding) { choose(finding.dataset.finding, true); return; }
    const time = event.target.closest("[data-seek]");
    if (time) { callSound?.seek(Number(time.dataset.seek), true); return; }
    const said = event.target.closest("[data-seek-text]");
    if (said && !window.getSelection().toString()) callSound?.seek(Number(said.closest("li").dataset.start), true);
  });

  function tellNow(seconds) {
    for (const field of work.querySelectorAll("[data-now]")) field.value = seconds.toFixed(1);
  }

  document.addEventListener("call:time", (event) => {
    const now = event.detail;
    tellNow(now);
    let current = null;
    for (const turn of work.querySelectorAll(".turn")) {
      if (Number(turn.dataset.start) <= now && now < Number(turn.dataset.end)) current = turn;
    }
    const before = work.querySelector(".turn.now");
    if (current === before) return;
    before?.classList.remove("now");
    current?.classList.add("now");
    if (current && document.querySelector("#follow")?.checked && !callSound.audio.paused) {
      const box = current.closest(".transcript");
      box.scrollTop = current.offsetTop - box.offsetTop - box.clientHeight / 3;
    }
  });

  function judge(verdict) {
    const card = cards().find((one) => one.dataset.id === chosen);
    card?.querySelector(`[data-verdict="${verdict}"]`)?.click();
    if (verdict === "rejected") card?.querySelector("input[name='reason']")?.focus();
  }

  function setMark() {
    const now = callSound.audio.currentTime;
    if (markStart === null) { markStart = now; return; }
    callSound.markFrom(Math.min(markStart, now), Math.max(markStart, now, markStart + 0.2));
    markStart = null;
  }

  const KEYS = {
    " ": () => callSound?.toggle(), ArrowLeft: () => callSound?.step(-5), ArrowRight: () => callSound?.step(5),
    n: () => walk(1), p: () => walk(-1), y: () => judge("confirmed"), x: () => judge("rejected"),
    m: () => { if (callSound) setMark(); },
    "?": () => { const keys = document.querySelector("#keys"); if (keys) keys.open = !keys.open; },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
    if (event.key === " " && event.target.closest("button, summary, a")) return;
    const deed = KEYS[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });

  // Drafts: what is typed is kept in this browser until the server has it, so that no crash loses it.
  const draftKey = (field) => `draft ${callId} ${field.dataset.draft}`;
  work.addEventListener("input", (event) => {
    if (event.target.dataset.draft) localStorage.setItem(draftKey(event.target), event.target.value);
  });
  function restore() {
    for (const field of work.querySelectorAll("[data-draft]")) {
      const kept = localStorage.getItem(draftKey(field));
      if (kept === null || kept === field.value) continue;
      field.value = kept;
      field.closest("details")?.setAttribute("open", "");
    }
  }
  restore();

  let scrolled = 0;
  let sent = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    sent = event.target.closest("form[data-work]");
    scrolled = work.querySelector(".transcript")?.scrollTop ?? 0;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !sent) return;
    for (const field of sent.querySelectorAll("[data-draft]")) localStorage.removeItem(draftKey(field));
  });
  document.addEventListener("htmx:afterSwap", () => {
    const box = work.querySelector(".transcript");
    if (box) box.scrollTop = scrolled;
    restore();
    if (callSound) tellNow(callSound.audio.currentTime);
    callSound?.draw();
    document.querySelector("#told")?.replaceChildren();
    if (chosen) choose(chosen, false);
  });

  // The way back is the list one came from, with its filters.
  const back = document.querySelector("[data-back]");
  if (back && document.referrer.startsWith(`${location.origin}/calls?`)) back.href = document.referrer;
})();
