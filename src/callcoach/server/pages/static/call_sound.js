// The sound of a call: waveform of both sides with the findings, curves, keys. Gives `callSound` to the work beside it.
"use strict";

const callSound = (() => {
  const part = document.querySelector("#sound-part");
  if (!part) return null;
  const byId = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const LANE_PX = 44;
  const LEAD_S = 0.3; // a little of what comes before, so that the first syllable is not cut
  const STEP_S = 5;
  const text = (key) => part.getAttribute(`data-text-${key}`);
  const audio = new Audio();
  audio.preload = "metadata";
  audio.src = part.dataset.audio;
  let curves = null;
  let wave = null;
  let regions = null;
  let mark = null;

  function clock(seconds) {
    const tenths = Math.round(Math.max(0, seconds) * 10);
    const minutes = Math.floor(tenths / 600);
    const hours = Math.floor(minutes / 60);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
    return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }

  async function open() {
    const answer = await fetch(part.dataset.curves);
    if (!answer.ok) { byId("wave").textContent = text("no-sound"); return; }
    curves = await answer.json();
    regions = WaveSurfer.Regions.create();
    const lane = (name) => ({ waveColor: colour(name), progressColor: colour("--ink") });
    wave = WaveSurfer.create({
      container: "#wave", media: audio, peaks: curves.peaks.map((one) => Float32Array.from(one)), duration: curves.duration_s,
      height: LANE_PX, normalize: true, cursorColor: colour("--fatal"), cursorWidth: 2, dragToSeek: false, autoCenter: true,
      splitChannels: curves.sides.map((_, i) => lane(i ? "--edge" : "--accent")),
      plugins: [regions, WaveSurfer.Timeline.create({ height: 18, formatTimeCallback: (s) => clock(s).slice(0, -2), style: { fontSize: "11px", color: colour("--soft") } })],
    });
    wave.on("decode", () => { draw(); start(); });
    wave.on("ready", () => { draw(); start(); });
    regions.enableDragSelection({ color: colour("--accent-wash") });
    regions.on("region-created", (region) => { if (!region.id.startsWith("f-")) keepMark(region); });
    regions.on("region-updated", (region) => { if (region === mark) tellMark(); });
    regions.on("region-clicked", (region, event) => {
      event.stopPropagation();
      if (region.id.startsWith("f-")) document.dispatchEvent(new CustomEvent("call:finding", { detail: region.id.slice(2) }));
      else seek(region.start, true);
    });
    drawCurves();
    legend();
  }

  let started = false;
  function start() {
    if (started) return;
    started = true;
    const at = Number(part.dataset.at);
    if (at > 0) seek(at, false);
    document.dispatchEvent(new CustomEvent("call:ready"));
  }

  function keepMark(region) {
    if (mark && mark !== region) mark.remove();
    mark = region;
    tellMark();
  }

  function tellMark() {
    document.dispatchEvent(new CustomEvent("call:marked", { detail: { start: mark.start, end: mark.end } }));
  }

  function draw() {
    if (!regions) return;
    for (const region of regions.getRegions()) if (region.id.startsWith("f-")) region.remove();
    for (const card of document.querySelectorAll(".finding[data-id]")) {
      if (card.classList.contains("out")) continue;
      const start = Number(card.dataset.start);
      const region = regions.addRegion({
        id: `f-${card.dataset.id}`, start, end: Math.max(Number(card.dataset.end), start + 0.1), drag: false, resize: false,
        color: colour(`--${card.dataset.severity}-wash`),
      });
      if (!region.element) continue;
      region.element.title = card.dataset.name;
      region.element.style.borderTop = `3px solid ${colour(`--${card.dataset.severity}`)}`;
      region.element.style.opacity = "0.75";
      const lane = curves.sides.indexOf(card.dataset.speaker);
      if (lane >= 0 && curves.sides.length > 1) {
        region.element.style.top = `${lane * LANE_PX}px`;
        region.element.style.height = `${LANE_PX}px`;
      }
    }
  }

  function drawCurves() {
    const canvas = byId("curves");
    canvas.hidden = !byId("show-curves").checked;
    if (canvas.hidden || !curves) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = 56 * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const width = canvas.clientWidth;
    const x = (s) => (s / curves.duration_s) * width;
    pen.fillStyle = colour("--wash");
    for (const [from, to] of curves.silences) pen.fillRect(x(from), 0, x(to) - x(from), 56);
    pen.fillStyle = colour("--warning-wash");
    for (const [from, to] of curves.talk_over) pen.fillRect(x(from), 0, Math.max(1, x(to) - x(from)), 56);
    curves.sides.forEach((_, side) => {
      line(pen, curves.levels[side], side ? "--edge" : "--accent", [], (v) => 54 - ((v + 60) / 60) * 52, x);
      line(pen, curves.pitches[side], side ? "--edge" : "--accent", [2, 3], (v) => 54 - (Math.log2(v / 75) / 2.8) * 52, x);
    });
  }

  function line(pen, values, name, dash, y, x) {
    pen.strokeStyle = colour(name);
    pen.setLineDash(dash);
    pen.lineWidth = 1.2;
    pen.beginPath();
    let down = false;
    values.forEach((value, i) => {
      if (value === null) { down = false; return; }
      const point = [x((i + 0.5) * curves.hop_s), y(value)];
      if (down) pen.lineTo(...point); else pen.moveTo(...point);
      down = true;
    });
    pen.stroke();
  }

  function legend() {
    const shown = byId("show-curves").checked;
    const items = shown ? [["--wash", "silence"], ["--warning-wash", "talk-over"]] : [];
    const marks = items.map(([name, key]) => {
      const item = document.createElement("span");
      const sign = document.createElement("i");
      sign.style.background = colour(name);
      item.append(sign, text(key));
      return item;
    });
    if (shown) marks.push(`— ${text("level")}`, ` ··· ${text("pitch")}`);
    byId("legend").replaceChildren(...marks);
  }

  function seek(seconds, play) {
    const at = Math.max(0, Math.min(seconds, curves ? curves.duration_s : seconds));
    audio.currentTime = at;
    byId("now").textContent = clock(at); // the sound itself tells it later, once it is loaded so far
    if (play) audio.play();
  }

  function toggle() { if (audio.paused) audio.play(); else audio.pause(); }

  byId("play").addEventListener("click", toggle);
  byId("back-5").addEventListener("click", () => seek(audio.currentTime - STEP_S, false));
  byId("on-5").addEventListener("click", () => seek(audio.currentTime + STEP_S, false));
  byId("speed").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  byId("zoom").addEventListener("change", (event) => {
    const whole = byId("wave").clientWidth / curves.duration_s;
    wave?.zoom(Number(event.target.value) === 1 ? 0 : whole * Number(event.target.value));
  });
  byId("show-curves").addEventListener("change", () => { drawCurves(); legend(); });
  window.addEventListener("resize", drawCurves);
  byId("link").addEventListener("click", async (event) => {
    const link = new URL(location.href);
    link.searchParams.set("at", audio.currentTime.toFixed(1));
    await navigator.clipboard.writeText(link.href);
    event.target.textContent = event.target.dataset.done;
  });
  const shown = () => { byId("play").textContent = audio.paused ? `▶ ${text("play")}` : `❚❚ ${text("pause")}`; };
  for (const kind of ["play", "pause", "ended"]) audio.addEventListener(kind, shown);
  audio.addEventListener("timeupdate", () => {
    byId("now").textContent = clock(audio.currentTime);
    document.dispatchEvent(new CustomEvent("call:time", { detail: audio.currentTime }));
  });
  open();
  return {
    audio, seek, toggle, draw, step: (s) => seek(audio.currentTime + s, false),
    playFrom: (s) => seek(s - LEAD_S, true),
    markFrom: (start, end) => { if (regions) keepMark(regions.addRegion({ id: "mark", start, end, color: colour("--accent-wash") })); },
  };
})();
