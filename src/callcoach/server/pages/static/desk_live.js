// What is heard of a call while it goes on: the hint that counts now, gauges, and the words of both sides.
"use strict";

class LiveView {
  static HINT_S = 20; // a hint stays large for so long unless another comes
  static KEPT_HINTS = 3;
  static KEPT_LINES = 200;

  constructor({ text, chinese, idle }) {
    Object.assign(this, { text, chinese, idle });
    this.calls = new Map();
    this.shown = null;
    this.hintBox = document.querySelector("#desk-hint");
    this.wordBox = document.querySelector("#desk-words");
    this.gaugeBox = document.querySelector("#desk-gauges");
    setInterval(() => this.drawHints(), 1000);
  }

  start(live) {
    this.calls.clear();
    for (const [id, one] of Object.entries(live)) {
      const call = this.call(id);
      call.score = one.score;
      call.gauges = one.gauges;
      one.told.forEach((update) => this.learn(update, { quietly: true }));
    }
    this.draw();
  }

  call(id) {
    if (!this.calls.has(id)) this.calls.set(id, { score: 100, gauges: null, hints: [], lines: [], partial: {} });
    return this.calls.get(id);
  }

  learn(update, { quietly = false } = {}) {
    const call = this.call(update.call_id);
    if (update.update === "Gauges") call.gauges = update;
    if (update.update === "Partial") call.partial[update.speaker] = update.text;
    if (update.update === "TurnHeard") { call.lines.push(update.turn); call.lines = call.lines.slice(-LiveView.KEPT_LINES); call.partial[update.turn.speaker] = ""; }
    if (update.update === "FindingMade") call.score = update.score;
    if (update.update === "Hint") call.hints.push({ ...update, since: quietly ? 0 : Date.now() });
    if (!quietly) this.draw();
  }

  // Show this call; it stays after its end until another begins.
  show(id) {
    if (id === this.shown) return;
    this.shown = id;
    for (const known of [...this.calls.keys()]) if (known !== id && this.calls.size > 4) this.calls.delete(known);
    this.draw();
  }

  draw() {
    this.drawHints();
    const call = this.calls.get(this.shown);
    this.gaugeBox.hidden = !call;
    if (!call) return this.wordBox.replaceChildren();
    this.drawGauges(call);
    const lines = call.lines.map((turn) => make("li", `${this.text(turn.speaker === "agent" ? "agent" : "customer")}：${turn.text}`, turn.speaker));
    for (const [speaker, partial] of Object.entries(call.partial)) if (partial) lines.push(make("li", `${this.text(speaker === "agent" ? "agent" : "customer")}：${partial} …`, `soft ${speaker}`));
    const atEnd = this.wordBox.scrollHeight - this.wordBox.scrollTop - this.wordBox.clientHeight < 60;
    this.wordBox.replaceChildren(...lines);
    if (atEnd) this.wordBox.scrollTop = this.wordBox.scrollHeight;
  }

  drawHints() {
    const call = this.calls.get(this.shown);
    const hints = call?.hints ?? [];
    const newest = hints.at(-1);
    const large = newest && Date.now() - newest.since < LiveView.HINT_S * 1000;
    const drawn = JSON.stringify([this.shown, hints.length, large]);
    if (drawn === this.drawnHints) return;
    this.drawnHints = drawn;
    const old = hints.slice(large ? -LiveView.KEPT_HINTS - 1 : -LiveView.KEPT_HINTS, large ? -1 : undefined).reverse();
    const parts = old.map((hint) => make("p", `${LiveView.SIGNS[hint.severity]} ${this.named(hint)}${hint.quote ? `「${hint.quote}」` : ""} → ${this.advice(hint)}`, `hint-old sev-${hint.severity}`));
    if (large) parts.unshift(this.large(newest));
    if (!parts.length) parts.push(make("p", call ? this.text("no_hints") : this.idle, "soft"));
    this.hintBox.replaceChildren(...parts);
  }

  large(hint) {
    const box = make("div", "", `hint-now sev-${hint.severity}`);
    const what = hint.quote ? `「${hint.quote}」` : hint.value !== null ? `${Math.round(hint.value * 10) / 10} ${hint.unit}` : "";
    box.append(make("p", `${LiveView.SIGNS[hint.severity]} ${this.named(hint)} ${what}`, "wrong-words"), make("p", this.advice(hint), "instead"));
    return box;
  }

  drawGauges(call) {
    const now = call.gauges ?? {};
    const gauge = (name, shown, high = false) => {
      const box = make("div", "", high ? "high" : "");
      box.append(make("span", this.text(name)), make("b", shown));
      return box;
    };
    const silent = now.silence_s ?? 0;
    this.gaugeBox.replaceChildren(
      gauge("gauge_silence", `${silent.toFixed(0)} ${this.text("seconds")}`, silent >= 5),
      gauge("gauge_talk_over", this.text(now.talk_over ? "yes_now" : "none_now"), Boolean(now.talk_over)),
      gauge("gauge_pace", now.agent_pace ? String(Math.round(now.agent_pace)) : "—", now.agent_pace > 300),
      gauge("gauge_level", now.agent_level_db === null || now.agent_level_db === undefined ? "—" : Math.abs(now.agent_level_db) < 3 ? this.text("usual") : `${now.agent_level_db > 0 ? "+" : "−"}${Math.abs(now.agent_level_db).toFixed(0)} dB`, now.agent_level_db >= 6),
      gauge("gauge_share", now.agent_share === null || now.agent_share === undefined ? "—" : `${Math.round(now.agent_share * 100)} %`),
      gauge("gauge_score", call.score.toFixed(0)),
    );
  }

  named(hint) { return this.chinese ? hint.name_zh : hint.name_en; }
  advice(hint) { return this.chinese ? hint.advice_zh : hint.advice_en || hint.advice_zh; }
}
LiveView.SIGNS = { notice: "○", warning: "△", serious: "▲", fatal: "✖" };
