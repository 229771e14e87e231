// @ts-check
// Sound that arrives in pieces, unevenly, and leaves evenly: without a click, and hardly later than it must.
//
// - Playing begins when there is enough in reserve (`LevelControl` says how much), with a fade.
// - When sound is missing, what is left fades out; the reserve is larger from then on.
// - The machine's clock is never quite ours: a level that creeps is brought back by playing a little faster or slower.
// - A level that is far off (a network that was stuck) is brought back by leaving out, or repeating, a moment of sound
//   where its shape fits best, one faded into the other.

import { LevelControl } from "./level_control.js";
import { MediaTimes } from "./media_times.js";
import { REACH, valueAt } from "./resampler.js";

/** Samples of each ear that are held, a power of two: 2.7 s at 48 kHz. */
const CAPACITY = 1 << 17;
/** How long a fade takes, seconds. */
const FADE = 0.005;
/** How much faster or slower: nobody hears it. */
const STRETCH = 0.004;
/** A level that is farther off, seconds, is brought back by splicing: so much at a time. */
const SPLICE = 0.04;
/** More than this above the wanted level is left out at once. */
const MOST_EXCESS = 0.25;
/** How long a splice's two sides sound together, and how far around its place a better fit is looked for, seconds. */
const SPLICE_FADE = 0.01;
const SEARCH = 0.006;
/** Who sends nothing for so long, seconds, has nothing to say: that is no lateness. */
const PAUSE = 1;

/** @typedef {import("./pcm.js").Stereo} Stereo */

/**
 * @typedef {object} BufferReport
 * @property {boolean} playing
 * @property {number} level       seconds of sound that wait
 * @property {number} wanted      seconds of reserve that are aimed at
 * @property {number} underruns   how often sound was missing
 * @property {number} splices     how often a moment was left out or repeated
 * @property {number} dropped     seconds of sound that found no room
 * @property {number | null} time the machine's milliseconds of what is read next
 */

export class JitterBuffer {
  #left = new Float32Array(CAPACITY);
  #right = new Float32Array(CAPACITY);
  #outRate;
  #rate;
  #control = new LevelControl();
  #times = new MediaTimes();
  #written = 0;
  #place = 0;
  #begun = 0; // nothing is repeated from before this place
  #chunk = 0; // seconds of the latest piece
  #playing = false;
  #ended = false;
  #envelope = 0; // 0 silent, 1 as loud as it is
  /** Seconds that nothing came since sound ran out; null: it did not. @type {number | null} */
  #missing = null;
  #correction = 0; // samples to lose (or, negative, to gain) by playing faster
  /** @type {{place: number, left: number, length: number} | null} the side of a splice that fades away */
  #leaving = null;
  #underruns = 0;
  #splices = 0;
  #dropped = 0;

  /** @param {number} outRate samples per second that are read */
  constructor(outRate) {
    this.#outRate = outRate;
    this.#rate = outRate;
  }

  /** A stream begins. @param {number} rate its samples per second */
  begin(rate) {
    this.#ended = false;
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#rest();
  }

