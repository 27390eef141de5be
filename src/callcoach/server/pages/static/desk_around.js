// What stands around the call: the customer's card, notes, the wrap-up, callbacks; fragments of the server's, a tab each.
"use strict";

class Around {
  static DUE_EVERY_MS = 60000;

  // due: called with the callbacks, and the complaints, whose time has come, again and again. opens: whether the CRM opens by itself at an
  // answered call; blocked: called when the browser would not let it.
  constructor({ panels, due, opens, blocked }) {
    Object.assign(this, { panels, due, opens, blocked, call: null, key: "", chosen: null, opened: "" });
    document.addEventListener("htmx:afterSwap", () => this.openCrm());
    document.addEventListener("htmx:beforeSwap", (event) => this.dropLate(event));
    this.tabs = document.querySelector("#desk-tabs");
    this.box = document.querySelector("#desk-around");
    this.idle = this.box.firstElementChild;
    this.drawTabs();
    if (panels.some((panel) => panel.name === "callbacks")) {
      this.remind();
      setInterval(() => this.remind(), Around.DUE_EVERY_MS);
    }
  }

  drawTabs() {
    this.tabs.hidden = !this.panels.length;
    this.tabs.replaceChildren(...this.panels.map((panel) => {
      const tab = make("button", panel.title);
      tab.type = "button";
      tab.dataset.panel = panel.name;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", "false");
      tab.addEventListener("click", () => this.open(panel.name));
      return tab;
    }));
    if (this.panels.length) this.open(this.panels.find((panel) => !panel.needs_call)?.name ?? this.panels[0].name);
  }

  // A call began or another is talked on: its card comes up. It stays after the end, for the wrap-up.
  show(call) {
    const key = `${call.call_id} ${call.number}`;
    this.call = call;
    this.openCrm();
    if (key === this.key || !this.panels.length) return;
    this.key = key;
    this.open(this.panels[0].name);
  }

  openCrm() {
    const link = this.box.querySelector("a[data-crm]");
    if (!this.opens || !link || this.call?.phase !== "talking" || this.opened === this.call.call_id) return;
    this.opened = this.call.call_id;
    if (!window.open(link.href, "callcoach-crm")) this.blocked();
  }

  wrapUp() {
    if (this.call && this.panels.some((panel) => panel.name === "wrap-up")) this.open("wrap-up");
  }

  open(name) {
    const panel = this.panels.find((one) => one.name === name);
    this.chosen = name;
    for (const tab of this.tabs.children) tab.setAttribute("aria-selected", String(tab.dataset.panel === name));
    if (panel.needs_call && !this.call) return this.box.replaceChildren(this.idle);
    const { number, call_id, direction, queue = "" } = this.call ?? {};
    const query = this.call ? `?${new URLSearchParams({ number, call_id, direction, queue })}` : "";
    htmx.ajax("GET", `${panel.path}${query}`, { target: "#desk-around", swap: "innerHTML" });
  }

  // A tab's answer that comes after another was chosen is not wanted any more.
  dropLate(event) {
    const asked = new URL(event.detail.requestConfig.path, location.href).pathname;
    const panel = event.detail.requestConfig.verb === "get" && event.target === this.box && this.panels.find((one) => one.path === asked);
    if (panel && panel.name !== this.chosen) event.detail.shouldSwap = false;
  }

  async remind() {
    try {
      const answer = await fetch("/desk/callbacks/due");
      if (!answer.ok) return;
      const { due, complaints } = await answer.json();
      this.due(due.filter((one) => one.is_late), complaints.filter((one) => one.is_late));
    } catch { /* the server is away: it is told elsewhere */ }
  }
}
