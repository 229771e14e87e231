// @ts-check
// Numbers as people read them.

const UNITS = ["B", "kB", "MB", "GB"];

/**
 * @param {number} bytes
 * @returns {string} for example "3.4 MB"
 */
export function bytesText(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/**
 * @param {number} milliseconds
 * @returns {string} for example "87 ms" or "2.4 s"
 */
export function durationText(milliseconds) {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 999.5 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Turns readings of ever-growing counters into amounts per second. */
export class Rates {
  /** @type {Record<string, number>} */
  #before = {};
  #at = 0;

  /**
   * @param {Record<string, number>} counters
   * @param {number} now milliseconds
   * @returns {Record<string, number>} per second since the last reading; zeros at the first
   */
  read(counters, now) {
    const seconds = this.#at ? (now - this.#at) / 1000 : 0;
    const rates = Object.fromEntries(Object.entries(counters).map(([name, value]) => {
      const grown = value - (this.#before[name] ?? value);
      return [name, seconds > 0 && grown > 0 ? grown / seconds : 0];
    }));
    this.#before = { ...counters };
    this.#at = now;
    return rates;
  }
}
