// Small parts that the desk and the floor share.
"use strict";

function make(name, content = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = content;
  if (kind) made.className = kind;
  return made;
}

// The time since a moment (Unix seconds), as m:ss.
function lengthSince(since) {
  const s = Math.max(0, Math.round(Date.now() / 1000 - since));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
