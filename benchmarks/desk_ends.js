// Runs in the desk's page: a mouth and an ear of the benchmark's in its headset, which note wall-clock times, and the hints
// that are drawn. LOUD and STILL_S are put in before; arguments[0] is called with the sample rate or an error.
const done = arguments[0];
const code = `
registerProcessor("bench-mouth", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.sound = null;
    this.at = 0;
    this.port.onmessage = (e) => { this.sound = e.data; this.at = 0; };
  }
  process(_, [output]) {
    if (!this.sound) return true;
    if (this.at === 0) this.port.postMessage(Date.now());
    const part = this.sound.subarray(this.at, this.at + output[0].length);
    output[0].set(part);
    this.at += part.length;
    if (this.at >= this.sound.length) this.sound = null;
    return true;
  }
});
registerProcessor("bench-ear", class extends AudioWorkletProcessor {
  constructor() { super(); this.loudAt = -1; }
  process([input]) {
    for (let i = 0; input[0] && i < input[0].length; i++) {
      if (Math.abs(input[0][i]) < LOUD) continue;
      const at = currentTime + i / sampleRate;
      if (at - this.loudAt > STILL_S) this.port.postMessage(Date.now() + 1000 * i / sampleRate);
      this.loudAt = at;
    }
    return true;
  }
});`;
const { headset } = window.callcoachDesk;
headset.context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" }))).then(() => {
  const mouth = new AudioWorkletNode(headset.context, "bench-mouth", { numberOfInputs: 0, outputChannelCount: [1] });
  const ear = new AudioWorkletNode(headset.context, "bench-ear", { numberOfOutputs: 0 });
  headset.source.disconnect();
  mouth.connect(headset.microphone);
  headset.ear.connect(ear);
  window.bench = { mouth, said: [], heard: [], hints: [] };
  mouth.port.onmessage = (e) => window.bench.said.push(e.data);
  ear.port.onmessage = (e) => window.bench.heard.push(e.data);
  new MutationObserver(() => {
    const shown = document.querySelector(".hint-now");
    if (shown && shown.textContent !== window.bench.shown) window.bench.hints.push({ at: Date.now(), text: shown.textContent });
    window.bench.shown = shown?.textContent;
  }).observe(document.querySelector("#desk-hint"), { childList: true });
  done(headset.context.sampleRate);
}, (error) => done(String(error)));
