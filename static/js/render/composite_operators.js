// @ts-check
// The Render operators on premultiplied pixels, rounded as pixman rounds them.
import { addPixels, scalePixel } from "./blend.js";

/**
 * Each pixel of four channels, channel by channel.
 * @param {number} p @param {number} m four factors of 255 @returns {number}
 */
export function multiplyPixels(p, m) {
  let out = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const t = ((p >>> shift) & 255) * ((m >>> shift) & 255) + 128;
    out |= ((t + (t >> 8)) >> 8) << shift;
  }
  return out >>> 0;
}

/** @param {number} p @param {number} s @param {number} d @param {number} t @returns {number} p·s + d·t, per-pixel factors */
const blend = (p, s, d, t) => addPixels(scalePixel(p, s), scalePixel(d, t));

/**
 * Source and destination to result. The mask has already been applied to the source.
 * @type {readonly ((s: number, d: number) => number)[]} by operator number: CLEAR … ADD
 */
export const OPERATORS = [
  () => 0,
  (s) => s,
  (_s, d) => d,
  (s, d) => addPixels(s, scalePixel(d, 255 - (s >>> 24))),
  (s, d) => addPixels(d, scalePixel(s, 255 - (d >>> 24))),
  (s, d) => scalePixel(s, d >>> 24),
  (s, d) => scalePixel(d, s >>> 24),
  (s, d) => scalePixel(s, 255 - (d >>> 24)),
  (s, d) => scalePixel(d, 255 - (s >>> 24)),
  (s, d) => blend(s, d >>> 24, d, 255 - (s >>> 24)),
  (s, d) => blend(s, 255 - (d >>> 24), d, s >>> 24),
  (s, d) => blend(s, 255 - (d >>> 24), d, 255 - (s >>> 24)),
  (s, d) => addPixels(s, d),
];

/** @param {number} p @param {number} m @param {number} q @param {number} n @returns {number} p·m + q·n, per-channel factors */
const blendChannels = (p, m, q, n) => addPixels(multiplyPixels(p, m), multiplyPixels(q, n));
const flip = (/** @type {number} */ m) => ~m >>> 0;

/**
 * The same where the mask has a factor for each channel: `s` is the source times the mask, `a` the mask times the source's
 * alpha.
 * @type {readonly ((s: number, a: number, d: number) => number)[]} CLEAR … ADD
 */
export const CHANNEL_OPERATORS = [
  () => 0,
  (s) => s,
  (_s, _a, d) => d,
  (s, a, d) => addPixels(s, multiplyPixels(d, flip(a))),
  (s, _a, d) => addPixels(d, scalePixel(s, 255 - (d >>> 24))),
  (s, _a, d) => scalePixel(s, d >>> 24),
  (_s, a, d) => multiplyPixels(d, a),
  (s, _a, d) => scalePixel(s, 255 - (d >>> 24)),
  (_s, a, d) => multiplyPixels(d, flip(a)),
  (s, a, d) => blendChannels(d, flip(a), s, spread(d >>> 24)),
  (s, a, d) => blendChannels(d, a, s, spread(255 - (d >>> 24))),
  (s, a, d) => blendChannels(d, flip(a), s, spread(255 - (d >>> 24))),
  (s, _a, d) => addPixels(s, d),
];

/** @param {number} a @returns {number} the same factor for all four channels */
export function spread(a) {
  return Math.imul(a, 0x01010101) >>> 0;
}

const { fround, min, max } = Math;

/** How much of x there is room for beside y, and the like, of two alphas 0…1; `x` divides. @type {Record<string, (x: number, y: number) => number>} */
const SHARES = {
  none: () => 0,
  all: () => 1,
  beside: (x, y) => (x === 0 ? 1 : min(1, max(0, fround((1 - y) / x)))),
  below: (x, y) => (x === 0 ? 0 : min(1, max(0, fround(1 - (1 - y) / x)))),
  inside: (x, y) => (x === 0 ? 1 : min(1, max(0, fround(y / x)))),
  outside: (x, y) => (x === 0 ? 0 : min(1, max(0, fround(1 - y / x)))),
};

/** The shares of source and destination, in the order of the operators from OVER to XOR. */
const DISJOINT = ["all beside", "beside all", "below none", "none below", "beside none",
  "none beside", "below beside", "beside below", "beside beside"];
const CONJOINT = ["all outside", "outside all", "inside none", "none inside",
  "outside none", "none outside", "inside outside", "outside inside", "outside outside"];

/** @param {string} shares @returns {(s: number, m: number, d: number) => number} */
function shared(shares) {
  const [ofSource, ofDestination] = shares.split(" ").map((name) => SHARES[name]);
  return (s, m, d) => {
    const sa = fround((s >>> 24) / 255);
    const da = fround((d >>> 24) / 255);
    let out = 0;
    for (let shift = 0; shift < 32; shift += 8) {
      const factor = fround(((m >>> shift) & 255) / 255);
      const alpha = fround(sa * factor);
      const color = fround(fround(((s >>> shift) & 255) / 255) * factor);
      const under = fround(((d >>> shift) & 255) / 255);
      const sum = fround(fround(color * ofSource(alpha, da)) + fround(under * ofDestination(da, alpha)));
      out |= min(255, Math.floor(min(1, sum) * 256)) << shift;
    }
    return out >>> 0;
  };
}

/** Families of operators begin with CLEAR, SRC and DST, which are the same in each. */
const FAMILIES = Object.freeze([0x00, 0x10, 0x20]);

/** @param {number} number @returns {number} CLEAR, SRC and DST of any family as those of the first */
export function plainOperator(number) {
  const family = FAMILIES.find((first) => number >= first && number < first + 3);
  return family === undefined ? number : number - family;
}

/**
 * The operators that pixman works out in floating point: SATURATE, the disjoint and the conjoint ones. They take source,
 * mask (a factor for each channel) and destination.
 * @type {ReadonlyMap<number, (s: number, m: number, d: number) => number>} by operator number
 */
export const FLOAT_OPERATORS = new Map([
  [13, shared("beside all")],
  ...DISJOINT.map((shares, i) => /** @type {[number, any]} */ ([0x13 + i, shared(shares)])),
  ...CONJOINT.map((shares, i) => /** @type {[number, any]} */ ([0x23 + i, shared(shares)])),
]);
