import assert from "node:assert/strict";
import { test } from "node:test";

import { Tone, fromFirstSound, longestSilence } from "./waves.js";

const RATE = 48000;
const QUANTUM = 128;

/** What the browser gives a worklet's code. */
class Processor {
  port = { said: [], onmessage: null, postMessage: (message) => this.port.said.push(message) };
}

/** @type {any} */
let Playback;
Object.assign(globalThis, {
  AudioWorkletProcessor: Processor, sampleRate: RATE, currentTime: 0,
  registerProcessor: (name, made) => (Playback = { name, made }),
});
await import("../../../static/js/audio/playback_worklet.js");

/** A worklet with a source, and the sound thread's clock. */
class Playing {
  worklet = new Playback.made();
  source = { said: [], onmessage: null, postMessage: (message) => this.source.said.push(message), close: () => (this.closed = true) };
  closed = false;
  tone = new Tone(440, RATE);

  constructor() {
    this.page({ type: "source", port: this.source });
    this.give({ type: "begin", rate: RATE });
  }

  page(message) {
    this.worklet.port.onmessage({ data: message });
  }

  give(message) {
    this.source.onmessage({ data: message });
  }

  /** Plays `pieces` of 10 ms of a tone as they come. @returns {Float32Array} what went out */
  play(pieces) {
    const out = [];
    for (let i = 0; i < pieces; i++) {
      this.give({ type: "sound", ...this.tone.next(480) });
      for (let k = 0; k < (i % 4 === 3 ? 3 : 4); k++) {
        const left = new Float32Array(QUANTUM);
        globalThis.currentTime += QUANTUM / RATE;
        this.alive = this.worklet.process([], [[left, new Float32Array(QUANTUM)]]);
        out.push(...left);
      }
    }
    return Float32Array.from(out);
  }
}

test("the worklet is known as playback", () => {
  assert.equal(Playback.name, "playback");
});

test("what the worker gives is heard, counted back to it and reported to the page", () => {
  const playing = new Playing();
  const heard = fromFirstSound(playing.play(100));
  assert.ok(heard.length > 0.8 * RATE);
  assert.ok(longestSilence(heard) < 5);
  assert.deepEqual(playing.source.said, Array(10).fill(10));
  const reports = playing.worklet.port.said;
  assert.ok(reports.length >= 3 && reports.length <= 6);
  const { playing: plays, underruns, time, contextTime } = reports.at(-1);
  assert.deepEqual([plays, underruns], [true, 0]);
  assert.ok(time > 0 && contextTime <= globalThis.currentTime + QUANTUM / RATE);
});

test("the gain is the page's to set", () => {
  const playing = new Playing();
  playing.page({ type: "gain", left: 0, right: 0 });
  playing.play(20);
  assert.ok(playing.play(20).every((sample) => sample === 0));
});

test("the end of a stream is played out, and a new one begins", () => {
  const playing = new Playing();
  playing.play(50);
  playing.give({ type: "end" });
  for (let i = 0; i < 100; i++) playing.worklet.process([], [[new Float32Array(QUANTUM), new Float32Array(QUANTUM)]]);
  assert.equal(playing.worklet.port.said.at(-1).underruns, 0);
  playing.give({ type: "begin", rate: RATE });
  assert.ok(fromFirstSound(playing.play(50)).length > 0.3 * RATE);
});

test("sound that is too old is forgotten when the browser plays again", () => {
  const playing = new Playing();
  for (let i = 0; i < 100; i++) playing.give({ type: "sound", ...playing.tone.next(480) });
  playing.give({ type: "clear" });
  const out = new Float32Array(QUANTUM);
  playing.worklet.process([], [[out, new Float32Array(QUANTUM)]]);
  assert.ok(out.every((sample) => sample === 0));
});

test("a closed worklet is not called again and lets its source go", () => {
  const playing = new Playing();
  playing.page({ type: "close" });
  playing.play(1);
  assert.equal(playing.alive, false);
  assert.ok(playing.closed);
});
