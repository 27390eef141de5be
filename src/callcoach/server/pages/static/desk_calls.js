// The cards of the calls that are up, each with what can be done with it now.
"use strict";

class CallCards {
  // deed(command, arguments, words): has the phone do something. search(input, list): offers numbers while one types.
  constructor({ box, text, deed, search, keypad }) {
    Object.assign(this, { box, text, deed, search, keypad });
    this.handing = null; // the call whose transfer form is open
    this.drawn = "";
    setInterval(() => this.tick(), 500);
  }

  draw(calls) {
    const drawn = JSON.stringify([calls, this.handing]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const typed = this.box.querySelector(".handing input")?.value ?? "";
    const focused = this.box.contains(document.activeElement) ? document.activeElement.dataset.deed : null;
    if (!calls.some((call) => call.call_id === this.handing && call.phase === "talking")) this.handing = null;
    this.box.replaceChildren(...calls.map((call) => this.card(call, calls)));
    const input = this.box.querySelector(".handing input");
    if (input) { input.value = typed; this.search(input, this.box.querySelector(".handing .found")); }
    if (focused) this.box.querySelector(`[data-deed="${focused}"]`)?.focus();
    this.tick();
  }

  // Whether a card may be told apart by anything: the name, or the number, or that there is none.
  static who(call, text) { return call.name || call.number || text("unknown_number"); }

  state(call, calls) {
    if (call.in_conference) return "in_conference";
    if (call.phase === "ringing_in") return calls.some((one) => one.phase === "talking") ? "state_waiting" : "state_ringing";
    if (call.phase === "ringing_out") return "state_ringing_out";
    if (call.phase === "ending") return "state_ending";
    if (call.phase !== "talking") return "state_dialing";
    if (call.transfer !== "none") return "transferring";
    if (call.hold === "local" || call.hold === "both") return "state_held";
    return call.hold === "remote" ? "state_held_by_them" : "state_talking";
  }

  card(call, calls) {
    const held = call.phase === "talking" && (call.hold === "local" || call.hold === "both");
    const card = make("article", "", `call ${call.phase}${held ? " held" : ""}`);
    card.dataset.call = call.call_id;
    const who = make("p", CallCards.who(call, this.text), "who");
    if (call.name && call.number) who.append(make("span", call.number));
    const how = make("p", "", "how");
    how.append(make("span", this.text(this.state(call, calls))), this.record(call));
    const time = make("span", "", "time");
    time.dataset.since = call.talking_since ?? "";
    how.append(time);
    card.append(who, how, this.deeds(call, calls, held));
    if (this.handing === call.call_id) card.append(this.transferForm(call));
    return card;
  }

  record(call) {
    if (call.phase !== "talking") return make("span", "");
    const kept = { on: "on", paused: "paused", off: "off", true: "on", false: "off" }[String(call.recording)];
    const words = { on: `◉ ${this.text("recording")}`, paused: `‖ ${this.text("recording_paused")}`, off: this.text("recording_off") };
    return make("span", words[kept], `record ${kept}`);
  }

  deeds(call, calls, held) {
    const box = make("div", "", "deeds");
    const id = { call_id: call.call_id };
    const add = (name, command, args, kind = "", pressed = null) => {
      const button = make("button", this.text(name), kind);
      button.type = "button";
      button.dataset.deed = name;
      if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
      button.addEventListener("click", () => (typeof command === "function" ? command() : this.deed(command, args, this.text(name))));
      box.append(button);
    };
    if (call.phase === "ringing_in") {
      add("answer", "answer", id, "main answer");
      add("reject", "reject", id, "danger");
      return box;
    }
    if (call.phase === "talking" && call.transfer === "none") {
      const paused = call.recording === "paused";
      const other = calls.find((one) => one !== call && one.phase === "talking");
      if (!held) add(call.muted ? "unmute" : "mute", "mute", { ...id, muted: !call.muted }, "", call.muted);
      if (!call.in_conference) add(held ? "resume" : "hold", held ? "resume" : "hold", id, "", held);
      add("transfer", () => { this.handing = this.handing === call.call_id ? null : call.call_id; this.draw(calls); this.box.querySelector(".handing input")?.focus(); }, {}, "", this.handing === call.call_id);
      if (!held) add("keypad", this.keypad, {});
      if (!held) add(paused ? "resume_recording" : "pause_recording", paused ? "resume_recording" : "pause_recording", id, "", paused);
      if (call.in_conference) add("split", "split", id);
      else if (other && !held) {
        add("transfer_finish", "transfer_to_call", { call_id: other.call_id, other_call_id: call.call_id });
        add("conference", "conference", { call_id: other.call_id, other_call_id: call.call_id });
      }
    }
    if (call.phase !== "ending") add("hang_up", "hang_up", id, "hang-up");
    return box;
  }

  transferForm(call) {
    const form = make("form", "", "handing");
    const input = make("input");
    input.maxLength = 200;
    input.placeholder = this.text("transfer_to");
    input.setAttribute("aria-label", this.text("transfer_to"));
    input.dataset.deed = "transfer-target";
    const found = make("ul", "", "found");
    found.hidden = true;
    const blind = make("button", this.text("transfer_blind"));
    blind.type = "button";
    blind.addEventListener("click", () => this.hand("transfer", { target: input.value, call_id: call.call_id }, input));
    const ask = make("button", this.text("transfer_ask"), "main");
    const row = make("div", "", "row");
    row.append(ask, blind);
    form.append(input, found, row);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.hand("dial", { target: input.value }, input); });
    this.search(input, found);
    return form;
  }

  hand(command, args, input) {
    if (!input.value.trim()) return input.focus();
    args.target = input.value.trim();
    this.deed(command, args, this.text("transfer")).then((done) => { if (done) { this.handing = null; this.drawn = ""; } });
  }

  tick() {
    for (const cell of this.box.querySelectorAll(".time")) if (cell.dataset.since) cell.textContent = lengthSince(Number(cell.dataset.since));
  }
}
