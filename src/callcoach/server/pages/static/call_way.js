// The way through the list one came from: back to it with its filters, and to the calls before and after this one.
"use strict";

(() => {
  const way = document.querySelector("#way");
  const back = document.querySelector("[data-back]");
  if (!way) return;
  const LIST = "callcoach way";
  const same = (one, other) => {
    const [a, b] = [one, other].map((href) => new URL(href, location.origin));
    return a.pathname === b.pathname && a.searchParams.get("round") === b.searchParams.get("round");
  };
  let list = null;
  try { list = JSON.parse(sessionStorage.getItem(LIST)); } catch { /* nothing was kept */ }
  const at = () => list.calls.findIndex((href) => same(href, location.href));
  if (!list || at() < 0) return;
  back.href = list.back;

  // At the end of a page of the list, the next page is asked for the calls on it.
  async function more() {
    if (!list.following || at() < list.calls.length - 1) return;
    const answer = await fetch(list.following);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = callsOf(page, list.following);
    list = { ...list, calls: [...list.calls, ...found.calls.filter((href) => !list.calls.some((one) => same(one, href)))], following: found.following };
    sessionStorage.setItem(LIST, JSON.stringify(list));
  }

  function show() {
    const place = at();
    for (const [id, href] of [["call-before", list.calls[place - 1]], ["call-after", list.calls[place + 1]]]) {
      const link = document.getElementById(id);
      if (href) link.href = href; else { link.removeAttribute("href"); link.setAttribute("aria-disabled", "true"); }
    }
    document.querySelector("#way-place").textContent = `${place + 1} / ${list.calls.length}${list.following ? "+" : ""}`;
    way.hidden = false;
  }

  show();
  more().then(show);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
    const link = { j: "#call-after", k: "#call-before" }[event.key];
    if (link) document.querySelector(`${link}[href]`)?.click();
  });
})();
