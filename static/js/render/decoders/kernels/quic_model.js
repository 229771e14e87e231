// @ts-check
/**
 * What QUIC knows about the numbers to come: for each channel eight contexts (five at 5 bits), each with the total length
 * every Golomb-Rice code would have had so far, and the code that was best. Facts: spice-common `common/quic.c`,
 * `quic_family_tmpl.c`; the method is SFALIC's.
 */

const CODE_LIMIT = 26;
const CONTEXTS = 8;
const CODES = 8;

/** Code lengths and limits for components of `bits` bits. */
class Family {
  /** @param {number} bits 8 or 5 */
  constructor(bits) {
    const levels = 1 << bits;
    this.bits = bits;
    this.mask = levels - 1;
    /** Zeros that may lead a Golomb-Rice code; with more, the value follows plain. */
    this.zeros = new Uint8Array(CODES);
    /** First value written plain, by code. */
    this.plainFrom = new Uint16Array(CODES);
    this.plainLength = new Uint8Array(CODES);
    this.plainMask = new Uint16Array(CODES);
    /** Length of value `v` in code `c` at `v * 8 + c`. */
    this.lengths = new Uint8Array(levels * CODES);
    for (let code = 0; code < bits; code++) this.#describe(code, levels);
  }

  /**
   * @param {number} code
   * @param {number} levels
   */
  #describe(code, levels) {
    const zeros = Math.min(CODE_LIMIT - this.bits, (1 << (this.bits - code)) - 1);
    const plainFrom = zeros << code;
    const plainBits = Math.ceil(Math.log2(levels - plainFrom));
    this.zeros[code] = zeros;
    this.plainFrom[code] = plainFrom;
    this.plainLength[code] = zeros + plainBits;
    this.plainMask[code] = (1 << plainBits) - 1;
    for (let value = 0; value < levels; value++) {
      this.lengths[value * CODES + code] = value < plainFrom ? (value >> code) + code + 1 : zeros + plainBits;
    }
  }
}

export const FAMILIES = Object.freeze({ 8: new Family(8), 5: new Family(5) });

/** One channel's contexts. Context `n` is for the values from 2^n - 1 on, twice as many as the one before. */
export class ChannelModel {
  /** @param {Family} family */
  constructor(family) {
    this.family = family;
    /** The best code after each value. */
    this.best = new Uint8Array(family.mask + 1).fill(family.bits - 1);
    this.totals = new Uint32Array(CONTEXTS * CODES);
  }

  /**
   * Learns that `value` followed `before`.
   * @param {number} before
   * @param {number} value
   * @param {number} trigger totals above it are halved
   */
  update(before, value, trigger) {
    const { bits, lengths, mask } = this.family;
    const context = Math.min(31 - Math.clz32(before + 1), bits === 8 ? 7 : 4);
    const { totals } = this;
    const at = context * CODES;
    let best = bits - 1;
    let least = (totals[at + best] += lengths[value * CODES + best]);
    for (let code = bits - 2; code >= 0; code--) {
      const total = (totals[at + code] += lengths[value * CODES + code]);
      if (total < least) {
        best = code;
        least = total;
      }
    }
    const first = (1 << context) - 1;
    if (this.best[first] !== best) this.best.fill(best, first, context === (bits === 8 ? 7 : 4) ? mask + 1 : 2 * first + 1);
    if (least > trigger) for (let code = 0; code < bits; code++) totals[at + code] >>>= 1;
  }
}

// prettier-ignore
const PAUSES = Uint8Array.of(
  2, 23, 19, 21, 7, 18, 40, 14, 12, 32, 47, 44, 36, 6, 18, 11, 4, 19, 42, 29, 16, 63, 57, 51, 16, 3, 5, 14, 15, 30, 20, 9,
  36, 45, 3, 57, 61, 0, 8, 5, 41, 14, 43, 27, 43, 59, 31, 35, 39, 60, 42, 38, 13, 54, 62, 1, 26, 3, 11, 61, 52, 34, 7, 48,
  4, 59, 22, 12, 22, 8, 50, 4, 10, 6, 44, 8, 11, 46, 31, 51, 53, 17, 1, 43, 46, 60, 36, 54, 10, 27, 39, 44, 22, 41, 23, 2,
  44, 0, 40, 53, 40, 48, 16, 43, 32, 28, 33, 12, 20, 2, 56, 62, 55, 58, 18, 20, 13, 55, 38, 29, 57, 19, 49, 33, 47, 63, 59, 0,
  35, 61, 19, 25, 46, 38, 60, 4, 35, 1, 26, 40, 28, 10, 5, 14, 25, 18, 48, 49, 20, 59, 62, 34, 46, 7, 33, 52, 34, 58, 9, 29,
  8, 55, 62, 60, 37, 36, 37, 50, 6, 3, 10, 28, 48, 24, 26, 61, 57, 30, 11, 54, 2, 6, 50, 47, 7, 17, 35, 53, 32, 12, 23, 17,
  5, 21, 49, 55, 51, 45, 52, 27, 39, 25, 39, 63, 22, 24, 42, 52, 56, 38, 41, 41, 56, 32, 13, 24, 26, 51, 27, 56, 58, 37, 24, 42,
  15, 28, 17, 30, 31, 15, 16, 23, 25, 54, 33, 34, 1, 29, 31, 50, 53, 21, 49, 15, 47, 9, 0, 58, 37, 45, 30, 13, 9, 45, 63, 21,
);
const TRIGGERS = Object.freeze([110, 550, 900, 800, 550, 400, 350]);
const LAST_STAGE = TRIGGERS.length - 1;
const STAGE_PIXELS = 2048;
// prettier-ignore
const RUN_BITS = Uint8Array.of(
  0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
);

/**
 * When the models learn, and how long a run is expected. Learning begins at every pixel; after each 2048 pixels the mean
 * pause doubles. Both sides take the pauses from the same fixed table.
 */
export class Pace {
  wait = 0;
  #drawn = 255;
  #stage = 0;
  #left = STAGE_PIXELS;
  #run = 0;

  get trigger() {
    return TRIGGERS[this.#stage];
  }

  /** Pixels to pass before the models learn again. */
  pause() {
    this.#drawn = (this.#drawn + 1) & 255;
    return PAUSES[this.#drawn] & ((1 << this.#stage) - 1);
  }

  /**
   * How much of `pixels` may be decoded before the stage changes; counts them as decoded.
   * @param {number} pixels
   * @returns {number}
   */
  portion(pixels) {
    if (this.#stage === LAST_STAGE) return pixels;
    const now = Math.min(pixels, this.#left);
    this.#left -= now;
    return now;
  }

  /** Goes to the next stage when this one's pixels are all decoded. */
  settle() {
    if (this.#stage === LAST_STAGE || this.#left > 0) return;
    this.#stage++;
    this.#left = STAGE_PIXELS;
  }

  /** Bits that tell the rest of a run. */
  get runBits() {
    return RUN_BITS[this.#run];
  }

  longer() {
    if (this.#run < RUN_BITS.length - 1) this.#run++;
  }

  shorter() {
    if (this.#run > 0) this.#run--;
  }
}
