// A page's connection to the server: news come in, wishes go out and are answered, sound goes both ways.
// It is tried again until it is there; the server then tells how everything stands.
"use strict";

class ServerLine {
  static AGAIN_MS = [300, 500, 1000, 2000, 4000];
  static ANSWER_MS = 20000;
  static SILENT_MS = 6000; // the server says something every 2 s: a line that is silent for longer is dead, whatever the browser thinks
  static SIGNED_OUT = [4003, 1008];

  static WORDS = document.documentElement.lang.startsWith("zh")
    ? { lost: "与服务器的连接断了", noAnswer: "服务器没有回应", noLine: "没有连上服务器" }
    : { lost: "the connection was lost", noAnswer: "no answer", noLine: "no connection to the server" };

  // news(kind, data, person id), sound(ArrayBuffer), state("up" | "gone" | "signed-out").
  constructor({ path, news, sound, state }) {
    Object.assign(this, { path, news, sound, state });
    this.tries = 0;
    this.asked = new Map();
    this.number = 0;
    this.heardAt = 0;
    this.connect();
    setInterval(() => this.lookAlive(), 1000);
    window.addEventListener("online", () => this.hurry());
  }

  connect() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.path}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => { this.tries = 0; this.heardAt = Date.now(); };
    socket.onmessage = (event) => {
      this.heardAt = Date.now();
      if (typeof event.data !== "string") this.sound(event.data);
      else this.take(JSON.parse(event.data));
    };
    socket.onclose = (event) => { if (socket === this.socket) this.lost(event.code); };
  }

  lost(code) {
    for (const one of this.asked.values()) one.reject(new Error(ServerLine.WORDS.lost));
    this.asked.clear();
    if (ServerLine.SIGNED_OUT.includes(code)) return this.state("signed-out");
    this.state("gone");
    this.timer = setTimeout(() => this.connect(), ServerLine.AGAIN_MS[Math.min(this.tries++, ServerLine.AGAIN_MS.length - 1)]);
  }

  // A network that went away closes nothing: the browser would wait for minutes.
  lookAlive() {
    if (this.socket.readyState !== WebSocket.OPEN || Date.now() - this.heardAt < ServerLine.SILENT_MS) return;
    const dead = this.socket;
    dead.onclose = dead.onmessage = null;
    dead.close();
    this.lost(1006);
  }

  hurry() {
    if (this.socket.readyState >= WebSocket.CLOSING) this.connect();
  }

  take(message) {
    if (message.kind === "beat") return;
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
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error(ServerLine.WORDS.noLine));
    const number = ++this.number;
    const answer = new Promise((resolve, reject) => {
      this.asked.set(number, { resolve, reject });
      setTimeout(() => { if (this.asked.delete(number)) reject(new Error(ServerLine.WORDS.noAnswer)); }, ServerLine.ANSWER_MS);
    });
    this.socket.send(JSON.stringify({ ask: number, command, arguments: args }));
    return answer;
  }

  // Sound that a slow network cannot take is dropped: late sound helps nobody.
  speak(buffer) {
    if (this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 16000) this.socket.send(buffer);
  }
}
