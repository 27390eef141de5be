// The headset: the browser's microphone and speaker at the phone's sample rate. Says in a word what failed.
"use strict";

class Headset {
  // spoken: called with every 20 ms of the microphone (ArrayBuffer of 16-bit samples).
  // levels: called with ("mic" | "ear", dBFS). lost: called with a word when the microphone goes away.
  constructor({ worklet, spoken, levels, lost }) {
    Object.assign(this, { worklet, spoken, levels, lost });
  }

  get isOpen() { return Boolean(this.context); }

  // Open the ear, and the microphone unless `speaks` is false. `channels` is 2 to hear both sides of a call in turn.
  // Throws an error whose message is a key of the texts: mic_refused, mic_none, …
  async open({ rateHz, channels = 1, speaks = true, speaker = "", ...microphone }) {
    await this.close();
    const stream = speaks ? await this.openMicrophone(microphone) : null;
    try {
      const context = new AudioContext({ sampleRate: rateHz, latencyHint: "interactive" });
      Object.assign(this, { context, stream });
      await context.audioWorklet.addModule(this.worklet);
      if (speaker && context.setSinkId) await context.setSinkId(speaker).catch(() => {});
      this.ear = new AudioWorkletNode(context, "headset-ear", { numberOfInputs: 0, outputChannelCount: [channels], processorOptions: { channels } });
      this.ear.connect(context.destination);
      this.ear.port.onmessage = (event) => this.levels("ear", event.data.level);
      if (stream) this.connectMicrophone();
      await context.resume();
    } catch (error) {
      await this.close();
      throw Headset.inWords(error);
    }
  }

  openMicrophone({ microphone = "", echoCancellation = true, noiseSuppression = true, autoGainControl = true }) {
    if (!navigator.mediaDevices?.getUserMedia) throw new Error("mic_insecure");
    const device = microphone ? { deviceId: { exact: microphone } } : {};
    const audio = { echoCancellation, noiseSuppression, autoGainControl, channelCount: 1, ...device };
    return navigator.mediaDevices.getUserMedia({ audio }).catch((error) => { throw Headset.inWords(error); });
  }

  connectMicrophone() {
    this.microphone = new AudioWorkletNode(this.context, "headset-microphone", { numberOfOutputs: 0 });
    this.source = this.context.createMediaStreamSource(this.stream);
    this.source.connect(this.microphone);
    this.microphone.port.onmessage = (event) => this.said(event.data);
    this.stream.getAudioTracks()[0].onended = () => { this.close(); this.lost("mic_lost"); };
  }

  said(data) {
    if (data instanceof ArrayBuffer) this.spoken(data);
    else this.levels("mic", data.level);
  }

  // Let the agent hear 16-bit samples.
  hear(buffer) {
    if (this.ear) this.ear.port.postMessage(buffer, [buffer]);
  }

  // A short tone in the headset, for a second call while one talks.
  beep(hz = 450, seconds = 0.2, volume = 0.08) {
    if (!this.context) return;
    const tone = new OscillatorNode(this.context, { frequency: hz });
    const gain = new GainNode(this.context, { gain: volume });
    tone.connect(gain).connect(this.context.destination);
    tone.start();
    tone.stop(this.context.currentTime + seconds);
  }

  async close() {
    const { context, stream } = this;
    this.context = this.stream = this.microphone = this.ear = this.source = null;
    stream?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
    if (context && context.state !== "closed") await context.close();
  }

  static inWords(error) {
    const words = {
      NotAllowedError: "mic_refused", SecurityError: "mic_refused", NotFoundError: "mic_none",
      OverconstrainedError: "mic_none", NotReadableError: "mic_busy", AbortError: "mic_busy",
    };
    const told = new Error(words[error.name] ?? (/^mic_/.test(error.message) ? error.message : "mic_failed"));
    told.detail = error.message;
    return told;
  }
}
