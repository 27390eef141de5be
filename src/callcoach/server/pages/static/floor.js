// The floor: a row for each phone, kept up to date by what the server tells; the call that was chosen, its words, and
// taking part in it; alerts of the severity that the supervisor chose.
"use strict";

(() => {
  const floor = document.querySelector("#floor");
  if (!floor) return;
  const at = (css) => document.querySelector(css);
  const texts = JSON.parse(floor.dataset.texts);
  const text = (key, values = {}) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), texts[key] ?? key);
  const chinese = document.documentElement.lang.startsWith("zh");
  const SEVERITIES = ["notice", "warning", "serious", "fatal"];
  const SIGNS = { notice: "○", warning: "△", serious: "▲", fatal: "✖" };
  const NOW = { listen: "now_listen", whisper: "now_whisper", barge: "now_barge" };
  const KEPT_LEVEL = "callcoach-floor-alerts", MOST_ALERTS = 6;
  const phones = new Map(), rows = new Map();
  const body = at("#floor-rows");
  const alerts = [];
  const shown = { of: null, count: 0 };
  let chosen = null, joined = null, mayJoin = false;

  const named = (one) => (chinese ? one.name_zh : one.name_en);
  const advice = (hint) => (chinese ? hint.advice_zh : hint.advice_en || hint.advice_zh);

  const headset = new Headset({
    worklet: floor.dataset.worklet,
    spoken: (buffer) => { if (joined && joined.how !== "listen") line.speak(buffer); },
    levels: (of, level) => { at(of === "mic" ? "#floor-mic-level" : "#floor-level").value = Math.max(-60, level); },
    lost: (word) => { tell(text(word)); leave(); },
  });
  const line = new ServerLine({
    path: "/floor/news", news: take, sound: (buffer) => headset.hear(buffer),
    state: (is) => {
      at("#floor-gone").hidden = is === "up";
      if (is !== "up" && joined) { joined = null; headset.close(); drawJoining(); }
    },
  });

  function take(kind, data, person) {
    if (kind === "snapshot") snapshot(data);
    else if (kind === "gone") gone(person);
    else if (kind === "connected") phones.set(person, { ...data, standing: { registered: false, calls: [] }, calls: new Map() });
    else {
      const phone = phones.get(person);
      if (phone && kind === "standing") stands(phone, person, data);
      if (phone && kind === "presence") phone.presence = data;
      const live = phone && kind === "live" ? recordOf(phone, data.call_id) : null;
      if (live) learn(phone, live, data, person);
    }
    draw();
  }

  function snapshot(data) {
    mayJoin = data.may_join;
    phones.clear();
    for (const phone of data.phones) {
      const calls = new Map();
      for (const [id, live] of Object.entries(phone.live)) {
        calls.set(id, { ...fresh(), score: live.score, gauges: live.gauges });
        live.told.forEach((update) => learn(phone, calls.get(id), update, null));
      }
      phones.set(phone.person_id, { ...phone, calls });
    }
  }

  // A voice ends with the call it was meant for: the next customer must not hear who forgot to leave. Listening goes on.
  function stands(phone, person, standing) {
    const wasUp = isUp(phone);
    phone.standing = standing;
    tidy(phone);
    if (wasUp && !isUp(phone) && joined?.person === person && joined.how !== "listen") {
      leave();
      tell(text("left_by_end"), "plain");
    }
  }

  const isStanding = (phone, id) => phone.standing.calls.some((call) => call.call_id === id);

  // What is heard of a call that is up, or of the last one: its last words come after its end.
  function recordOf(phone, id) {
    if (!phone.calls.has(id) && isStanding(phone, id)) phone.calls.set(id, fresh());
    return phone.calls.get(id);
  }

  // A floor is open all day: of calls that are over only the last can still be read.
  function tidy(phone) {
    const last = [...phone.calls.keys()].at(-1);
    for (const id of phone.calls.keys()) if (id !== last && !isStanding(phone, id)) phone.calls.delete(id);
  }

  function gone(person) {
    phones.delete(person);
    if (joined?.person === person) { joined = null; headset.close(); tell(text("left_by_phone")); drawJoining(); }
  }

  const fresh = () => ({ score: 100, gauges: null, hint: null, lines: [], partial: {}, worst: -1 });

  // `person` is null for what happened before this page was open: it is shown, and alerts nobody.
  function learn(phone, call, update, person) {
    if (update.update === "Gauges") call.gauges = update;
    if (update.update === "Hint") { call.hint = update; call.lines.push({ hint: update }); }
    if (update.update === "FindingMade") { call.score = update.score; call.lines.push({ finding: update.finding }); }
    if (update.update === "Partial") call.partial[update.speaker] = update.text;
    if (update.update === "TurnHeard") { call.lines.push({ turn: update.turn }); call.partial[update.turn.speaker] = ""; }
    const found = update.update === "Hint" ? update : update.update === "FindingMade" ? update.finding : null;
    if (!found) return;
    const grade = SEVERITIES.indexOf(found.severity);
    call.worst = Math.max(call.worst, grade);
    if (person !== null && grade >= level()) alert(phone, found, person);
  }

  // -- alerts -------------------------------------------------------------------------------------

  function level() { return Number(at("#floor-alerts-from").value); }

  function alert(phone, found, person) {
    const same = alerts.find((one) => one.person === person && one.rule === found.rule_id && Date.now() - one.at < 15000);
    if (same) return; // the hint and the finding that follows it are one matter
    alerts.unshift({ person, rule: found.rule_id, name: phone.name, found, at: Date.now() });
    alerts.length = Math.min(alerts.length, MOST_ALERTS);
    if ("Notification" in window && Notification.permission === "granted" && document.hidden) {
      new Notification(`${phone.name} · ${named(found)}`, { body: found.quote ?? "", tag: `callcoach-floor-${person}` });
    }
    drawAlerts();
  }

  function drawAlerts() {
    at("#floor-alerts").hidden = !alerts.length;
    at("#floor-alerts ol").replaceChildren(...alerts.map((one) => {
      const item = document.createElement("li");
      const button = make("button", `${new Date(one.at).toLocaleTimeString(document.documentElement.lang)} ${one.name}`, "quiet");
      button.type = "button";
      button.addEventListener("click", () => choose(one.person));
      item.append(button, " ", make("b", `${SIGNS[one.found.severity]} ${named(one.found)}`, `sev-${one.found.severity}`), ` ${one.found.quote ?? ""}`);
      return item;
    }));
  }

  // -- the table ----------------------------------------------------------------------------------

  function stateOf(phone, call) {
    if (call) {
      if (call.barged && call.hold === "none") return ["barged", "good"];
      if (call.phase === "talking") return call.hold === "none" ? ["talking", "good"] : ["held", "plain"];
      return call.phase === "ringing_in" ? ["ringing", "plain"] : ["dialing", "plain"];
    }
    if (!phone.standing.registered && phone.number) return ["unregistered", "plain"];
    const presence = phone.presence?.state ?? "not_ready";
    return [presence, presence === "ready" ? "good" : "plain"];
  }

  function gauge(live) {
    if (!live?.gauges) return "";
    const now = [];
    if (live.gauges.silence_s >= 3) now.push(`${text("silence")} ${live.gauges.silence_s.toFixed(0)} s`);
    if (live.gauges.talk_over) now.push(text("talk_over"));
    if (live.gauges.agent_level_db >= 4) now.push(`+${live.gauges.agent_level_db.toFixed(0)} dB`);
    return now.join(" · ");
  }

  // News come many times a second: what stands keeps its elements, or a click that began on one would end on another.

  let asked = false;
  function draw() {
    if (!asked) requestAnimationFrame(drawNow);
    asked = true;
  }

  function drawNow() {
    asked = false;
    const order = [...phones].sort((a, b) => a[1].name.localeCompare(b[1].name, "zh"));
    for (const [person, row] of rows) if (!phones.has(person)) { row.made.remove(); rows.delete(person); }
    order.forEach(([person, phone], place) => {
      if (!rows.has(person)) rows.set(person, newRow(person));
      const row = rows.get(person);
      if (body.children[place] !== row.made) body.insertBefore(row.made, body.children[place] ?? null);
      fill(row, person, phone);
    });
    at("#floor-nobody").hidden = phones.size > 0;
    drawWords();
    drawJoining();
  }

  function newRow(person) {
    const made = make("tr"), head = make("th"), pick = make("button", "", "quiet");
    head.scope = "row";
    pick.type = "button";
    pick.addEventListener("click", () => choose(person));
    head.append(pick);
    const cells = Object.fromEntries(["state", "customer", "time", "score", "gauge", "latest"].map((name) => [name, make("td")]));
    cells.time.className = cells.score.className = "figure";
    made.append(head, ...Object.values(cells));
    return { made, pick, cells, hint: null };
  }

  function put(element, words) { if (element.textContent !== words) element.textContent = words; }

  function fill(row, person, phone) {
    const call = phone.standing.calls.find((one) => one.phase === "talking" && one.hold === "none") ?? phone.standing.calls.at(-1);
    const live = call ? phone.calls.get(call.call_id) : null;
    const [state, kind] = stateOf(phone, call);
    const reason = !call && phone.presence?.reason ? ` ${phone.presence.reason}` : "";
    const since = call ? call.talking_since : phone.presence?.since;
    const { cells } = row;
    row.made.classList.toggle("alert", Boolean(live && live.worst >= level()));
    put(row.pick, `${phone.name} ${phone.number}`);
    row.pick.setAttribute("aria-pressed", String(chosen === person));
    put(cells.state, `${kind === "good" ? "●" : "○"} ${text(state)}${reason}`);
    put(cells.customer, call ? `${call.name} ${call.number}`.trim() : "");
    cells.time.dataset.since = since ?? "";
    put(cells.time, since ? lengthSince(since) : "");
    put(cells.score, live ? live.score.toFixed(0) : "");
    put(cells.gauge, gauge(live));
    if (row.hint !== (live?.hint ?? null)) {
      row.hint = live?.hint ?? null;
      cells.latest.replaceChildren();
      if (row.hint) cells.latest.append(make("b", `${SIGNS[row.hint.severity]} ${named(row.hint)}`, `sev-${row.hint.severity}`), ` ${row.hint.quote}`);
    }
  }

  function choose(person) {
    chosen = person;
    if (joined && joined.person !== person) leave();
    draw();
  }

  function drawWords() {
    const phone = phones.get(chosen);
    const calls = phone ? [...phone.calls.values()] : [];
    if (!calls.length) return;
    const live = calls.at(-1);
    const box = at("#floor-words");
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    if (shown.of !== live) { shown.of = live; shown.count = 0; box.replaceChildren(); }
    box.querySelectorAll(".partial").forEach((one) => one.remove());
    box.append(...live.lines.slice(shown.count).map(wordsOf));
    shown.count = live.lines.length;
    for (const [speaker, partial] of Object.entries(live.partial)) if (partial) box.append(make("li", `${text(speaker)}：${partial} …`, "soft partial"));
    if (atEnd) box.scrollTop = box.scrollHeight;
  }

  function wordsOf(one) {
    if (one.turn) return make("li", `${text(one.turn.speaker)}：${one.turn.text}`, one.turn.speaker);
    if (one.hint) return make("li", `${SIGNS[one.hint.severity]} ${named(one.hint)} → ${advice(one.hint)}`, `sev-${one.hint.severity}`);
    return make("li", `${text("findings")}：${named(one.finding)}`, `sev-${one.finding.severity}`);
  }

  // -- taking part --------------------------------------------------------------------------------

  const isUp = (phone) => phone.standing.calls.some((call) => call.phase === "talking");

  function drawJoining() {
    const phone = phones.get(chosen);
    at("#floor-joining").hidden = !mayJoin || !phone;
    at("#floor-chosen").textContent = phone ? phone.name : "";
    for (const button of document.querySelectorAll("#floor-joining [data-how]")) {
      button.setAttribute("aria-pressed", String(joined?.how === button.dataset.how));
      button.disabled = !phone || !isUp(phone);
    }
    at("#floor-leave").hidden = !joined;
    at("#floor-heard").hidden = !joined;
    at("#floor-said").hidden = !joined || joined.how === "listen";
    const now = at("#floor-joined");
    now.hidden = !joined;
    now.className = `banner ${joined?.how === "listen" ? "plain" : "bad"}`;
    const words = joined ? text(isUp(phones.get(joined.person)) ? NOW[joined.how] : "now_waiting", { agent: phones.get(joined.person).name }) : "";
    if (now.textContent !== words) now.textContent = words; // said once by a screen reader, not at every news
  }

  async function join(how) {
    const person = chosen;
    try {
      const { rate_hz: rateHz } = await line.ask("join", { person_id: person, how });
      await headset.open({ rateHz, channels: 2, speaks: how !== "listen" });
      joined = { person, how };
    } catch (error) {
      await leave();
      tell(texts[error.message] ?? text("not_joined", { detail: error.detail ?? error.message }));
    }
    drawJoining();
  }

  async function leave() {
    joined = null;
    await headset.close();
    await line.ask("leave").catch(() => {});
    drawJoining();
  }

  async function send(event) {
    event.preventDefault();
    const field = at("#floor-message");
    try {
      const { arrived } = await line.ask("message", { person_id: chosen, text: field.value });
      tell(text(arrived ? "message_sent" : "message_unread"), arrived ? "good" : "bad");
      if (arrived) field.value = "";
    } catch (error) { tell(text("message_failed", { detail: error.message })); }
  }

  function tell(words, kind = "bad") {
    const told = make("p", `${{ bad: "✖", good: "✓", plain: "ⓘ" }[kind]} ${words}`, `banner ${kind}`);
    setTimeout(() => told.remove(), 8000);
    at("#told").append(told);
  }

  for (const button of document.querySelectorAll("#floor-joining [data-how]")) {
    button.addEventListener("click", () => (joined?.how === button.dataset.how ? leave() : join(button.dataset.how)));
  }
  at("#floor-leave").addEventListener("click", leave);
  at("#floor-message-form").addEventListener("submit", send);
  const from = at("#floor-alerts-from");
  from.value = localStorage.getItem(KEPT_LEVEL) ?? "2";
  from.addEventListener("change", () => {
    localStorage.setItem(KEPT_LEVEL, from.value);
    if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
    draw();
  });
  window.callcoachFloor = { phones }; // for tests, which look at what is kept
  setInterval(() => {
    for (const cell of document.querySelectorAll("#floor-rows td[data-since]")) if (cell.dataset.since) cell.textContent = lengthSince(Number(cell.dataset.since));
  }, 1000);
})();
