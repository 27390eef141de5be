// Plays moments of past calls, one at a time: buttons name the sound and from when to when.
"use strict";

(() => {
  const LEAD_S = 0.5; // a little of what comes before and after, so that no syllable is cut
  const audio = new Audio();
  let playing = null;
  let until = 0;

  function stop() {
    audio.pause();
    if (playing) playing.setAttribute("aria-pressed", "false");
    playing = null;
  }

  async function play(button) {
    const from = Math.max(0, Number(button.dataset.from) - LEAD_S);
    until = Number(button.dataset.to) + LEAD_S;
    const address = new URL(button.dataset.play, location.href).href;
    if (audio.src !== address) audio.src = address;
    playing = button;
    button.setAttribute("aria-pressed", "true");
    audio.currentTime = from;
    try {
      await audio.play();
    } catch {
      if (playing === button) stop();
    }
  }

  audio.addEventListener("timeupdate", () => { if (playing && audio.currentTime >= until) stop(); });
  for (const kind of ["ended", "error"]) audio.addEventListener(kind, stop);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-play]");
    if (!button) return;
    const again = button === playing;
    stop();
    if (!again) play(button);
  });
})();
