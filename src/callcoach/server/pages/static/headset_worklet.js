// The headset's two ends on the browser's audio thread: 20 ms of the microphone at a time go out as 16-bit samples,
// what should be heard comes in by fits and starts and goes out evenly. All sound has the context's sample rate.
"use strict";

const FRAME = Math.round(sampleRate / 50);
const MS = sampleRate / 1000;
const LEVEL_EVERY = Math.round(sampleRate / 15);

class Level {
  constructor(port) { this.port = port; this.sum = 0; this.count = 0; }

  add(sample) {
    this.sum += sample * sample;
    if (++this.count < LEVEL_EVERY) return;
    this.port.postMessage({ level: 10 * Math.log10(this.sum / this.count + 1e-10) });
    this.sum = this.count = 0;
  }
}

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.level = new Level(this.port);
    this.frame = new Int16Array(FRAME);
    this.at = 0;
  }

  process(inputs) {
    const input = inputs[0][0];
    if (!input) return true;
    for (const sample of input) {
      this.level.add(sample);
      this.frame[this.at++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
      if (this.at === FRAME) {
        this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
        this.frame = new Int16Array(FRAME);
        this.at = 0;
      }
    }
    return true;
  }
}

// Waits for a little sound before it begins. A gap makes it wait longer next time, ten calm seconds a little shorter;
// what has piled up beyond twice the wait is skipped, for delay that has come stays otherwise.
const WAIT_MS = 30, MOST_WAIT_MS = 120, STEP_MS = 10, CALM_S = 10;

// `processorOptions.channels`: 1, or 2 for both sides of a call, whose samples come in turn.
class Ear extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.channels = processorOptions?.channels ?? 1;
    this.level = new Level(this.port);
    this.frames = [];
    this.at = 0;
    this.waiting = 0;
    this.wait = WAIT_MS * MS;
    this.playing = false;
    this.calmSince = currentTime;
    this.port.onmessage = (event) => this.take(new Int16Array(event.data));
  }

  take(frame) {
    this.frames.push(frame);
    this.waiting += frame.length / this.channels;
    if (this.waiting > 2 * this.wait + 2 * FRAME) this.skip(this.waiting - this.wait);
  }

  skip(count) {
    while (count > 0 && this.frames.length) {
      const taken = Math.min(count, (this.frames[0].length - this.at) / this.channels);
      this.at += taken * this.channels;
      this.waiting -= taken;
      count -= taken;
      if (this.at === this.frames[0].length) { this.frames.shift(); this.at = 0; }
    }
  }

  // Put the next sample of each channel into `outputs` at `place`.
  next(outputs, place) {
    for (let channel = 0; channel < this.channels; channel++) outputs[channel][place] = this.frames[0][this.at++] / 32768;
    this.waiting--;
    if (this.at >= this.frames[0].length) { this.frames.shift(); this.at = 0; }
  }

  process(_, [output]) {
    if (!this.playing && this.waiting >= this.wait) this.playing = true;
    for (let place = 0; place < output[0].length; place++) {
      if (this.playing && this.waiting < 1) this.starve();
      if (this.playing) this.next(output, place);
      // Of both sides: a meter of the agent's alone stands still while the customer speaks.
      let heard = 0;
      for (const channel of output) heard += channel[place];
      this.level.add(heard);
    }
    if (this.playing && currentTime - this.calmSince > CALM_S) {
      this.wait = Math.max(WAIT_MS * MS, this.wait - STEP_MS * MS);
      this.calmSince = currentTime;
    }
    return true;
  }

  starve() {
    this.playing = false;
    this.wait = Math.min(MOST_WAIT_MS * MS, this.wait + STEP_MS * MS);
    this.calmSince = currentTime;
  }
}

registerProcessor("headset-microphone", Microphone);
registerProcessor("headset-ear", Ear);
