// A page's connection to the server: news come in, wishes go out and are answered, sound goes both ways.
// It is tried again until it is there; the server then tells how everything stands.
"use strict";

class ServerLine {
  static AGAIN_MS = [300, 500, 1000, 2000, 4000];
  static ANSWER_MS = 20000;
  static SIGNED_OUT = [4003, 1008];

  // news(kind, data, person id), sound(ArrayBuffer), state("up" | "gone" | "signed-out").
  constructor({ path, news, sound, state }) {
    Object.assign(this, { path, news, sound, state });
    this.tries = 0;
    this.asked = new Map();
    this.number = 0;
    this.connect();
    window.addEventListener("online", () => this.hurry());
  }

  connect() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.path}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => { this.tries = 0; };
    socket.onmessage = (event) => {
      if (typeof event.data !== "string") this.sound(event.data);
      else this.take(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      for (const one of this.asked.values()) one.reject(new Error("the connection was lost"));
      this.asked.clear();
      if (ServerLine.SIGNED_OUT.includes(event.code)) return this.state("signed-out");
      this.state("gone");
      this.timer = setTimeout(() => this.connect(), ServerLine.AGAIN_MS[Math.min(this.tries++, ServerLine.AGAIN_MS.length - 1)]);
    };
  }

  hurry() {
    if (this.socket.readyState === WebSocket.CLOSED) this.connect();
  }

  take(message) {
    if (message.kind === "snapshot") this.state("up");
    if (message.kind !== "answer") return this.news(message.kind, message.data ?? message, message.person_id);
    const { number, error, value } = message.data;
    const waiting = this.asked.get(number);
    this.asked.delete(number);
    if (waiting && error) waiting.reject(new Error(error));
    else if (waiting) waiting.resolve(value);
  }

  // Have something done; resolves to its value, rejects with what went wrong.
  ask(command, args = {}) {
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error("no connection to the server"));
    const number = ++this.number;
    const answer = new Promise((resolve, reject) => {
      this.asked.set(number, { resolve, reject });
      setTimeout(() => { if (this.asked.delete(number)) reject(new Error("no answer")); }, ServerLine.ANSWER_MS);
    });
    this.socket.send(JSON.stringify({ ask: number, command, arguments: args }));
    return answer;
  }

  // Sound that a slow network cannot take is dropped: late sound helps nobody.
  speak(buffer) {
    if (this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 16000) this.socket.send(buffer);
  }
}
