// @ts-check
// How much sound to hold in reserve: as much as its arrival was late in the last minutes, and hardly more.

/** How often it is judged, seconds. */
const SLOT = 0.5;
/** So many slots are looked at together. */
const SLOTS = 6;
/** What remains of a dip's memory after a slot: half of it after about a minute. */
const MEMORY = 0.994;
/** The first guess of how much arrival varies, seconds. */
const FIRST_DIP = 0.015;
const SAFETY = 1.25;
const LEAST = 0.008;
const MOST = 0.4;
/** A machine may ask for this much delay, not for more. */
const MOST_LATENCY = 1;
/** The level may be so far from the wanted one before anything is done, seconds. */
const TOLERANCE = 0.005;

/**
 * Watches the reserve (sound that is there beyond what playing on needs) at its lowest, which is just before something
 * arrives. All in seconds.
 */
export class LevelControl {
  #dip = FIRST_DIP;
  #least = 0;
  #lowest = Infinity;
  #passed = 0;
  /** @type {number[]} the latest slots' lowest levels */
  #lows = [];

  /** The reserve that shall be left at the lowest. */
  get wanted() {
    return Math.max(Math.min(MOST, LEAST + SAFETY * this.#dip), this.#least);
  }

  /** @param {number} seconds the machine's own wish */
  setLeast(seconds) {
    this.#least = Math.min(seconds, MOST_LATENCY);
  }

  /**
   * @param {number} reserve now, negative: sound is missing for so long
   * @param {number} seconds since the last call
   * @returns {number} how much more there is than wanted, if it is time to do something about it, else 0
   */
  observe(reserve, seconds) {
    this.#lowest = Math.min(this.#lowest, reserve);
    this.#passed += seconds;
    if (this.#passed < SLOT) return 0;
    this.#lows.push(this.#lowest);
    if (this.#lows.length > SLOTS) this.#lows.shift();
    this.#dip = Math.max(this.#dip * MEMORY, median(this.#lows) - this.#lowest);
    this.#passed = 0;
    this.#lowest = Infinity;
    const excess = Math.min(...this.#lows) - this.wanted;
    return this.#lows.length === SLOTS && Math.abs(excess) > TOLERANCE ? excess : 0;
  }

  /** Sound was missing for so long. @param {number} seconds */
  starved(seconds) {
    this.#dip = Math.max(this.#dip, Math.min(MOST, this.wanted + seconds));
  }

  /** The level was changed on purpose: what was seen before counts as if it had been so then. @param {number} seconds */
  shift(seconds) {
    this.#lows = this.#lows.map((low) => low + seconds);
    this.#lowest += seconds;
  }

  /** Playing begins: nothing was seen yet, but what is known of the arrival stays known. */
  restart() {
    this.#lows = [];
    this.#lowest = Infinity;
    this.#passed = 0;
  }
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
