// The sound of a call: waveform of both sides with the findings as regions, and playing. Gives `callSound` to the rest.
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
    wave = WaveSurfer.create({
      container: "#wave", media: audio, peaks: curves.peaks.map((one) => Float32Array.from(one)), duration: curves.duration_s,
      height: LANE_PX, normalize: true, cursorColor: colour("--fatal"), cursorWidth: 2, dragToSeek: false, autoCenter: true,
      splitChannels: curves.sides.map((_, i) => ({ waveColor: colour(i ? "--edge" : "--accent"), progressColor: colour("--ink") })),
      plugins: [regions, WaveSurfer.Timeline.create({ height: 18, formatTimeCallback: (s) => clock(s).slice(0, -2), style: { fontSize: "11px", color: colour("--soft") } })],
    });
    for (const kind of ["decode", "ready"]) wave.on(kind, () => { draw(); start(); });
    for (const kind of ["scroll", "zoom", "redraw", "redrawcomplete"]) wave.on(kind, seen);
    regions.enableDragSelection({ color: colour("--accent-wash") });
    regions.on("region-created", (region) => { if (!region.id.startsWith("f-")) keepMark(region); });
    regions.on("region-updated", (region) => { if (region === mark) tellMark(); });
    regions.on("region-clicked", (region, event) => {
      event.stopPropagation();
      if (region.id.startsWith("f-")) document.dispatchEvent(new CustomEvent("call:finding", { detail: region.id.slice(2) }));
      else seek(region.start, true);
    });
  }

  // Which seconds the waveform shows now: what is drawn below it shows the same.
  function visible() {
    if (!wave || !curves) return null;
    const perSecond = wave.getWrapper().clientWidth / curves.duration_s;
    if (!perSecond) return null;
    const from = wave.getScroll() / perSecond;
    return { from, to: Math.min(curves.duration_s, from + wave.getWidth() / perSecond), perSecond };
  }

  function seen() { document.dispatchEvent(new CustomEvent("call:seen")); }

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
    for (const card of document.querySelectorAll(".finding[data-id]:not(.out)")) {
      const start = Number(card.dataset.start);
      const region = regions.addRegion({
        id: `f-${card.dataset.id}`, start, end: Math.max(Number(card.dataset.end), start + 0.1), drag: false, resize: false,
        color: `color-mix(in srgb, ${colour(`--${card.dataset.severity}`)} 16%, transparent)`,
      });
      if (!region.element) continue;
      region.element.title = card.dataset.name;
      region.element.style.borderTop = `3px solid ${colour(`--${card.dataset.severity}`)}`;
      const lane = curves.sides.indexOf(card.dataset.speaker);
      if (lane >= 0 && curves.sides.length > 1) {
        region.element.style.top = `${lane * LANE_PX}px`;
        region.element.style.height = `${LANE_PX}px`;
      }
    }
    seen();
  }

  function seek(seconds, play) {
    const at = Math.max(0, Math.min(seconds, curves ? curves.duration_s : seconds));
    audio.currentTime = at;
    byId("now").textContent = clock(at); // the sound itself tells it later, once it is loaded so far
    document.dispatchEvent(new CustomEvent("call:time", { detail: at }));
    if (play) audio.play();
  }

  function toggle() { if (audio.paused) audio.play(); else audio.pause(); }

  function faster(step) {
    const select = byId("speed");
    select.selectedIndex = Math.max(0, Math.min(select.length - 1, select.selectedIndex + step));
    audio.playbackRate = Number(select.value);
  }

  byId("play").addEventListener("click", toggle);
  byId("back-5").addEventListener("click", () => seek(audio.currentTime - STEP_S, false));
  byId("on-5").addEventListener("click", () => seek(audio.currentTime + STEP_S, false));
  byId("speed").addEventListener("change", () => faster(0));
  byId("zoom").addEventListener("change", (event) => {
    const whole = byId("wave").clientWidth / curves.duration_s;
    wave?.zoom(Number(event.target.value) === 1 ? 0 : whole * Number(event.target.value));
  });
  byId("link").addEventListener("click", async (event) => {
    const link = new URL(location.href);
    link.searchParams.delete("at");
    link.searchParams.set("t", audio.currentTime.toFixed(1));
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
    audio, seek, toggle, draw, visible, clock, colour, text, faster, curves: () => curves, step: (s) => seek(audio.currentTime + s, false),
    playFrom: (s) => seek(s - LEAD_S, true),
    markFrom: (start, end) => { if (regions) keepMark(regions.addRegion({ id: "mark", start, end, color: colour("--accent-wash") })); },
  };
})();
