// Beside a call: a notepad that saves itself and loses nothing, and outcomes that ask for what they need.
"use strict";

(() => {
  const SAVE_AFTER_MS = 600, AGAIN_AFTER_MS = 3000, MOST = 20000;
  const ADDRESS = "/api/v1/desk/notes";

  const forgery = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-Forgery-Token"];

  class Pad {
    constructor(box) {
      this.box = box;
      this.field = box.querySelector("textarea");
      this.state = box.querySelector("[role='status']");
      this.both = box.querySelector(".both");
      this.version = Number(box.dataset.version);
      this.saved = this.field.value;
      this.key = `notes ${box.dataset.person} ${box.dataset.call}`;
      this.timer = 0;
      this.isSaving = false;
      this.isStopped = false;
      this.field.addEventListener("input", () => this.typed());
      this.restore();
    }

    text(name) { return this.box.dataset[`text${name}`]; }

    tell(words, isBad = false) {
      this.state.textContent = words;
      this.state.classList.toggle("not-saved", isBad);
    }

    // What was typed and not saved when the page went away is in this browser, with the version it began from.
    restore() {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "null");
      if (!kept || kept.text === this.saved) { localStorage.removeItem(this.key); return; }
      const theirs = this.field.value;
      this.field.value = kept.text;
      if (kept.version === this.version) this.save();
      else this.ask(theirs, this.version);
    }

    typed() {
      localStorage.setItem(this.key, JSON.stringify({ text: this.field.value, version: this.version }));
      if (this.field.value.length > MOST) { this.tell(this.text("TooLong"), true); return; }
      if (this.isStopped) return;
      this.tell(this.text("Typing"));
      this.later(SAVE_AFTER_MS);
    }

    later(ms) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), ms);
    }

    get isDirty() { return this.field.value !== this.saved; }

    async save(isLeaving = false) {
      clearTimeout(this.timer);
      if (this.isSaving && !isLeaving || this.isStopped || !this.isDirty) return;
      this.isSaving = true;
      const sent = this.field.value;
      const { call, number, direction, queue } = this.box.dataset;
      try {
        const answer = await fetch(ADDRESS, {
          method: "PUT", keepalive: isLeaving,
          headers: { "Content-Type": "application/json", "X-Forgery-Token": forgery() },
          body: JSON.stringify({ call_id: call, number, direction, queue, text: sent, version: this.version }),
        });
        if (answer.status === 409) await this.look();
        else if (!answer.ok) throw new Error((await answer.json()).detail);
        else this.done(sent, await answer.json());
      } catch (error) {
        this.tell(`${this.text("NotSaved")} ${error instanceof TypeError ? "" : error.message}`, true);
        this.later(AGAIN_AFTER_MS);
      } finally {
        this.isSaving = false;
      }
      if (this.isDirty && !this.isStopped && !this.state.classList.contains("not-saved")) this.later(SAVE_AFTER_MS);
    }

    done(sent, kept) {
      this.saved = sent;
      this.version = kept.version;
      if (this.isDirty) localStorage.setItem(this.key, JSON.stringify({ text: this.field.value, version: this.version }));
      else localStorage.removeItem(this.key);
      if (!this.isDirty) this.tell(`${this.text("Saved")} ${new Date().toLocaleTimeString("zh-CN", { hour12: false })}`);
    }

    async look() {
      const answer = await fetch(`${ADDRESS}?call_id=${encodeURIComponent(this.box.dataset.call)}`);
      const kept = await answer.json();
      this.ask(kept.text, kept.version);
    }

    // Another page wrote meanwhile: both texts are shown, and the person decides.
    ask(theirs, version) {
      this.isStopped = true;
      this.tell(this.text("ChangedElsewhere"), true);
      const shown = document.createElement("pre");
      shown.textContent = theirs;
      const choices = document.createElement("p");
      choices.className = "row";
      const both = [this.field.value, theirs].filter((one) => one.trim()).join("\n");
      choices.append(
        this.choice(this.text("KeepBoth"), () => both, version), this.choice(this.text("TakeOther"), () => theirs, version),
      );
      this.both.replaceChildren(shown, choices);
      this.both.hidden = false;
    }

    choice(words, text, version) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => {
        this.both.hidden = true;
        this.isStopped = false;
        this.version = version;
        this.saved = null;
        this.field.value = text();
        this.typed();
        this.save();
      });
      return button;
    }
  }

  const pads = new Set();

  function adopt() {
    for (const pad of pads) if (!pad.box.isConnected) { pad.save(true); pads.delete(pad); }
    for (const box of document.querySelectorAll("[data-notes]:not([data-adopted])")) {
      box.dataset.adopted = "";
      pads.add(new Pad(box));
    }
    for (const form of document.querySelectorAll("form[data-wrap-up]")) needs(form);
  }

  function needs(form) {
    const chosen = form.querySelector("option:checked");
    const box = form.querySelector(".callback-fields");
    const due = box.querySelector("[data-due]");
    const isNeeded = chosen?.matches("[data-needs-callback]") ?? false;
    due.required = isNeeded;
    if (isNeeded) { box.open = true; due.value ||= due.dataset.due; }
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-wrap-up]");
    if (form && event.target.matches("select")) needs(form);
  });
  // A number of a list stays the agent's while they look at it: the page is to be seen, and somebody is there.
  const RENEW_EVERY_MS = 60000, AWAY_AFTER_MS = 15 * 60000;
  let lastSignAt = Date.now();
  for (const sign of ["pointermove", "pointerdown", "keydown"]) addEventListener(sign, () => { lastSignAt = Date.now(); }, { passive: true });
  setInterval(() => {
    const held = document.querySelector("[data-renew]");
    if (!held || document.hidden || Date.now() - lastSignAt > AWAY_AFTER_MS) return;
    htmx.ajax("POST", held.dataset.renew, { target: "#desk-lead", swap: "outerHTML" });
  }, RENEW_EVERY_MS);

  addEventListener("pagehide", () => { for (const pad of pads) pad.save(true); });
  addEventListener("online", () => { for (const pad of pads) pad.save(); });
  document.addEventListener("DOMContentLoaded", adopt);
  document.addEventListener("htmx:afterSwap", adopt);
})();
