// Working on a call: turns that follow the sound, findings one after the other, keys, and what was refused.
"use strict";

(() => {
  const work = document.querySelector("#work");
  if (!work) return;
  const cards = () => [...work.querySelectorAll(".finding[data-id]")];
  const inside = (selector) => work.querySelector(selector);
  let chosen = null;
  let markStart = null;

  function choose(id, play) {
    const card = cards().find((one) => one.dataset.id === id);
    if (!card) return;
    inside(".finding.selected")?.classList.remove("selected");
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
    const add = inside("#add-finding");
    if (!add) return;
    add.open = true;
    for (const [id, seconds] of [["#mark-start", event.detail.start], ["#mark-end", event.detail.end]]) {
      inside(id).value = seconds.toFixed(2);
      callDrafts.keep(inside(id));
    }
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
    const before = inside(".turn.now");
    if (current === before) return;
    before?.classList.remove("now");
    current?.classList.add("now");
    if (current && document.querySelector("#follow")?.checked) {
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
    if (markStart === null) {
      markStart = now;
      say(callSound.text("marked-from").replace("{at}", callSound.clock(now)), "plain");
      return;
    }
    callSound.markFrom(Math.min(markStart, now), Math.max(markStart, now, markStart + 0.2));
    markStart = null;
    document.querySelector("#told").replaceChildren();
    inside("#add-finding select[name='rule_id']")?.focus();
  }

  function say(text, kind) {
    const line = document.createElement("p");
    line.className = `banner ${kind}`;
    line.textContent = text;
    document.querySelector("#told").replaceChildren(line);
  }

  function noteHere() {
    const note = inside("#add-note");
    if (!note) return;
    note.open = true;
    note.querySelector("textarea").focus();
  }

  const keys = document.querySelector("#keys");
  document.querySelector("#show-keys")?.addEventListener("click", () => keys.showModal());
  const KEYS = {
    " ": () => callSound?.toggle(), ArrowLeft: (shift) => callSound?.step(shift ? -1 : -5), ArrowRight: (shift) => callSound?.step(shift ? 1 : 5),
    n: () => walk(1), p: () => walk(-1), y: () => judge("confirmed"), x: () => judge("rejected"), a: noteHere,
    "-": () => callSound?.faster(-1), "+": () => callSound?.faster(1), "=": () => callSound?.faster(1),
    m: () => { if (callSound) setMark(); },
    "?": () => keys?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input:not([type='checkbox']), select, textarea")) return;
    if (keys?.open) return;
    if (event.key === " " && event.target.closest("button, summary, a, input")) return;
    const deed = KEYS[event.key];
    if (!deed) return;
    event.preventDefault();
    deed(event.shiftKey);
  });

  // What is open stays open when the work comes anew, but for the form that was sent.
  let kept = { scroll: 0, open: [] };
  let sent = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    sent = event.target.closest("form[data-work]");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== work || !event.detail.shouldSwap) return;
    if (sent) callDrafts.forget(sent);
    const open = [...work.querySelectorAll("details[id][open]")].filter((one) => !sent || !one.contains(sent));
    kept = { scroll: inside(".transcript")?.scrollTop ?? 0, open: open.map((one) => one.id) };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== work) return;
    for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
    const box = inside(".transcript");
    if (box) box.scrollTop = kept.scroll;
    callDrafts.restore();
    if (callSound) tellNow(callSound.audio.currentTime);
    callSound?.draw();
    document.querySelector("#told")?.replaceChildren();
    if (chosen) choose(chosen, false);
    document.dispatchEvent(new CustomEvent("badges:stale"));
  });

  // Somebody else was faster: what stands now can be loaded without losing what was typed.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 409) return;
    const button = document.createElement("button");
    button.type = "button";
    button.id = "load-fresh";
    button.textContent = work.dataset.textFresh;
    button.addEventListener("click", () => { sent = null; htmx.ajax("GET", work.dataset.fresh, { target: "#work" }); });
    document.querySelector("#told .banner")?.append(" ", button);
  });

  // A stretch marked before and not saved stands on the waveform again.
  document.addEventListener("call:ready", () => {
    const [start, end] = ["#mark-start", "#mark-end"].map((id) => Number(inside(id)?.value));
    if (start >= 0 && end > start) callSound.markFrom(start, end);
  });
})();
