import assert from "node:assert/strict";
import { test } from "node:test";

import { JitterBuffer } from "../../../static/js/audio/jitter_buffer.js";
import { Tone, frequencyOf, fromFirstSound, longestSilence, steepest } from "./waves.js";

const RATE = 48000;
const QUANTUM = 128;
const PIECE = 480;
const FREQUENCY = 440;
/** Neighbours of a 440 Hz tone of amplitude 0.5 differ by so much at most. */
const SLOPE = (2 * Math.PI * FREQUENCY * 0.5) / RATE;

/**
 * A machine that sends a tone in pieces of 10 ms of its own clock, a network, and a browser that plays.
 * `late(i)` says by how many seconds piece i comes later than it was sent.
 */
class Playing {
  buffer = new JitterBuffer(RATE);
  tone;
  #late;
  #speed;
  #sourceRate;
  #sent = 0;
  #passed = 0; // samples of our clock
  /** @type {{at: number, sound: any}[]} */
  #underway = [];
  levels = [];

  constructor({ late = () => 0, speed = 1, sourceRate = RATE } = {}) {
    this.tone = new Tone(FREQUENCY, sourceRate);
    this.#late = late;
    this.#speed = speed;
    this.#sourceRate = sourceRate;
    this.buffer.begin(sourceRate);
  }

  /** @returns {Float32Array} what was heard in so many seconds */
  listen(seconds) {
    const heard = new Float32Array(Math.round((seconds * RATE) / QUANTUM) * QUANTUM);
    const right = new Float32Array(QUANTUM);
    for (let at = 0; at < heard.length; at += QUANTUM) {
      this.#passed += QUANTUM;
      this.#network(this.#passed / RATE);
      this.buffer.read(heard.subarray(at, at + QUANTUM), right);
      this.levels.push(this.buffer.report().level);
    }
    return heard;
  }

