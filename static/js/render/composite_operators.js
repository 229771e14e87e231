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

/** @param {number} s @param {number} d */
function saturate(s, d) {
  const sa = s >>> 24;
  const room = 255 - (d >>> 24);
  if (sa <= room) return addPixels(s, d);
  const factor = Math.trunc((room * 255 + (sa >> 1)) / sa) & 255;
  return addPixels(scalePixel(s, factor), d);
}

/**
 * Source and destination to result. The mask has already been applied to the source.
 * @type {readonly ((s: number, d: number) => number)[]} by operator number: CLEAR … SATURATE
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
  saturate,
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
function spread(a) {
  return Math.imul(a, 0x01010101) >>> 0;
}