  /** @param {Stereo} sound @param {number} time the machine's milliseconds of its first sample */
  push({ left, right }, time) {
    const room = CAPACITY - 2 * REACH - (this.#written - Math.floor(this.#place));
    if (left.length > room) {
      this.#dropped += left.length / this.#rate;
      return;
    }
    if (this.#missing !== null && this.#missing < PAUSE) this.#control.starved(this.#missing);
    this.#missing = null;
    this.#times.mark(this.#written, time);
    put(this.#left, left, this.#written);
    put(this.#right, right, this.#written);
    this.#written += left.length;
    this.#chunk = left.length / this.#rate;
  }

  /** The stream ended: what is there is still heard. */
  end() {
    this.#ended = true;
  }

  /** Forgets what is there: it is too old. */
  clear() {
    this.#rest();
  }

  /** @param {number} seconds sound shall not be heard sooner after it came */
  setLatency(seconds) {
    this.#control.setLeast(Math.max(0, seconds - FADE));
  }

  /** @returns {BufferReport} */
  report() {
    return {
      playing: this.#playing,
      level: (this.#written - this.#place) / this.#rate,
      wanted: this.#control.wanted,
      underruns: this.#underruns,
      splices: this.#splices,
      dropped: this.#dropped,
      time: this.#playing ? this.#times.at(this.#place, this.#rate) : null,
    };
  }

  /**
   * The next sound, or silence.
   * @param {Float32Array} left filled @param {Float32Array} right filled, of the same length
   */
  read(left, right) {
    const seconds = left.length / this.#outRate;
    if (!this.#playing && !this.#mayBegin()) {
      left.fill(0);
      right.fill(0);
      if (this.#missing !== null) this.#missing += seconds;
      return;
    }
    this.#playing = true;
    if (this.#reserve() > this.#control.wanted + MOST_EXCESS) this.#splice(this.#reserve() - this.#control.wanted);
    const fading = this.#reserve() < seconds;
    for (let i = 0; i < left.length; i++) this.#next(left, right, i, fading);
    if (!this.#playing) this.#ranOut();
    else if (!this.#ended) this.#judge(seconds);
  }

  /** @param {Float32Array} left @param {Float32Array} right @param {number} i @param {boolean} fading away */
  #next(left, right, i, fading) {
    const change = 1 / (FADE * this.#outRate);
    this.#envelope = Math.min(1, Math.max(0, this.#envelope + (fading ? -change : change)));
    if (fading && this.#envelope === 0) this.#playing = false;
    if (!this.#playing) {
      left[i] = 0;
      right[i] = 0;
      return;
    }
    const loud = smooth(this.#envelope);
    left[i] = loud * this.#mixed(this.#left);
    right[i] = loud * this.#mixed(this.#right);
    this.#advance();
  }

  /** @param {Float32Array} ring */
  #mixed(ring) {
    const value = valueAt(ring, this.#place);
    if (!this.#leaving) return value;
    const old = smooth(this.#leaving.left / this.#leaving.length);
    return value + old * (valueAt(ring, this.#leaving.place) - value);
  }

  #advance() {
    let step = this.#rate / this.#outRate;
    if (this.#correction !== 0) {
      const most = step * STRETCH;
      const change = Math.min(most, Math.max(-most, this.#correction));
      step += change;
      this.#correction -= change;
      if (this.#correction === 0) this.#control.restart();
    }
    this.#place += step;
    if (!this.#leaving) return;
    this.#leaving.place += step;
    this.#leaving.left -= step;
    if (this.#leaving.left <= 0) this.#leaving = null;
  }

  /** Seconds that can be read before a fade to silence has to begin. */
  #reserve() {
    return (this.#written - REACH - this.#place) / this.#rate - FADE - 2 / this.#rate;
  }

  #mayBegin() {
    const reserve = this.#reserve();
    const enough = reserve >= this.#control.wanted + this.#chunk;
    if (!enough && !(this.#ended && reserve > 0)) return false;
    this.#begun = Math.floor(this.#place);
    this.#envelope = 0;
    this.#control.restart();
    return true;
  }

  /** The last sound faded away. */
  #ranOut() {
    const ended = this.#ended;
    this.#rest();
    if (ended) return;
    this.#underruns += 1;
    this.#missing = 0;
  }

  #rest() {
    this.#playing = false;
    this.#leaving = null;
    this.#correction = 0;
    this.#missing = null;
    this.#envelope = 0;
    this.#place = this.#written;
    this.#times.clear();
  }

  /** @param {number} seconds that passed */
  #judge(seconds) {
    const excess = this.#control.observe(this.#reserve(), seconds);
    if (excess === 0 || this.#correction !== 0) return;
    if (Math.abs(excess) > SPLICE) this.#splice(Math.sign(excess) * SPLICE);
    else this.#correction = excess * this.#rate;
  }

  /** Goes on elsewhere. @param {number} seconds to leave out or, negative, to repeat */
  #splice(seconds) {
    const length = Math.round(SPLICE_FADE * this.#rate);
    const search = Math.round(SEARCH * this.#rate);
    const first = Math.max(this.#begun, this.#written - CAPACITY + REACH) + search;
    const last = this.#written - REACH - length - search - Math.ceil(FADE * this.#rate);
    const here = Math.floor(this.#place);
    const there = Math.min(last, Math.max(first, here + Math.round(seconds * this.#rate)));
    if (Math.abs(there - here) <= search) return;
    const best = this.#bestFit(here, there, length, search);
    this.#leaving = { place: this.#place, left: length, length };
    this.#place = best + (this.#place - here);
    this.#splices += 1;
    this.#correction = 0;
    this.#control.shift((here - best) / this.#rate);
  }

  /**
   * The place around `there` from which sound goes on most like it does from `here`.
   * @param {number} here @param {number} there @param {number} length @param {number} search
   */
  #bestFit(here, there, length, search) {
    let best = there;
    let likeness = -Infinity;
    for (let place = there - search; place <= there + search; place += 2) {
      const found = this.#likeness(here, place, length);
      if (found > likeness) {
        likeness = found;
        best = place;
      }
    }
    return this.#likeness(here, best - 1, length) > likeness ? best - 1 : best;
  }

  /**
   * Correlation of both ears together, normalised by what is at the other place.
   * @param {number} one @param {number} other @param {number} length
   */
  #likeness(one, other, length) {
    const mask = CAPACITY - 1;
    let product = 0;
    let energy = 1e-9;
    for (let i = 0; i < length; i += 2) {
      const a = this.#left[(one + i) & mask] + this.#right[(one + i) & mask];
      const b = this.#left[(other + i) & mask] + this.#right[(other + i) & mask];
      product += a * b;
      energy += b * b;
    }
    return product / Math.sqrt(energy);
  }
}

/** @param {Float32Array} ring @param {Float32Array} samples @param {number} place */
function put(ring, samples, place) {
  const at = place & (ring.length - 1);
  const head = Math.min(samples.length, ring.length - at);
  ring.set(samples.subarray(0, head), at);
  ring.set(samples.subarray(head), 0);
}

/** @param {number} share from 0 to 1 */
function smooth(share) {
  return share * share * (3 - 2 * share);
}
