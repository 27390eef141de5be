"use strict";
// The page of one call: sound, waveform, turns and findings move together. No network, no storage of the call.
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const data = JSON.parse(byId("data").textContent);
  const sound = byId("sound");
  const turns = [...document.querySelectorAll(".turn")];
  const cards = new Map([...document.querySelectorAll(".finding")].map((card) => [card.dataset.id, card]));
  const STEP_S = 5;
  const LANE_PX = 54;
  const LEAD_S = 0.3; // a little of what comes before a finding, so that its first syllable is not cut
  let selected = -1;

  const clock = (seconds) => {
    const tenths = Math.round(Math.max(0, seconds) * 10);
    const hours = Math.floor(tenths / 36000);
    const minutes = Math.floor((tenths % 36000) / 600);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  };
  const wholeClock = (seconds) => clock(Math.round(seconds)).slice(0, -2);
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const samples = (text) => Float32Array.from(atob(text), (char) => char.charCodeAt(0) / 255);

  // ---- waveform
  const lookOf = (speaker) =>
    speaker === "customer"
      ? { waveColor: colour("--customer-wave"), progressColor: colour("--customer-played") }
      : { waveColor: colour("--agent-wave"), progressColor: colour("--agent-played") };
  const looks = () => ({ splitChannels: data.lanes.map(lookOf), cursorColor: colour("--ink") });
  const peaks = data.peaks.map(samples);
  const regions = WaveSurfer.Regions.create();
  const timeline = WaveSurfer.Timeline.create({
    height: 18,
    secondaryLabelOpacity: 1,
    formatTimeCallback: wholeClock,
    style: { fontSize: "11px", color: "var(--soft)" },
  });
  const wave = WaveSurfer.create({
    container: "#wave",
    media: sound,
    peaks,
    duration: data.duration_s,
    height: LANE_PX,
    normalize: true,
    maxPeak: Math.max(0.02, ...peaks.map((side) => side.reduce((a, b) => Math.max(a, b), 0))),
    cursorWidth: 2,
    dragToSeek: true,
    autoCenter: false,
    plugins: [regions, timeline],
    ...looks(),
  });

  const nameOf = (finding) => (root.dataset.lang === "en" ? finding.name_en : finding.name_zh);
  // The plugin counts the ruler below the lanes as part of them, so lanes are placed here.
  const place = (region, lane) => {
    if (!region.element) return;
    region.element.style.top = `${Math.max(0, lane) * LANE_PX}px`;
    region.element.style.height = `${(lane < 0 ? data.lanes.length : 1) * LANE_PX}px`;
  };
  const drawRegions = () => {
    regions.clearRegions();
    for (const silence of data.silences) {
      const region = regions.addRegion({ start: silence[0], end: silence[1], drag: false, resize: false, color: "transparent" });
      region.element?.part.add("silence");
      place(region, -1);
    }
    data.findings.forEach((finding, index) => {
      const region = regions.addRegion({
        id: `finding-${index}`,
        start: finding.start_s,
        end: finding.end_s,
        channelIdx: finding.lane,
        color: `color-mix(in srgb, var(--${finding.severity}) 26%, transparent)`,
        drag: false,
        resize: false,
      });
      place(region, finding.lane);
      if (!region.element) return;
      region.element.style.color = `var(--${finding.severity})`;
      region.element.title = `${finding.sign} ${nameOf(finding)} ${clock(finding.start_s)}`;
      region.element.part.toggle("selected", index === selected);
    });
  };
  wave.on("ready", drawRegions);
  regions.on("region-clicked", (region, event) => {
    const index = data.findings.findIndex((_, i) => region.id === `finding-${i}`);
    if (index < 0) return;
    event.stopPropagation();
    select(index, true);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    wave.setOptions(looks());
    drawRegions();
  });

  // ---- moving about
  const remember = () => history.replaceState(null, "", `#t=${sound.currentTime.toFixed(1)}`);
  // A browser may refuse to start sound before the reader has touched the page; the position has moved all the same.
  const start = () => sound.play().catch(() => undefined);
  const go = (seconds, play) => {
    sound.currentTime = Math.min(Math.max(0, seconds), data.duration_s);
    remember();
    if (play) start();
  };
  const toggle = () => (sound.paused ? start() : sound.pause());

  const select = (index, play) => {
    const finding = data.findings[index];
    if (!finding) return;
    cards.get(data.findings[selected]?.id)?.classList.remove("selected");
    selected = index;
    const card = cards.get(finding.id);
    card?.classList.add("selected");
    card?.scrollIntoView({ block: "nearest" });
    for (const region of regions.getRegions()) region.element?.part.toggle("selected", region.id === `finding-${index}`);
    go(finding.start_s - LEAD_S, play);
  };
  const selectNear = (step) => {
    const now = sound.currentTime;
    const after = data.findings.findIndex((finding) => finding.start_s > now + 0.05);
    const from = step > 0 ? (after < 0 ? data.findings.length : after) : (after < 0 ? data.findings.length : after) - 1;
    select(selected < 0 ? from : Math.min(Math.max(0, selected + step), data.findings.length - 1), !sound.paused);
  };

  // ---- following the sound
  const follow = () => {
    const now = sound.currentTime;
    byId("now").value = clock(now);
    for (const turn of turns) {
      const current = turn.dataset.start <= now && now < turn.dataset.end;
      if (current === turn.classList.contains("current")) continue;
      turn.classList.toggle("current", current);
      if (current) turn.setAttribute("aria-current", "true");
      else turn.removeAttribute("aria-current");
      if (current && byId("follow").checked) turn.scrollIntoView({ block: "nearest" });
    }
  };
  sound.addEventListener("timeupdate", follow);
  sound.addEventListener("seeking", follow);
  sound.addEventListener("play", () => (root.dataset.playing = ""));
  for (const name of ["pause", "ended"]) sound.addEventListener(name, () => delete root.dataset.playing);
  wave.on("interaction", () => {
    selected = -1;
    remember();
  });

  // ---- mouse and keyboard
  document.addEventListener("click", (event) => {
    const finding = event.target.closest("[data-finding]");
    const time = event.target.closest("[data-at]");
    const turn = event.target.closest(".said");
    if (finding) select(data.findings.findIndex((one) => one.id === finding.dataset.finding), true);
    else if (time) go(Number(time.dataset.at), true);
    else if (turn && getSelection().isCollapsed) go(Number(turn.closest(".turn").dataset.start), true);
  });
  byId("play").addEventListener("click", toggle);
  byId("next").addEventListener("click", () => selectNear(1));
  byId("previous").addEventListener("click", () => selectNear(-1));
  byId("speed").addEventListener("change", (event) => (sound.playbackRate = Number(event.target.value)));
  byId("zoom").addEventListener("change", (event) => {
    const zoom = Number(event.target.value);
    wave.zoom(zoom === 1 ? 0 : (zoom * byId("wave").clientWidth) / data.duration_s);
  });
  const KEYS = {
    " ": toggle,
    ArrowLeft: () => go(sound.currentTime - STEP_S),
    ArrowRight: () => go(sound.currentTime + STEP_S),
    n: () => selectNear(1),
    p: () => selectNear(-1),
  };
  document.addEventListener("keydown", (event) => {
    const action = KEYS[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("select, input")) return;
    if (event.key === " " && event.target.closest("button")) return; // the button's own key
    event.preventDefault();
    action();
  });

  // ---- language
  const setLanguage = (language) => {
    root.dataset.lang = language;
    root.lang = language === "en" ? "en" : "zh-CN";
    const button = byId("language");
    button.textContent = language === "en" ? "中文" : "EN";
    button.lang = language === "en" ? "zh-CN" : "en";
    button.setAttribute("aria-label", language === "en" ? "切换到中文" : "Switch to English");
    for (const element of document.querySelectorAll("[data-zh]")) element.setAttribute("aria-label", element.dataset[language]);
    drawRegions();
  };
  byId("language").addEventListener("click", () => setLanguage(root.dataset.lang === "en" ? "zh" : "en"));

  // ---- a link may open at a second: #t=12.3
  const openAt = () => {
    const at = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (at) sound.currentTime = Math.min(Number(at[1]), data.duration_s);
    follow();
  };
  addEventListener("hashchange", openAt);
  if (sound.readyState > 0) openAt();
  else sound.addEventListener("loadedmetadata", openAt, { once: true });

  root.dataset.ready = "";
})();