  #network(now) {
    const piece = PIECE / RATE;
    while ((this.#sent + 1) * piece / this.#speed <= now) {
      const at = (this.#sent + 1) * piece / this.#speed + this.#late(this.#sent);
      const before = this.#underway.at(-1)?.at ?? 0; // they come in order
      this.#underway.push({ at: Math.max(at, before), sound: this.tone.next(Math.round(piece * this.#sourceRate)) });
      this.#sent += 1;
    }
    while (this.#underway.length && this.#underway[0].at <= now) {
      const { sound } = this.#underway.shift();
      this.buffer.push(sound, sound.time);
    }
  }
}

/** A small generator of numbers from 0 to 1, the same in every run. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("sound that arrives evenly is heard sample by sample as it came, after a fade", () => {
  const playing = new Playing();
  const heard = fromFirstSound(playing.listen(3)).subarray(600);
  const whole = new Tone(FREQUENCY, RATE).next(3 * RATE).left;
  const start = whole.findIndex((_, i) => i >= 600 && whole[i] === heard[0] && whole[i + 1] === heard[1] && whole[i + 2] === heard[2]);
  assert.ok(start > 0);
  assert.deepEqual(heard, whole.subarray(start, start + heard.length));
});

test("sound that arrives evenly waits less than 50 ms, and still less when it went well for long", () => {
  const playing = new Playing();
  playing.listen(3);
  assert.ok(mean(playing.levels.slice(-300)) < 0.05);
  const heard = playing.listen(120);
  assert.ok(mean(playing.levels.slice(-300)) < 0.032);
  assert.equal(longestSilence(heard) < 5, true);
  assert.ok(steepest(heard) < SLOPE * 1.02);
});

test("uneven arrival is not heard once the buffer knows it", () => {
  const random = generator(5);
  const playing = new Playing({ late: () => 0.06 * random() });
  playing.listen(20);
  const before = playing.buffer.report().underruns;
  const heard = playing.listen(60);
  assert.equal(playing.buffer.report().underruns, before);
  assert.ok(longestSilence(heard) < 5);
  assert.ok(steepest(heard) < SLOPE * 1.05);
  assert.ok(Math.abs(frequencyOf(heard, RATE) / FREQUENCY - 1) < 0.005);
  assert.ok(mean(playing.levels.slice(-1000)) < 0.15);
});

for (const speed of [0.9995, 1.0005]) {
  test(`a machine whose clock runs at ${speed} is played for minutes without a gap`, () => {
    const playing = new Playing({ speed });
    const heard = fromFirstSound(playing.listen(180));
    const { underruns, dropped } = playing.buffer.report();
    assert.deepEqual({ underruns, dropped }, { underruns: 0, dropped: 0 });
    assert.ok(longestSilence(heard) < 5);
    assert.ok(steepest(heard) < SLOPE * 1.02);
    assert.ok(playing.levels.at(-1) > 0.01 && playing.levels.at(-1) < 0.08);
  });
}

test("sound that stops coming fades out, and fades in again when it comes", () => {
  const playing = new Playing({ late: (i) => (i >= 200 && i < 220 ? 0.2 : 0) });
  const heard = fromFirstSound(playing.listen(6));
  assert.equal(playing.buffer.report().underruns, 1);
  assert.ok(steepest(heard) < SLOPE * 1.1, "no click");
  assert.ok(longestSilence(heard) > 0.1 * RATE);
});

test("a larger reserve follows a gap, so that the same lateness is not heard again", () => {
  const playing = new Playing({ late: (i) => (i % 500 === 300 ? 0.12 : 0) });
  playing.listen(30);
  const { underruns } = playing.buffer.report();
  assert.ok(underruns <= 2, `${underruns}`);
  const heard = playing.listen(30);
  assert.equal(playing.buffer.report().underruns, underruns);
  assert.ok(longestSilence(heard) < 5);
});

test("a network that was stuck leaves no lasting delay and no click", () => {
  const playing = new Playing({ late: (i) => (i >= 300 && i < 360 ? (360 - i) * 0.01 : 0) });
  const heard = fromFirstSound(playing.listen(12));
  assert.ok(playing.buffer.report().splices > 0);
  assert.ok(steepest(heard) < SLOPE * 1.1, `${steepest(heard)} ${SLOPE}`);
  const later = playing.listen(20);
  assert.ok(mean(playing.levels.slice(-300)) < 0.5, `${mean(playing.levels.slice(-300))}`);
  assert.ok(longestSilence(later) < 5);
});

test("a flood is bounded, and what is played afterwards is the newest", () => {
  const playing = new Playing();
  playing.listen(1);
  for (let i = 0; i < 1000; i++) {
    const sound = playing.tone.next(PIECE);
    playing.buffer.push(sound, sound.time);
  }
  assert.ok(playing.buffer.report().dropped > 5);
  playing.listen(0.1);
  assert.ok(playing.buffer.report().level < 0.35);
});

test("a machine's wish for more delay is met by slowing down, without a gap", () => {
  const playing = new Playing();
  playing.listen(2);
  playing.buffer.setLatency(0.2);
  const heard = playing.listen(15);
  assert.ok(playing.levels.at(-1) > 0.19 && playing.levels.at(-1) < 0.26, `${playing.levels.at(-1)}`);
  assert.ok(longestSilence(heard) < 5);
  assert.ok(steepest(heard) < SLOPE * 1.1);
});

test("sound of another rate is heard at its own pitch", () => {
  const playing = new Playing({ sourceRate: 44100 });
  const heard = fromFirstSound(playing.listen(5)).subarray(600);
  assert.ok(Math.abs(frequencyOf(heard, RATE) / FREQUENCY - 1) < 0.005);
  assert.ok(longestSilence(heard) < 5);
  assert.ok(steepest(heard) < SLOPE * 1.02);
});

test("the end of a stream is heard to its last sample, faded, and is no underrun", () => {
  const buffer = new JitterBuffer(RATE);
  buffer.begin(RATE);
  const tone = new Tone(FREQUENCY, RATE);
  for (let i = 0; i < 3; i++) buffer.push(tone.next(PIECE), 0);
  buffer.end();
  const heard = new Float32Array(64 * QUANTUM);
  for (let at = 0; at < heard.length; at += QUANTUM) buffer.read(heard.subarray(at, at + QUANTUM), new Float32Array(QUANTUM));
  const last = heard.findLastIndex((sample) => sample !== 0);
  assert.ok(last > 2.7 * PIECE && last < 3 * PIECE);
  assert.ok(steepest(heard) < SLOPE * 1.1);
  assert.equal(buffer.report().underruns, 0);
  assert.equal(buffer.report().playing, false);
});

test("the buffer tells the machine's time of what is heard, over the wrap of its clock", () => {
  const buffer = new JitterBuffer(RATE);
  buffer.begin(RATE);
  const tone = new Tone(FREQUENCY, RATE);
  const out = new Float32Array(QUANTUM);
  assert.equal(buffer.report().time, null);
  const times = [];
  for (let i = 0; i < 60; i++) {
    buffer.push(tone.next(PIECE), (2 ** 32 - 300 + i * 10) >>> 0);
    for (let k = 0; k < (i % 4 === 3 ? 3 : 4); k++) buffer.read(out, new Float32Array(QUANTUM));
    const { time, level } = buffer.report();
    if (time !== null) times.push(((time + Math.round(level * 1000)) | 0) - ((-300 + (i + 1) * 10) | 0));
  }
  assert.ok(times.length > 40);
  assert.ok(times.every((error) => Math.abs(error) <= 1), `${times}`);
});
