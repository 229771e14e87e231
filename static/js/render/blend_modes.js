// @ts-check
// The blend modes of Render, which PDF defined first, on premultiplied pixels: some in integers, some in floating point,
// as pixman works them out.
import { addPixels, scalePixel } from "./blend.js";
import { multiplyPixels } from "./composite_operators.js";

/**
 * Source, mask (a factor for each channel) and destination to the result.
 * @typedef {(s: number, m: number, d: number) => number} Blend
 */

/** @param {number} p @param {number} shift @returns {number} 0…255 */
const channel = (p, shift) => (p >>> shift) & 255;
/** @param {number} v of 255·255 @returns {number} 0…255, rounded */
function over255(v) {
  const t = Math.max(0, Math.min(v, 65025)) + 128;
  return (t + (t >> 8)) >> 8;
}

/** Destination, its alpha, source, its alpha; 0…255 in, 0…65025 out. @typedef {(d: number, da: number, s: number, sa: number) => number} Mix */

/** @type {Mix} */
const hardLight = (d, da, s, sa) => (2 * s < sa ? 2 * s * d : sa * da - 2 * (da - d) * (sa - s));

/** @param {Mix} mix @returns {Blend} */
function inIntegers(mix) {
  return (source, m, d) => {
    const s = multiplyPixels(source, m);
    const a = scalePixel(m, source >>> 24);
    const sa = s >>> 24;
    const da = d >>> 24;
    let out = over255(da * 255 + sa * 255 - sa * da) << 24;
    for (let shift = 0; shift < 24; shift += 8) {
      const [sc, ac, dc] = [channel(s, shift), channel(a, shift), channel(d, shift)];
      out |= over255((255 - ac) * dc + (255 - da) * sc + mix(dc, da, sc, ac)) << shift;
    }
    return out >>> 0;
  };
}

/** @type {Blend} */
function multiply(source, m, d) {
  const s = multiplyPixels(source, m);
  const a = scalePixel(m, source >>> 24);
  const rest = addPixels(multiplyPixels(d, ~a >>> 0), scalePixel(s, 255 - (d >>> 24)));
  return addPixels(multiplyPixels(d, s), rest);
}

const { abs, fround, max, min, sqrt } = Math;
const isZero = (/** @type {number} */ v) => abs(v) < 1.1754943508222875e-38;

/** @type {Mix} */
function colorDodge(d, da, s, sa) {
  if (isZero(d)) return 0;
  if (d * sa >= sa * da - s * da || isZero(sa - s)) return sa * da;
  return (sa * sa * d) / (sa - s);
}

/** @type {Mix} */
function colorBurn(d, da, s, sa) {
  if (d >= da) return sa * da;
  if (sa * (da - d) >= s * da || isZero(s)) return 0;
  return sa * (da - (sa * (da - d)) / s);
}

/** @type {Mix} */
function softLight(d, da, s, sa) {
  if (2 * s <= sa) return isZero(da) ? d * sa : d * sa - (d * (da - d) * (sa - 2 * s)) / da;
  if (isZero(da)) return d * sa;
  if (4 * d <= da) return d * sa + (2 * s - sa) * d * (((16 * d) / da - 12) * (d / da) + 3);
  return d * sa + (sqrt(d * da) - d) * (2 * s - sa);
}

/** @param {number} v 0…1 @returns {number} 0…255 */
const toByte = (v) => min(255, Math.floor(max(0, min(1, fround(v))) * 256));
/** @param {number} v 0…255 @returns {number} 0…1 */
const toFloat = (v) => fround(v / 255);

/** @param {Mix} mix @returns {Blend} */
function inFloats(mix) {
  return (s, m, d) => {
    const sa = toFloat(s >>> 24);
    const da = toFloat(d >>> 24);
    const all = fround(sa * toFloat(m >>> 24));
    let out = toByte(all + da - all * da) << 24;
    for (let shift = 0; shift < 24; shift += 8) {
      const factor = toFloat(channel(m, shift));
      const sc = fround(toFloat(channel(s, shift)) * factor);
      const ac = fround(sa * factor);
      const dc = toFloat(channel(d, shift));
      out |= toByte((1 - ac) * dc + (1 - da) * sc + mix(dc, da, sc, ac)) << shift;
    }
    return out >>> 0;
  };
}

/** @typedef {[number, number, number]} Rgb red, green, blue */

