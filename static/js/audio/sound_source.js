// @ts-check
// From the PLAYBACK channel to the sound thread: decodes, and holds nothing back that could pile up.

import { stereoOf } from "./pcm.js";

/** @typedef {import("../spice/playback_channel.js").SoundFormat} SoundFormat */
/** @typedef {import("../spice/playback_channel.js").SoundSink} SoundSink */
/** @typedef {import("./opus_decoder.js").OpusDecoder} OpusDecoder */
/** @typedef {import("./opus_decoder.js").Listener} Listener */

/** Pieces that the sound thread may have before it said that it took them: more, and it does not run. */
const MOST_UNTAKEN = 200;

/**
 * @typedef {object} Parts
 * @property {(listener: Listener) => OpusDecoder | null} openDecoder
 * @property {number} opusRate
 * @property {(type: string, fields?: object) => void} tell  the page
 * @property {(error: Error) => void} onfault  the sound cannot be decoded
 */

/** @implements {SoundSink} */
export class SoundSource {
  #parts;
  /** @type {MessagePort | null} */
  #port = null;
  /** @type {SoundFormat | null} */
  #format = null;
  /** @type {OpusDecoder | null} */
  #decoder = null;
  #running = false;
  #form = ""; // the page was told
  #rate = 0; // the sound thread was told
  #latency = 0;
  #untaken = 0;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {MessagePort} port of the sound thread */
  playTo(port) {
    this.#port = port;
    port.onmessage = ({ data: taken }) => (this.#untaken -= taken);
    this.#post({ type: "latency", seconds: this.#latency });
  }

  /** @param {boolean} running the sound thread plays: else everything is let go */
  setRunning(running) {
    if (running && !this.#running) {
      this.#decoder?.reset();
      this.#post({ type: "clear" });
    }
    this.#running = running;
  }

  close() {
    this.#decoder?.close();
    this.#decoder = null;
    this.#format = null;
    this.#port?.close();
    this.#port = null;
  }

  /** @param {SoundFormat} format */
  start(format) {
    this.#format = format;
    this.#rate = 0;
    this.#decoder?.reset();
    this.setLatency(0); // it was wished for the stream before
    this.#parts.tell("started", { frequency: format.frequency });
  }

  stop() {
    this.#format = null;
    this.#post({ type: "end" });
    this.#parts.tell("stopped");
  }

  /** @param {Uint8Array} data @param {number} time */
  raw(data, time) {
    if (!this.#format || !this.#running) return;
    this.#tellForm("not compressed");
    this.#send(stereoOf(data, this.#format.channels), time, this.#format.frequency);
  }

  /** @param {Uint8Array} data @param {number} time */
  opus(data, time) {
    if (!this.#running) return;
    this.#tellForm("Opus");
    this.#decoder ??= this.#parts.openDecoder({
      onsound: (sound, at) => this.#send(sound, at, this.#parts.opusRate),
      onfault: (error) => this.#parts.onfault(error),
    });
    this.#decoder?.decode(data, time);
  }

  /** @param {number[]} volumes */
  setVolume(volumes) {
    this.#parts.tell("volume", { volumes });
  }

  /** @param {boolean} mute */
  setMute(mute) {
    this.#parts.tell("mute", { mute });
  }

  /** @param {number} milliseconds */
  setLatency(milliseconds) {
    this.#latency = milliseconds / 1000;
    this.#post({ type: "latency", seconds: this.#latency });
  }

  /** @param {string} form in which sound comes, in words */
  #tellForm(form) {
    if (form === this.#form) return;
    this.#form = form;
    this.#parts.tell("form", { form });
  }

  /** @param {import("./pcm.js").Stereo} sound @param {number} time @param {number} rate */
  #send({ left, right }, time, rate) {
    if (!this.#port || this.#untaken >= MOST_UNTAKEN) return;
    if (this.#rate !== rate) {
      this.#rate = rate;
      this.#post({ type: "begin", rate });
    }
    this.#untaken += 1;
    this.#post({ type: "sound", left, right, time }, [left.buffer, right.buffer]);
  }

  /** @param {object} message @param {Transferable[]} [transfer] */
  #post(message, transfer = []) {
    this.#port?.postMessage(message, transfer);
  }
}
