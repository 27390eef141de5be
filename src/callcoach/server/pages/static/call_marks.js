// Below the waveform, for the seconds that it shows: a sign for each finding, events and notes, bands, curves.
// Every sign is a button with words: the keyboard reaches them (one stop, arrows within), screen readers say them.
"use strict";

(() => {
  if (!callSound) return;
  const byId = (id) => document.getElementById(id);
  const { colour, text, clock } = callSound;
  const SIGN_PX = 24;
  const CURVES_PX = 56;
  const findings = byId("finding-marks");
  const events = byId("event-marks");
  const canvas = byId("curves");
  const showCurves = byId("show-curves");
  const playhead = document.createElement("i");
  playhead.className = "playhead";
  document.querySelector(".lanes").append(playhead);

  // One stop for the tab key in each line; the arrows move within it.
  function makeToolbar(bar) {
    bar.addEventListener("keydown", (event) => {
      const buttons = [...bar.querySelectorAll("button")];
      const at = buttons.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const next = buttons[Math.max(0, Math.min(buttons.length - 1, to))];
      stop(bar, next);
      reveal(Number(next.dataset.at));
      next.focus();
    });
  }

  function stop(bar, button) {
    for (const one of bar.querySelectorAll("button")) one.tabIndex = one === button ? 0 : -1;
  }

  function reveal(seconds) {
    const window_ = callSound.visible();
    if (window_ && (seconds < window_.from || seconds > window_.to)) callSound.seek(seconds, false);
  }

  function makeSign(sign, words, at) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mark-sign";
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    button.title = words;
    button.dataset.at = at;
    return button;
  }

  function fill() {
    const chosen = document.activeElement?.dataset?.mark;
    findings.replaceChildren(...[...document.querySelectorAll(".finding[data-id]")].map((card) => {
      const button = makeSign(card.dataset.sign, card.dataset.label, card.dataset.start);
      button.classList.add(`sev-${card.dataset.severity}`);
      button.classList.toggle("out", card.classList.contains("out"));
      button.dataset.mark = card.dataset.id;
      button.addEventListener("click", () => {
        document.dispatchEvent(new CustomEvent("call:finding", { detail: card.dataset.id }));
      });
      return button;
    }));
    const marks = [...document.querySelectorAll("#marks li")];
    const bands = (callSound.curves()?.silences ?? []).map((one) => [one, "silence"]);
    bands.push(...(callSound.curves()?.talk_over ?? []).map((one) => [one, "talk_over"]));
    bands.push(...marks.filter((one) => one.dataset.end).map((one) => [[one.dataset.start, one.dataset.end].map(Number), one.dataset.kind]));
    events.replaceChildren(...bands.map(([[start, end], kind]) => {
      const band = document.createElement("i");
      band.className = `band ${kind}`;
      band.dataset.at = start;
      band.dataset.end = end;
      return band;
    }), ...marks.map((one) => {
      const words = `${clock(Number(one.dataset.start))} ${one.textContent}`;
      const button = makeSign(one.dataset.sign, words, one.dataset.start);
      button.classList.toggle("note", one.dataset.kind === "note");
      button.addEventListener("click", () => callSound.seek(Number(one.dataset.start), false));
      return button;
    }));
    for (const bar of [findings, events]) stop(bar, bar.querySelector("button"));
    const again = chosen && findings.querySelector(`[data-mark="${CSS.escape(chosen)}"]`);
    if (again) { stop(findings, again); again.focus(); }
    place();
  }

  function place() {
    const shown = callSound.visible();
    if (!shown) return;
    const x = (seconds) => (seconds - shown.from) * shown.perSecond;
    const width = findings.clientWidth;
    for (const bar of [findings, events]) {
      let free = -Infinity; // signs that would cover each other are moved on a little
      for (const button of bar.querySelectorAll("button")) {
        const at = x(Number(button.dataset.at));
        const inside = at >= -1 && at <= width + 1;
        const left = Math.min(Math.max(at - SIGN_PX / 2, inside ? free : -Infinity, 0), width - SIGN_PX);
        button.classList.toggle("outside", !inside);
        button.style.left = `${inside ? left : 0}px`;
        if (inside && width > bar.childElementCount * SIGN_PX) free = left + SIGN_PX;
      }
      for (const band of bar.querySelectorAll(".band")) {
        const from = Math.max(0, x(Number(band.dataset.at)));
        const to = Math.min(width, x(Number(band.dataset.end)));
        band.hidden = to <= 0 || from >= width;
        band.style.left = `${from}px`;
        band.style.width = `${Math.max(2, to - from)}px`;
      }
    }
    drawCurves(x, width);
    movePlayhead();
  }

  function movePlayhead() {
    const shown = callSound.visible();
    if (!shown) return;
    const at = (callSound.audio.currentTime - shown.from) * shown.perSecond;
    playhead.hidden = at < 0 || at > findings.clientWidth;
    playhead.style.left = `${findings.offsetLeft + at}px`;
    playhead.style.top = `${findings.offsetTop}px`;
    tellValues();
  }

  function drawCurves(x, width) {
    for (const one of [canvas, document.querySelector(".curve-name")]) one.hidden = !showCurves.checked;
    const curves = callSound.curves();
    if (canvas.hidden || !curves) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = CURVES_PX * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const shown = callSound.visible();
    const first = Math.max(0, Math.floor(shown.from / curves.hop_s) - 1);
    const last = Math.ceil(shown.to / curves.hop_s) + 1;
    curves.sides.forEach((_, side) => {
      const name = side ? "--edge" : "--accent";
      line(pen, curves.levels[side], first, last, name, [], (v) => 54 - ((v + 60) / 60) * 52, x);
      line(pen, curves.pitches[side], first, last, name, [2, 3], (v) => 54 - (Math.log2(v / 75) / 2.8) * 52, x);
    });
  }

  function line(pen, values, first, last, name, dash, y, x) {
    pen.strokeStyle = colour(name);
    pen.setLineDash(dash);
    pen.lineWidth = 1.2;
    pen.beginPath();
    let down = false;
    for (let i = first; i < Math.min(last, values.length); i++) {
      if (values[i] === null) { down = false; continue; }
      const point = [x((i + 0.5) * callSound.curves().hop_s), y(values[i])];
      if (down) pen.lineTo(...point); else pen.moveTo(...point);
      down = true;
    }
    pen.stroke();
  }

  // The numbers of the curves at the position.
  function tellValues() {
    const curves = callSound.curves();
    const output = byId("values");
    if (!showCurves.checked || !curves) { output.textContent = ""; return; }
    const i = Math.floor(callSound.audio.currentTime / curves.hop_s);
    const names = [...document.querySelectorAll(".lane-names li")].map((one) => one.textContent);
    output.textContent = curves.sides.map((_, side) => {
      const level = curves.levels[side][i];
      const pitch = curves.pitches[side][i];
      return `${names[side] ?? ""} ${level == null ? "–" : `${Math.round(level)} dBFS`} ${pitch == null ? "–" : `${Math.round(pitch)} Hz`}`;
    }).join(" · ");
  }

  function legend() {
    const items = [["silence", "silence"], ["talk_over", "talk-over"]].map(([kind, key]) => {
      const item = document.createElement("span");
      const sign = document.createElement("i");
      sign.className = `band ${kind}`;
      item.append(sign, text(key));
      return item;
    });
    if (showCurves.checked) items.push(`— ${text("level")} −60…0 dBFS`, ` ··· ${text("pitch")} 75…520 Hz`);
    byId("legend").replaceChildren(...items);
  }

  const height = () => document.documentElement.style.setProperty("--sound", `${document.querySelector("#sound-part").offsetHeight}px`);
  new ResizeObserver(height).observe(document.querySelector("#sound-part"));
  makeToolbar(findings);
  makeToolbar(events);
  for (const bar of [findings, events]) bar.addEventListener("focusin", (event) => { if (event.target.matches("button")) stop(bar, event.target); });
  showCurves.addEventListener("change", () => { legend(); place(); });
  document.addEventListener("call:ready", () => { legend(); fill(); });
  document.addEventListener("call:seen", place);
  document.addEventListener("call:time", movePlayhead);
  const follow = () => { movePlayhead(); if (!callSound.audio.paused) requestAnimationFrame(follow); };
  callSound.audio.addEventListener("play", follow);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "work") fill(); });
  window.addEventListener("resize", place);
})();