const luminosity = (/** @type {Rgb} */ [r, g, b]) => r * 0.3 + g * 0.59 + b * 0.11;
const saturation = (/** @type {Rgb} */ c) => max(...c) - min(...c);

/** Brings a color back into 0…alpha without changing its luminosity. @param {Rgb} color @param {number} alpha @returns {Rgb} */
function clipped(color, alpha) {
  const light = luminosity(color);
  const low = min(...color);
  const high = max(...color);
  let c = color;
  if (low < 0) c = isZero(light - low) ? [0, 0, 0] : spread(c, light, light / (light - low));
  if (high > alpha) c = isZero(high - light) ? [alpha, alpha, alpha] : spread(c, light, (alpha - light) / (high - light));
  return c;
}

/** @param {Rgb} color @param {number} center @param {number} factor @returns {Rgb} */
function spread(color, center, factor) {
  return /** @type {Rgb} */ (color.map((v) => center + (v - center) * factor));
}

/** @param {Rgb} color @param {number} alpha @param {number} light @returns {Rgb} */
function withLuminosity(color, alpha, light) {
  const more = light - luminosity(color);
  return clipped(/** @type {Rgb} */ (color.map((v) => v + more)), alpha);
}

/** @param {Rgb} color @param {number} wanted @returns {Rgb} */
function withSaturation(color, wanted) {
  const low = min(...color);
  const range = max(...color) - low;
  return /** @type {Rgb} */ (color.map((v) => (isZero(range) ? 0 : ((v - low) * wanted) / range)));
}

/** What the four modes that look at all three channels make of them. @typedef {(d: Rgb, da: number, s: Rgb, sa: number) => Rgb} Tone */

const times = (/** @type {Rgb} */ c, /** @type {number} */ f) => /** @type {Rgb} */ (c.map((v) => v * f));

/** @type {readonly Tone[]} HUE, SATURATION, COLOR, LUMINOSITY */
const TONES = [
  (d, da, s, sa) => withLuminosity(withSaturation(times(s, da), saturation(d) * sa), sa * da, luminosity(d) * sa),
  (d, da, s, sa) => withLuminosity(withSaturation(times(d, sa), saturation(s) * da), sa * da, luminosity(d) * sa),
  (d, da, s, sa) => withLuminosity(times(s, da), sa * da, luminosity(d) * sa),
  (d, da, s, sa) => withLuminosity(times(d, sa), sa * da, luminosity(s) * da),
];

/** @param {number} p @returns {Rgb} */
const rgbOf = (p) => [toFloat(p & 255), toFloat((p >>> 8) & 255), toFloat((p >>> 16) & 255)];

/**
 * A mask counts by its alpha alone: Render knows these modes without masks of channels only.
 * @param {Tone} tone @returns {Blend}
 */
function inTones(tone) {
  return (s, m, d) => {
    const factor = toFloat(m >>> 24);
    const sa = toFloat(s >>> 24) * factor;
    const da = toFloat(d >>> 24);
    const [sc, dc] = [times(rgbOf(s), factor), rgbOf(d)];
    const mixed = tone(dc, da, sc, sa);
    let out = toByte(sa + da - sa * da) << 24;
    for (let i = 0; i < 3; i++) out |= toByte((1 - sa) * dc[i] + (1 - da) * sc[i] + mixed[i]) << (8 * i);
    return out >>> 0;
  };
}

const FIRST = 0x30;
const FIRST_TONE = 0x3b;

/** @param {number} number @returns {boolean} HUE … LUMINOSITY, which do nothing with a mask of channels */
export const isTone = (number) => number >= FIRST_TONE && number < FIRST_TONE + TONES.length;

/** By operator number. @type {ReadonlyMap<number, Blend>} */
export const BLEND_MODES = new Map([
  multiply,
  inIntegers((d, da, s, sa) => s * da + d * sa - s * d),
  inIntegers((d, da, s, sa) => hardLight(s, sa, d, da)),
  inIntegers((d, da, s, sa) => min(s * da, d * sa)),
  inIntegers((d, da, s, sa) => max(s * da, d * sa)),
  inFloats(colorDodge),
  inFloats(colorBurn),
  inIntegers(hardLight),
  inFloats(softLight),
  inIntegers((d, da, s, sa) => abs(s * da - d * sa)),
  inIntegers((d, da, s, sa) => s * da + d * sa - 2 * s * d),
  ...TONES.map(inTones),
].map((blend, i) => /** @type {[number, Blend]} */ ([FIRST + i, blend])));
