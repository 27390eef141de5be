// The agent's desk: ties the connection, the headset, the calls, the hints and the keyboard together.
"use strict";

(() => {
  const root = document.querySelector("#desk");
  if (!root) return;
  const texts = JSON.parse(root.dataset.texts);
  const text = (key, values = {}) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), texts[key] ?? key);
  const chinese = document.documentElement.lang.startsWith("zh");
  const at = (css) => document.querySelector(css);
  const USES_HEADSET = "callcoach-headset"; // of this tab: a reload takes the headset up again
  const LEFT = "callcoach-desk-left"; // this tab's place before a reload: the server may still count it as open
  const MIC_SILENT_DB = -75, MIC_SILENT_S = 12, SETTLED_MS = 1500;
  const left = Number(sessionStorage.getItem(LEFT)) || null;
  sessionStorage.removeItem(LEFT); // a tab that is duplicated meanwhile must not take it for its own
  const state = { desk: left, headsetDesk: null, phone: null, presence: null, up: false, heardAt: 0, lost: [] };
  const troubles = new Map();
  const ringer = new Ringer();

  const headset = new Headset({
    worklet: root.dataset.worklet,
    spoken: (buffer) => { if (hasHeadset() && (talking() || checking())) line.speak(buffer); },
    levels: showLevel,
    lost: (word) => { sessionStorage.removeItem(USES_HEADSET); trouble("headset", text(word)); line.ask("lay_headset_down").catch(() => {}); draw(); },
  });
  const live = new LiveView({ text, chinese, idle: text(root.dataset.listening === "1" ? "hints_idle" : "hints_off") });
  const options = new DeskOptions({ text, changed: optionChanged });
  const numbers = new Numbers({ text, person: root.dataset.person ?? "", dial: (target) => deed("dial", { target }, text("dial")), tone });
  const cards = new CallCards({ box: at("#desk-calls"), text, deed, search: (input, list) => numbers.search(input, list), keypad: () => { numbers.togglePad(true); at("#desk-keypad button").focus(); } });
  const around = new Around({
    panels: JSON.parse(root.dataset.panels), due: remindOf,
    opens: root.dataset.crmOpens === "1", blocked: () => say(text("crm_blocked"), "bad"),
  });
  const line = new ServerLine({ path: "/desk/line", news: take, sound: (buffer) => headset.hear(buffer), state: lineState });

  // -- what comes from the server ---------------------------------------------------------------

  function lineState(is) {
    state.up = is === "up";
    trouble("server", is === "gone" ? text("server_gone") : is === "signed-out" ? text("signed_out") : "");
    draw();
  }

  function take(kind, data) {
    if (kind === "snapshot") snapshot(data);
    else if (kind === "connected") state.phone = { ...data, isNew: true, standing: { registered: false, words_zh: "", words_en: "", retry_s: 0, calls: [] } };
    else if (kind === "gone") phoneGone();
    else if (kind === "standing" && state.phone) stands(data);
    else if (kind === "event") happened(data);
    else if (kind === "live") live.learn(data);
    else if (kind === "presence") state.presence = data;
    else if (kind === "headset") headsetGoes(data.desk);
    else if (kind === "message") message(data);
    draw();
  }

  function snapshot(data) {
    const former = state.desk;
    phoneGone(); // what happened while the connection was lost is told by how things stand now
    Object.assign(state, { desk: data.desk, phone: data.phone, presence: data.presence, headsetDesk: data.headset.desk });
    trouble("listening", data.listening_fault ? text("listening_failed", { detail: data.listening_fault }) : "", "plain");
    if (data.listening_fault) live.idle = text("hints_failed");
    live.start(data.phone?.live ?? {});
    if (data.phone) stands(data.phone.standing);
    if (data.phone) returned();
    // After a reload, or when the connection came back: the headset is this tab's as it was, unless another has it.
    const isOurs = state.headsetDesk === null || state.headsetDesk === former;
    if (headset.isOpen && isOurs) line.ask("take_headset").catch(() => {});
    else if (sessionStorage.getItem(USES_HEADSET) && isOurs && data.phone) putOn();
  }

  function stands(standing) {
    const before = state.phone.standing;
    state.phone.standing = standing;
    if (state.phone.isNew) returned();
    state.phone.isNew = false;
    const now = new Set(standing.calls.map((call) => call.call_id));
    for (const call of before.calls) if (!now.has(call.call_id)) numbers.remember(call);
    if (before.calls.length && !standing.calls.length) around.wrapUp();
    const shown = standing.calls.find((call) => call.phase === "talking" && call.hold === "none") ?? standing.calls[0];
    if (shown) live.show(shown.call_id);
    if (shown) around.show(shown);
    ring(standing.calls);
  }

  // The phone's line is down. Whether its calls go on shows when it is back.
  function phoneGone() {
    state.lost = [...state.lost, ...calls()];
    state.phone = null;
    ring([]);
  }

  // A phone that was started again tells a moment later which recordings it has saved.
  function returned() {
    if (state.lost.length) setTimeout(() => { if (state.phone) tellOfLost(state.phone.standing); }, SETTLED_MS);
  }

  function tellOfLost(standing) {
    const over = state.lost.filter((lost) => !standing.calls.some((call) => call.call_id === lost.call_id));
    state.lost = [];
    for (const call of over) {
      numbers.remember(call);
      const words = standing.recovered?.includes(call.call_id) ? "call_cut_saved" : "call_ended_meanwhile";
      say(text(words, { who: CallCards.who(call, text) }), "bad", true);
    }
    if (over.length && !standing.calls.length) around.wrapUp();
  }

  function happened(event) {
    if (event.event === "TransferResult" && !event.succeeded) say(text("transfer_failed", { detail: `${event.code} ${event.reason}` }), "bad");
    if (event.event === "RecordingFailed") say(text("recording_failed", { detail: event.reason }), "bad");
    if (event.event === "AudioFault") trouble("headset", text("mic_failed", { detail: event.error }));
    if (event.event === "CallTurnedAway") numbers.remember({ ...event, direction: "inbound", talking_since: null });
    if (event.event === "CallEnded") {
      const call = state.phone?.standing.calls.find((one) => one.call_id === event.call_id);
      const refused = event.ended_by === "agent" && call?.direction === "inbound" && !call.talking_since ? "rejected" : "ended";
      say(text(refused, { who: call ? CallCards.who(call, text) : "", reason: halfOf(event.reason) }), "plain");
    }
  }

  // "忙线 · busy" as the reader reads it.
  const halfOf = (pair) => { const [zh, en] = String(pair).split(" · "); return chinese ? zh : en ?? zh; };

  function message(data) {
    const words = { whisper: "supervisor_speaks", barge: "supervisor_joins" }[data.about];
    if (data.about && !data.name) return trouble("supervisor", "");
    if (words) return trouble("supervisor", text(words, { name: data.name }), "plain");
    say(text("message_from", data), "plain", true);
  }

  // -- calls ------------------------------------------------------------------------------------

  const calls = () => state.phone?.standing.calls ?? [];
  const talking = () => calls().some((call) => call.phase === "talking" || call.phase === "ringing_out" || call.phase === "dialing");
  const current = () => calls().find((call) => call.phase === "talking" && call.hold === "none") ?? calls().find((call) => call.phase === "talking") ?? calls()[0];

  // Have the phone do something; resolves to whether it was done, and says what went wrong.
  function deed(command, args, words) {
    return line.ask(command, args).then(() => true, (error) => {
      say(text("failed", { deed: words, detail: error.message }), "bad");
      return false;
    });
  }

  function tone(digits) {
    const call = calls().find((one) => one.phase === "talking" && one.hold === "none");
    if (!call) return false;
    deed("send_digits", { digits, call_id: call.call_id }, text("keypad"));
    headset.beep(697, 0.08);
    return true;
  }

  let ringing = "";
  function ring(now) {
    const incoming = now.find((call) => call.phase === "ringing_in");
    const busy = now.some((call) => call.phase === "talking");
    const id = incoming ? `${incoming.call_id}${busy}` : "";
    if (id === ringing) return;
    ringing = id;
    if (!incoming) return ringer.stop();
    const who = CallCards.who(incoming, text);
    ringer.ring(who, { device: options.values.ringer, title: text("ring_title", { who }), notify: options.values.notify, silent: busy || (state.headsetDesk !== null && !hasHeadset()) });
    if (busy) headset.beep();
    else if (!at("#desk-calls").contains(document.activeElement) && document.activeElement === document.body) setTimeout(() => at(".call.ringing_in .answer")?.focus(), 0);
  }

  // -- headset ----------------------------------------------------------------------------------

  const hasHeadset = () => state.desk !== null && state.headsetDesk === state.desk;
  const checking = () => at("#desk-check").getAttribute("aria-pressed") === "true";

  async function putOn() {
    trouble("headset", "");
    if (!state.phone) return;
    at("#desk-headset").textContent = text("opening");
    try {
      await headset.open({ rateHz: state.phone.rate_hz, ...options.values });
      await line.ask("take_headset");
      sessionStorage.setItem(USES_HEADSET, "yes");
      options.list(); // names of devices are known once the microphone is allowed
    } catch (error) {
      await headset.close();
      trouble("headset", text(error.message in texts ? error.message : "mic_failed", { detail: error.detail ?? error.message }));
    }
    draw();
  }

  async function layDown() {
    sessionStorage.removeItem(USES_HEADSET);
    await headset.close();
    await line.ask("lay_headset_down").catch(() => {});
    draw();
  }

  window.addEventListener("pagehide", () => { if (hasHeadset()) sessionStorage.setItem(LEFT, String(state.desk)); });

  function headsetGoes(desk) {
    state.headsetDesk = desk;
    if (desk !== null && desk !== state.desk && headset.isOpen) {
      sessionStorage.removeItem(USES_HEADSET);
      headset.close();
    }
  }

  function showLevel(of, level) {
    at(of === "mic" ? "#desk-mic-level" : "#desk-ear-level").value = Math.max(-60, level);
    if (of !== "mic") return;
    const call = current();
    const quiet = level < MIC_SILENT_DB && call?.phase === "talking" && !call.muted && call.hold === "none";
    if (!quiet) state.heardAt = Date.now();
    trouble("silent", quiet && Date.now() - state.heardAt > MIC_SILENT_S * 1000 ? text("mic_silent") : "");
  }

  function optionChanged(name) {
    if (name === "notify-refused") say(text("notify_refused"), "bad");
    if (headset.isOpen && (name === "microphone" || name === "speaker" || DeskOptions.TREATMENT.includes(name))) putOn();
  }

  async function check() {
    const wanted = !checking();
    if (wanted && !headset.isOpen) await putOn();
    if (wanted && !headset.isOpen) return;
    if (!(await deed("echo", { wanted }, text("sound_check")))) return;
    at("#desk-check").setAttribute("aria-pressed", String(wanted));
    trouble("check", wanted ? text("sound_check_on") : "", "plain");
  }

  // -- what is said on the page -------------------------------------------------------------------

  function trouble(key, words, kind = "bad", deeds = []) {
    const known = troubles.get(key);
    if ((known?.words ?? "") === words) return;
    if (words) troubles.set(key, { words, kind, deeds });
    else troubles.delete(key);
    const worstFirst = [...troubles.values()].sort((a, b) => (b.kind === "bad") - (a.kind === "bad"));
    at("#desk-troubles").replaceChildren(...worstFirst.map((one) => {
      const told = make("p", `${one.kind === "bad" ? "✖" : "ⓘ"} ${one.words}`, `banner ${one.kind}`);
      for (const [label, todo] of one.deeds) {
        const button = make("button", label, "small");
        button.type = "button";
        button.addEventListener("click", todo);
        told.append(button);
      }
      return told;
    }));
  }

  function remindOf(due, complaints) {
    const [late] = complaints;
    const told = late ? text("complaint_due", { who: late.customer, what: late.complaint, count: complaints.length }) : "";
    trouble("complaint", told, "plain", late ? [[text("look"), () => window.open(late.url)]] : []);
    const [first] = due;
    const words = first ? text("callback_due", { who: first.customer || first.number, reason: first.reason, count: due.length }) : "";
    trouble("callback", words, "plain", first ? [[text("dial"), () => deed("dial", { target: first.number }, text("dial"))]] : []);
  }

  const SAID_MS = 8000;
  function say(words, kind, stays = false) {
    const told = make("p", `${kind === "bad" ? "✖" : "ⓘ"} ${words}`, `banner ${kind}`);
    if (stays) {
      const button = make("button", text("close"), "small");
      button.type = "button";
      button.addEventListener("click", () => told.remove());
      told.append(" ", button);
    } else setTimeout(() => told.remove(), SAID_MS);
    at("#told").append(told);
  }

  function draw() {
    drawPresence();
    drawPhone();
    drawHeadset();
    cards.draw(calls());
    at("#desk-dial .main").disabled = !state.phone || (!state.phone.standing.registered && Boolean(state.phone.number));
  }

  function drawPresence() {
    const now = state.presence?.state ?? "not_ready";
    const ready = at("#desk-ready"), not = at("#desk-not-ready");
    ready.setAttribute("aria-pressed", String(now === "ready"));
    not.classList.toggle("chosen", now !== "ready");
    not.textContent = now === "after_call" ? `◐ ${text("after_call")}` : `○ ${text("not_ready")}${now === "not_ready" && state.presence?.reason ? `：${state.presence.reason}` : ""}`;
    if (now !== "ready" && state.presence?.since) not.append(` ${lengthSince(state.presence.since)}`);
    ready.textContent = now === "after_call" ? `● ${text("be_ready")}` : `● ${text("ready")}`;
  }

  function drawPhone() {
    const standing = state.phone?.standing;
    const is = at("#desk-phone");
    const good = standing?.registered || (standing && !state.phone.number);
    is.className = `desk-state state ${good ? "good" : "bad"}`;
    is.textContent = `${good ? "●" : "✖"} ${text("phone")} ${state.phone?.number ?? ""} ${text(!state.phone ? "phone_off" : standing.registered ? "registered" : good ? "ready" : "unregistered")}`;
    trouble("phone", state.up && !state.phone ? text(state.lost.length ? "phone_lost" : "no_phone") : "");
    const words = standing && (chinese ? standing.words_zh : standing.words_en);
    const retry = standing?.retry_s ? ` ${text("retry_in", { seconds: standing.retry_s })}` : "";
    trouble("registration", standing && !good ? text("not_registered", { words: words || text("unregistered") }) + retry : "", "bad", [[text("register_now"), () => deed("register", {}, text("register_now"))]]);
    for (const [name, css] of [["auto_answer", "#desk-auto-answer"], ["do_not_disturb", "#desk-do-not-disturb"]]) {
      const box = at(css);
      box.disabled = !state.phone;
      box.checked = Boolean(standing?.[name]);
    }
    trouble("disturb", standing?.do_not_disturb ? text("do_not_disturb_now") : "", "plain");
  }

  function drawHeadset() {
    const button = at("#desk-headset");
    const mine = hasHeadset() && headset.isOpen;
    button.textContent = text(mine ? "lay_down" : "put_on");
    button.classList.toggle("main", !mine);
    button.disabled = !state.phone;
    button.title = mine ? "" : text(state.headsetDesk !== null ? "headset_elsewhere" : "headset_none");
    at("#desk-levels").hidden = !mine;
  }

  // -- what the agent does --------------------------------------------------------------------------

  const presence = (to, reason = "") => deed("presence", { state: to, reason }, text("presence"));
  at("#desk-ready").addEventListener("click", () => presence("ready"));
  at("#desk-not-ready-menu").addEventListener("click", (event) => {
    if (event.target.dataset.reason === undefined) return;
    at("#desk-not-ready-menu").open = false;
    presence("not_ready", event.target.dataset.reason);
  });
  at("#desk-headset").addEventListener("click", () => (hasHeadset() && headset.isOpen ? layDown() : putOn()));
  at("#desk-check").addEventListener("click", check);
  at("#desk-test-call")?.addEventListener("click", (event) => deed("dial", { target: event.target.dataset.number }, text("test_call")));
  at("#desk-auto-answer").addEventListener("change", (event) => deed("set_auto_answer", { on: event.target.checked }, text("auto_answer")));
  at("#desk-do-not-disturb").addEventListener("change", (event) => deed("set_do_not_disturb", { on: event.target.checked }, text("do_not_disturb")));
  at("#desk-keys").addEventListener("click", showKeys);

  function showKeys() {
    const help = at("#desk-keys-help");
    help.hidden = !help.hidden;
    at("#desk-keys").setAttribute("aria-expanded", String(!help.hidden));
  }

  function press(...names) {
    const wanted = names.map((name) => `[data-deed="${name}"]`).join(",");
    const card = current() && at(`#desk-calls [data-call="${CSS.escape(current().call_id)}"]`);
    (card?.querySelector(wanted) ?? at("#desk-calls").querySelector(wanted))?.click();
  }
  // Go on with the call that waits on hold; the other one is held for it.
  function swap() {
    const held = calls().find((call) => call.phase === "talking" && (call.hold === "local" || call.hold === "both"));
    if (held) deed("resume", { call_id: held.call_id }, text("resume"));
  }

  const KEYS = {
    a: () => press("answer"), r: () => press("reject"), e: () => press("hang_up"), m: () => press("mute", "unmute"),
    h: () => press("hold", "resume"), t: () => press("transfer"), k: () => numbers.togglePad(), p: () => press("pause_recording", "resume_recording"),
    c: () => press("conference", "split"), f: () => press("transfer_finish"), x: swap, w: () => at("#desk-headset").click(),
    n: () => at("#desk-do-not-disturb").click(), d: () => numbers.input.focus(), s: () => presence(state.presence?.state === "ready" ? "not_ready" : "ready"), "?": showKeys,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") || !options.values.singleKeys) return;
    if (/^[0-9*#]$/.test(event.key) && tone(event.key)) return event.preventDefault();
    const todo = KEYS[event.key.toLowerCase()];
    if (!todo) return;
    event.preventDefault();
    todo();
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  at("#desk-around").addEventListener("click", (event) => {
    const link = event.target.closest("[data-dial]");
    if (!link) return;
    event.preventDefault();
    deed("dial", { target: link.dataset.dial }, text("dial"));
  });

  // Browsers hand tel: and sip: links to a page that was allowed to take them; callto: is not among those they hand over.
  at("#desk-links").hidden = !navigator.registerProtocolHandler;
  at("#desk-links").addEventListener("click", () => {
    try {
      for (const scheme of ["tel", "sip"]) navigator.registerProtocolHandler(scheme, `${location.origin}/desk?dial=%s`);
      say(text("links_asked"), "plain");
    } catch (error) { say(text("links_refused", { detail: error.message }), "bad"); }
  });

  if (root.dataset.dial) {
    numbers.input.value = root.dataset.dial;
    say(text("dial_link", { number: root.dataset.dial }), "plain");
    numbers.input.focus();
  }
  setInterval(drawPresence, 1000);
  window.callcoachDesk = { headset, line }; // for benchmarks, which put sound in and take it out at the headset's ends
})();
