// Speaking an answer of a drill: recorded here, written down and judged by the server.
"use strict";

(() => {
  if (!window.MediaRecorder || !navigator.mediaDevices?.getUserMedia) return;
  const LONGEST_MS = 55000;

  for (const button of document.querySelectorAll("[data-speak]")) {
    const begin = button.textContent;
    const wrong = button.parentElement.querySelector("[role=alert]");
    let recorder = null;
    button.hidden = false;

    function tell(text) {
      wrong.textContent = text;
      wrong.hidden = !text;
    }

    async function send(parts) {
      button.disabled = true;
      button.textContent = button.dataset.textWait;
      const form = new FormData();
      form.append("forgery_token", button.form.querySelector("[name=forgery_token]").value);
      form.append("sound", new Blob(parts, { type: "audio/webm" }), "answer.webm");
      const answer = await fetch(button.dataset.speak, { method: "POST", body: form, headers: { Accept: "application/json" } });
      if (answer.ok) {
        location.hash = new URL(answer.url).hash || new URL(button.dataset.speak, location.href).pathname.replace(/.*items\/(\d+)\/spoken/, "#item-$1");
        location.reload();
        return;
      }
      const problem = await answer.json().catch(() => ({}));
      tell((document.documentElement.lang.startsWith("zh") && problem.detail_zh) || problem.detail || answer.statusText);
      button.disabled = false;
      button.textContent = begin;
    }

    async function record() {
      tell("");
      let stream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        tell(button.dataset.textRefused);
        return;
      }
      const parts = [];
      recorder = new MediaRecorder(stream);
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", () => {
        stream.getTracks().forEach((track) => track.stop());
        recorder = null;
        send(parts);
      });
      recorder.start();
      button.textContent = `■ ${button.dataset.textStop}`;
      setTimeout(() => recorder?.stop(), LONGEST_MS);
    }

    button.addEventListener("click", () => (recorder ? recorder.stop() : record()));
  }
})();
