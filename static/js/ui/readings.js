// @ts-check
// The session's counters, read once a second and put into words.

import { bytesText, durationText, Rates } from "./numbers.js";

/**
 * What is known besides the display's own counters.
 * @typedef {object} Around
 * @property {import("../spice/inputs_channel.js").InputsChannel | null} inputs
 * @property {import("../audio/sound_client.js").SoundClient["stats"] | null} sound
 * @property {{width: number, height: number}} size  machine pixels
 * @property {number} scale  CSS pixels per machine pixel
 */

export class Readings {
  #rates = new Rates();
  /** @type {Record<string, any>} */
  #display = {};
  /** @type {Record<string, any>} */
  #latest = {};

  /** @param {Record<string, any>} stats */
  displaySays(stats) {
    this.#display = stats;
  }

  reset() {
    this.#rates = new Rates();
    this.#display = {};
    this.#latest = {};
  }

  /**
   * @param {number} now milliseconds
   * @param {Around} around
   * @returns {Record<string, unknown>}
   */
  read(now, { inputs, sound, size, scale }) {
    const { updates = 0, bytesIn = 0, frames = 0 } = this.#display;
    const rates = this.#rates.read({ updates, bytesIn, frames }, now);
    this.#latest = { ...this.#display, ...size, scale, roundTrip: inputs?.roundTrip ?? null, sound, rates };
    return this.#latest;
  }

  /** @returns {import("./statistics.js").Row[]} */
  rows() {
    const { rates, width, height, scale, roundTrip, queue = 0, codecs = "", sound } = this.#latest;
    if (!rates) return [];
    return [
      ["Picture", width ? `${width} × ${height}, shown at ${Math.round(scale * window.devicePixelRatio * 100)}\u00a0%` : "none"],
      ["From the machine", `${Math.round(rates.updates)} updates/s, ${bytesText(rates.bytesIn)}/s`],
      ["Drawn", `${Math.round(rates.frames)} frames/s`],
      ["Waiting to be decoded", bytesText(queue)],
      ["Round trip", roundTrip === null ? "move the pointer" : durationText(roundTrip)],
      ["Pictures come as", codecs || "nothing yet"],
      ...(sound ? [soundRow(sound)] : []),
    ];
  }
}

/** @param {NonNullable<Around["sound"]>} sound @returns {import("./statistics.js").Row} */
function soundRow({ active, playing, level, underruns, form }) {
  if (!active) return ["Sound", "none at the moment"];
  const gaps = underruns === 1 ? "1 gap" : `${underruns} gaps`;
  const state = playing ? `${Math.round(level * 1000)} ms held` : "waiting";
  return ["Sound", [state, gaps, form].filter(Boolean).join(", ")];
}
