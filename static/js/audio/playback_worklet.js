// @ts-check
// Runs on the browser's sound thread: takes decoded sound from the worker, gives it out evenly and tells the page how it goes.

import { Gain } from "./gain.js";
import { JitterBuffer } from "./jitter_buffer.js";

/**
 * @typedef {{type: "source", port: MessagePort}} Source where sound comes from
 * @typedef {{type: "gain", left: number, right: number}} GainSet
 * @typedef {{type: "close"}} Close
 * @typedef {Source | GainSet | Close} PageMessage
 *
 * @typedef {{type: "begin", rate: number}} Begin
 * @typedef {{type: "sound", left: Float32Array, right: Float32Array, time: number}} Sound
 * @typedef {{type: "end"} | {type: "clear"}} End
 * @typedef {{type: "latency", seconds: number}} Latency
 * @typedef {Begin | Sound | End | Latency} SourceMessage
 */

/** What the browser gives a worklet's code. */
const scope = /** @type {any} */ (globalThis);

const REPORT_SECONDS = 0.2;
/** The worker hears how many pieces were taken, after so many. */
const TAKEN = 10;

class Playback extends scope.AudioWorkletProcessor {
  #buffer = new JitterBuffer(scope.sampleRate);
  #gain = new Gain();
  /** @type {MessagePort | null} */
  #source = null;
  #open = true;
  #taken = 0;
  #reported = 0;

  constructor() {
    super();
    this.port.onmessage = (/** @type {MessageEvent<PageMessage>} */ { data }) => this.#hearPage(data);
  }

  /**
   * @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs of one stereo output
   * @returns {boolean} whether to be called again
   */
  process(_inputs, [[left, right]]) {
    this.#buffer.read(left, right);
    this.#gain.apply(left, right);
    if (scope.currentTime - this.#reported >= REPORT_SECONDS) this.#report();
    return this.#open;
  }

  #report() {
    this.#reported = scope.currentTime;
    // What is read next is heard one quantum after this one.
    this.port.postMessage({ ...this.#buffer.report(), contextTime: scope.currentTime + 128 / scope.sampleRate });
  }

  /** @param {PageMessage} message */
  #hearPage(message) {
    if (message.type === "gain") this.#gain.set(message.left, message.right);
    else if (message.type === "source") this.#listenTo(message.port);
    else this.#close();
  }

  /** @param {MessagePort} port */
  #listenTo(port) {
    this.#source = port;
    port.onmessage = (/** @type {MessageEvent<SourceMessage>} */ { data }) => this.#hearSource(data);
  }

  /** @param {SourceMessage} message */
  #hearSource(message) {
    if (message.type === "sound") this.#take(message);
    else if (message.type === "begin") this.#buffer.begin(message.rate);
    else if (message.type === "end") this.#buffer.end();
    else if (message.type === "latency") this.#buffer.setLatency(message.seconds);
    else this.#buffer.clear();
  }

  /** @param {Sound} sound */
  #take(sound) {
    this.#buffer.push(sound, sound.time);
    this.#taken += 1;
    if (this.#taken < TAKEN) return;
    this.#source?.postMessage(this.#taken);
    this.#taken = 0;
  }

  #close() {
    this.#open = false;
    this.#source?.close();
  }
}

scope.registerProcessor("playback", Playback);
