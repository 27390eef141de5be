// The floor: a row for each phone, kept up to date by what the server tells; the words of the call that was chosen.
"use strict";

(() => {
  const floor = document.querySelector("#floor");
  if (!floor) return;
  const text = (key) => floor.getAttribute(`data-text-${key}`);
  const chinese = document.documentElement.lang.startsWith("zh");
  const phones = new Map();
  const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
  let tries = 0;
  let chosen = null;

  const named = (hint) => (chinese ? hint.name_zh : hint.name_en);
  const advice = (hint) => (chinese ? hint.advice_zh : hint.advice_en || hint.advice_zh);
  const element = (name, content, kind) => {
    const made = document.createElement(name);
    made.textContent = content;
    if (kind) made.className = kind;
    return made;
  };

  function connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/floor/news`);
    socket.onopen = () => { tries = 0; document.querySelector("#floor-gone").hidden = true; };
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = () => {
      document.querySelector("#floor-gone").hidden = false;
      setTimeout(connect, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
    };
  }

  function take(news) {
    if (news.kind === "snapshot") {
      phones.clear();
      for (const phone of news.phones) {
        const calls = new Map();
        for (const [id, live] of Object.entries(phone.live)) {
          calls.set(id, { ...fresh(), score: live.score, gauges: live.gauges });
          live.told.forEach((update) => learn(calls.get(id), update));
        }
        phones.set(phone.person_id, { name: phone.name, number: phone.number, standing: phone.standing, calls });
      }
    } else if (news.kind === "gone") phones.delete(news.person_id);
    else if (news.kind === "connected") phones.set(news.person_id, { ...news.data, standing: { registered: false, calls: [] }, calls: new Map() });
    else {
      const phone = phones.get(news.person_id);
      if (phone && news.kind === "standing") phone.standing = news.data;
      if (phone && news.kind === "live") {
        if (!phone.calls.has(news.data.call_id)) phone.calls.set(news.data.call_id, fresh());
        learn(phone.calls.get(news.data.call_id), news.data);
      }
    }
    draw();
  }

  const fresh = () => ({ score: 100, gauges: null, hint: null, lines: [], partial: {} });

  function learn(call, update) {
    if (update.update === "Gauges") call.gauges = update;
    if (update.update === "Hint") { call.hint = update; call.lines.push({ hint: update }); }
    if (update.update === "FindingMade") { call.score = update.score; call.lines.push({ finding: update.finding }); }
    if (update.update === "Partial") call.partial[update.speaker] = update.text;
    if (update.update === "TurnHeard") call.lines.push({ turn: update.turn });
  }

  function stateOf(standing, call) {
    if (!call) return standing.registered ? ["idle", "good"] : ["unregistered", "plain"];
    if (call.phase === "talking") return call.hold === "none" ? ["talking", "good"] : ["held", "plain"];
    return call.phase.startsWith("ringing_in") ? ["ringing", "plain"] : ["dialing", "plain"];
  }

  function length(since) {
    if (!since) return "";
    const s = Math.max(0, Math.round(Date.now() / 1000 - since));
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  }

  function gauge(live) {
    if (!live?.gauges) return "";
    const now = [];
    if (live.gauges.silence_s >= 3) now.push(`${text("silence")} ${live.gauges.silence_s.toFixed(0)} s`);
    if (live.gauges.talk_over) now.push(text("talk-over"));
    if (live.gauges.agent_level_db >= 4) now.push(`+${live.gauges.agent_level_db} dB`);
    return now.join(" · ");
  }

  function draw() {
    const rows = [...phones].sort((a, b) => a[1].name.localeCompare(b[1].name, "zh")).map(([id, phone]) => {
      const call = phone.standing.calls.at(-1);
      const live = call ? phone.calls.get(call.call_id) : null;
      const [state, kind] = stateOf(phone.standing, call);
      const row = document.createElement("tr");
      const head = element("th", "");
      head.scope = "row";
      const pick = element("button", `${phone.name} ${phone.number}`, "quiet");
      pick.type = "button";
      pick.setAttribute("aria-pressed", String(chosen === id));
      pick.addEventListener("click", () => { chosen = id; draw(); });
      head.append(pick);
      const latest = element("td", "");
      if (live?.hint) latest.append(element("b", named(live.hint), `sev-${live.hint.severity}`), ` ${live.hint.quote}`);
      const time = element("td", length(call?.talking_since), "figure");
      time.dataset.since = call?.talking_since ?? "";
      row.append(head, element("td", `${kind === "good" ? "●" : "○"} ${text(state)}`), element("td", call ? `${call.name} ${call.number}`.trim() : ""), time,
        element("td", live ? live.score.toFixed(0) : "", "figure"), element("td", gauge(live)), latest);
      return row;
    });
    const focused = document.activeElement?.closest?.("#floor-rows") ? [...document.querySelectorAll("#floor-rows button")].indexOf(document.activeElement) : -1;
    document.querySelector("#floor-rows").replaceChildren(...rows);
    if (focused >= 0) document.querySelectorAll("#floor-rows button")[focused]?.focus();
    document.querySelector("#floor-nobody").hidden = phones.size > 0;
    drawWords();
  }

  function drawWords() {
    const phone = phones.get(chosen);
    const calls = phone ? [...phone.calls.values()] : [];
    if (!calls.length) return;
    const live = calls.at(-1);
    const lines = live.lines.map((line) => {
      if (line.turn) return element("li", `${text(line.turn.speaker)}：${line.turn.text}`, line.turn.speaker);
      if (line.hint) return element("li", `▲ ${named(line.hint)} ${advice(line.hint)}`, `sev-${line.hint.severity}`);
      return element("li", `${text("findings")}：${chinese ? line.finding.name_zh : line.finding.name_en}`, `sev-${line.finding.severity}`);
    });
    for (const [speaker, partial] of Object.entries(live.partial)) if (partial) lines.push(element("li", `${text(speaker)}：${partial} …`, "soft"));
    const box = document.querySelector("#floor-words");
    box.replaceChildren(...lines);
    box.scrollTop = box.scrollHeight;
  }

  setInterval(() => {
    for (const cell of document.querySelectorAll("#floor-rows td[data-since]")) if (cell.dataset.since) cell.textContent = length(Number(cell.dataset.since));
  }, 1000);
  connect();
})();
