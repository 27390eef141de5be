// Numbers: the field to dial, what the phone book finds while one types, the keypad, and the latest calls.
"use strict";

class Numbers {
  static MOST_RECENT = 30;
  static PAUSE_MS = 150;

  constructor({ text, person, dial, tone }) {
    Object.assign(this, { text, dial, tone });
    this.kept = `callcoach-recent-${person}`;
    this.input = document.querySelector("#desk-number");
    this.search(this.input, document.querySelector("#desk-found"));
    document.querySelector("#desk-dial").addEventListener("submit", (event) => { event.preventDefault(); this.go(); });
    this.pad = document.querySelector("#desk-keypad");
    this.padButton = document.querySelector("#desk-keypad-button");
    this.padButton.addEventListener("click", () => this.togglePad());
    this.pad.addEventListener("click", (event) => { if (event.target.dataset.key) this.press(event.target.dataset.key); });
    this.drawRecent();
  }

  go() {
    const dialled = this.recent().filter((one) => one.direction === "outbound").sort((a, b) => b.at - a.at);
    const number = this.input.value.trim() || dialled[0]?.number;
    if (!number) return this.input.focus();
    if (!this.input.value.trim()) { this.input.value = number; return this.input.focus(); } // redial: shown first, Enter again calls
    this.dial(number).then((done) => {
      if (!done) return;
      this.input.value = "";
      this.input.blur(); // single keys are for the call now
    });
  }

  togglePad(open = this.pad.hidden) {
    this.pad.hidden = !open;
    this.padButton.setAttribute("aria-expanded", String(open));
  }

  press(key) {
    if (!this.tone(key)) this.input.value += key;
  }

  // What was found for what is typed into `input` shows in `list`; arrows choose, Enter or a click takes.
  search(input, list) {
    if (input.dataset.searches) return;
    input.dataset.searches = "";
    let timer = null, asked = 0;
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
    const take = (item) => { input.value = item.dataset.number; close(); input.focus(); };
    const look = async () => {
      const query = input.value.trim(), number = ++asked;
      const found = query ? await this.find(query) : [];
      if (number !== asked || document.activeElement !== input) return;
      list.replaceChildren(...found.map((one) => {
        const item = make("li", one.name);
        item.setAttribute("role", "option");
        item.dataset.number = one.number;
        item.append(make("span", one.number));
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
        return item;
      }));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(Boolean(found.length)));
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, Numbers.PAUSE_MS); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const items = [...list.children];
      const at = items.findIndex((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "Escape") close();
      else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        const next = (at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
        items.forEach((one, place) => one.setAttribute("aria-selected", String(place === next)));
        items[next].scrollIntoView({ block: "nearest" });
        event.preventDefault();
      } else if (!list.hidden && event.key === "Enter" && at >= 0) { take(items[at]); event.preventDefault(); }
    });
  }

  async find(query) {
    const own = this.recent().filter((one) => one.number.includes(query) || one.name?.includes(query));
    let book = [];
    try {
      const answer = await fetch(`/api/v1/contacts?q=${encodeURIComponent(query)}`);
      if (answer.ok) book = await answer.json();
    } catch { /* the recent numbers are found all the same */ }
    const rows = (Array.isArray(book) ? book : book.contacts ?? []).map((one) => ({ name: one.name, number: one.number }));
    const seen = new Set();
    return [...rows, ...own.map((one) => ({ name: one.name || one.number, number: one.number }))]
      .filter((one) => one.number && !seen.has(one.number) && seen.add(one.number)).slice(0, 8);
  }

  recent() {
    try { return JSON.parse(localStorage.getItem(this.kept)) ?? []; } catch { return []; }
  }

  remember(call) {
    if (!call.number) return;
    const entry = { number: call.number, name: call.name, direction: call.direction, missed: call.direction === "inbound" && !call.talking_since, at: call.talking_since ? 1000 * call.talking_since : Date.now() };
    localStorage.setItem(this.kept, JSON.stringify([entry, ...this.recent()].sort((a, b) => b.at - a.at).slice(0, Numbers.MOST_RECENT)));
    this.drawRecent();
  }

  drawRecent() {
    const rows = this.recent().map((one) => {
      const item = make("li");
      const button = make("button", `${one.direction === "inbound" ? "↙" : "↗"} ${one.name || one.number}`, one.missed ? "missed" : "");
      button.type = "button";
      const words = [this.text(one.direction), one.missed ? this.text("missed") : "", one.number];
      button.title = words.filter(Boolean).join(" · ");
      button.append(make("span", words.slice(0, 2).filter(Boolean).join(" "), "unseen"));
      const time = make("time", new Date(one.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
      button.append(time);
      button.addEventListener("click", () => { this.input.value = one.number; this.input.focus(); });
      item.append(button);
      return item;
    });
    document.querySelector("#desk-recent").replaceChildren(...(rows.length ? rows : [make("li", this.text("recent_none"), "soft")]));
  }
}
