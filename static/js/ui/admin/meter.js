// @ts-check
// Rates of many counters, by key, with the minute behind them.

import { History } from "./sparkline.js";

/** @typedef {{bytes_in: number, bytes_out: number, messages_in: number, messages_out: number}} Traffic */

/** @typedef {{in: number, out: number, messages: number, history: readonly number[]}} Rate bytes and messages a second */

/** @type {Rate} */
const STILL = Object.freeze({ in: 0, out: 0, messages: 0, history: Object.freeze([]) });

/** @typedef {{traffic: Traffic, at: number, in: number, out: number, messages: number, past: History}} Gauge */

export class Meter {
  /** @type {Map<string, Gauge>} */
  #gauges = new Map();

  /**
   * A reading of everything; what is not in it is forgotten.
   * @param {Iterable<readonly [string, Traffic]>} readings
   * @param {number} now milliseconds
   */
  read(readings, now) {
    /** @type {Map<string, Gauge>} */
    const gauges = new Map();
    for (const [key, traffic] of readings) {
      const gauge = this.#gauges.get(key) ?? { traffic, at: now, in: 0, out: 0, messages: 0, past: new History() };
      if (now > gauge.at) advance(gauge, traffic, now);
      gauges.set(key, gauge);
    }
    this.#gauges = gauges;
  }

  /** @param {string} key @returns {Rate} */
  rate(key) {
    const gauge = this.#gauges.get(key);
    return gauge ? { in: gauge.in, out: gauge.out, messages: gauge.messages, history: gauge.past.values } : STILL;
  }
}

/** @param {Gauge} gauge @param {Traffic} traffic @param {number} now */
function advance(gauge, traffic, now) {
  const seconds = (now - gauge.at) / 1000;
  /** @param {keyof Traffic} name a counter that began anew has no rate yet */
  const grown = (name) => Math.max(0, traffic[name] - gauge.traffic[name]) / seconds;
  gauge.in = grown("bytes_in");
  gauge.out = grown("bytes_out");
  gauge.messages = grown("messages_in") + grown("messages_out");
  gauge.past.add(gauge.in + gauge.out);
  gauge.traffic = traffic;
  gauge.at = now;
}
