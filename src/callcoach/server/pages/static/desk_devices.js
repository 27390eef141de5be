// The desk's options: which devices, how the browser treats the microphone, how calls are told. Kept in this browser.
"use strict";

class DeskOptions {
  static KEPT = "callcoach-desk-options";
  static DEVICES = { microphone: "audioinput", speaker: "audiooutput", ringer: "audiooutput" };
  static TREATMENT = ["echoCancellation", "noiseSuppression", "autoGainControl"];

  // changed: called with the name of what was changed.
  constructor({ text, changed }) {
    this.text = text;
    this.changed = changed;
    this.values = { singleKeys: true, notify: false, ...Object.fromEntries(DeskOptions.TREATMENT.map((name) => [name, true])), ...this.read() };
    for (const name of Object.keys(DeskOptions.DEVICES)) {
      document.querySelector(`#desk-${name}`).addEventListener("change", (event) => this.set(name, event.target.value));
    }
    for (const name of DeskOptions.TREATMENT) this.bindCheck(name, `#desk-${name}`);
    this.bindCheck("singleKeys", "#desk-single-keys");
    this.bindCheck("notify", "#desk-notify");
    document.querySelector("#desk-notify").addEventListener("change", (event) => this.askToNotify(event.target));
    document.querySelector("#desk-options").addEventListener("toggle", () => this.list());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.list());
    this.list();
  }

  read() {
    try { return JSON.parse(localStorage.getItem(DeskOptions.KEPT)) ?? {}; } catch { return {}; }
  }

  set(name, value) {
    this.values[name] = value;
    localStorage.setItem(DeskOptions.KEPT, JSON.stringify(this.values));
    this.changed(name);
  }

  bindCheck(name, css) {
    const box = document.querySelector(css);
    box.checked = this.values[name];
    box.addEventListener("change", () => this.set(name, box.checked));
  }

  async askToNotify(box) {
    if (!box.checked || !("Notification" in window)) return;
    if ((await Notification.requestPermission()) !== "granted") {
      box.checked = false;
      this.set("notify", false);
      this.changed("notify-refused");
    }
  }

  async list() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    for (const [name, kind] of Object.entries(DeskOptions.DEVICES)) {
      const select = document.querySelector(`#desk-${name}`);
      const options = devices.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default")
        .map((one) => new Option(one.label || one.deviceId.slice(0, 8), one.deviceId));
      select.replaceChildren(new Option(this.text("usual_device"), ""), ...options);
      select.value = this.values[name] ?? "";
      if (select.selectedIndex < 0) select.value = "";
    }
  }
}
