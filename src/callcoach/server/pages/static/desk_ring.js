// Tells that a call rings: a tone on the ringer, a desktop notification, the page's title.
"use strict";

class Ringer {
  static ON_S = 1;
  static EVERY_S = 4;
  static HZ = 450; // the ringing tone of Chinese exchanges: a second on, four off

  constructor() { this.title = document.title; }

  async ring(who, { device = "", title, notify = false, silent = false }) {
    this.stop();
    document.title = `☎ ${title}`;
    if (notify && "Notification" in window && Notification.permission === "granted") {
      this.note = new Notification(title, { body: who, tag: "callcoach-call", requireInteraction: true });
      this.note.onclick = () => { window.focus(); this.note?.close(); };
    }
    if (silent) return;
    const context = new AudioContext();
    this.context = context;
    if (device && context.setSinkId) await context.setSinkId(device).catch(() => {});
    this.sound();
    this.timer = setInterval(() => this.sound(), Ringer.EVERY_S * 1000);
  }

  sound() {
    if (!this.context || this.context.state === "closed") return;
    const at = this.context.currentTime + 0.02;
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setTargetAtTime(0.2, at, 0.02);
    gain.gain.setTargetAtTime(0, at + Ringer.ON_S, 0.02);
    gain.connect(this.context.destination);
    for (const hz of [Ringer.HZ, Ringer.HZ * 1.25]) {
      const tone = new OscillatorNode(this.context, { frequency: hz });
      tone.connect(gain);
      tone.start(at);
      tone.stop(at + Ringer.ON_S + 0.2);
    }
  }

  stop() {
    clearInterval(this.timer);
    document.title = this.title;
    this.note?.close();
    this.note = null;
    const { context } = this;
    this.context = null;
    if (context && context.state !== "closed") context.close();
  }
}
