// @ts-check
// COMPOSITE: X Render's operation, a picture through a mask onto a surface.
import { CompositeFlags } from "../spice/enums.gen.js";
import { scalePixel } from "./blend.js";
import { BLEND_MODES, isTone } from "./blend_modes.js";
import { CHANNEL_OPERATORS, FLOAT_OPERATORS, multiplyPixels, OPERATORS, plainOperator, spread } from "./composite_operators.js";
import { apart, onRegion } from "./drawing.js";
import { after, kept } from "./pictures.js";
import { Repeat, Sampler } from "./sampler.js";

/** @typedef {import("./drawing.js").Operation} Operation */
/** @typedef {import("./drawing.js").Canvas} Canvas */
/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./pictures.js").Source} Source */
/** @typedef {import("./sampler.js").Transform} Transform */
/** @typedef {import("./region.js").Rect} Rect */
/** @typedef {import("./region.js").Region} Region */

const OPERATOR_MASK = 0xff;
const OVER_REVERSE = 4;
const SATURATE = 13;
const SOURCE_FILTER = 8;
const MASK_FILTER = 11;
const SOURCE_REPEAT = 14;
const MASK_REPEAT = 16;
// Of Render's filters FAST and NEAREST take one pixel, GOOD, BEST and BILINEAR mix four.
const SMOOTH_FILTERS = Object.freeze([1, 2, 4]);

/**
 * All operators of Render are drawn; a number that is none is counted.
 * As libspice does, SOURCE_OPAQUE counts for surfaces only, and MASK_OPAQUE and DEST_OPAQUE say nothing new.
 * @type {Operation}
 */
export function drawComposite(canvas, message) {
  const { data } = message;
  return onRegion(canvas, message, (surface, region, box) =>
    after(canvas.pictures.get(data.src_bitmap), (first) => {
      const source = kept(first);
      return after(maskOf(canvas, data), (mask) => {
        const combine = combiner(data.flags, isSolid(source, data));
        if (!combine) canvas.ignored(`draw_composite with operator ${data.flags & OPERATOR_MASK}`);
        else if (region.length) drawSampled(surface, region, box, data, sampled(surface, source, mask, data), combine);
      });
    }));
}

/** @param {Canvas} canvas @param {any} data @returns {Source | null | Promise<Source | null>} */
function maskOf(canvas, data) {
  return data.flags & CompositeFlags.HAS_MASK ? canvas.pictures.get(data.mask_bitmap) : null;
}

/**
 * @callback Combine
 * @param {Uint32Array} s @param {Uint32Array | null} m
 * @param {number} i @param {number} d the destination's pixel
 * @returns {number}
 */

/** No pixel lets anything through. @param {Source} source @param {any} data */
function isSolid(source, { flags }) {
  return !source.alpha && !(flags & CompositeFlags.HAS_MASK) && ((flags >> SOURCE_REPEAT) & 3) !== Repeat.NONE;
}

/**
 * @param {number} flags
 * @param {boolean} solid then pixman takes a simpler operator, which rounds differently
 * @returns {Combine | null} null for an operator that is not drawn
 */
function combiner(flags, solid) {
  const asked = plainOperator(flags & OPERATOR_MASK);
  const number = solid && asked === SATURATE ? OVER_REVERSE : asked;
  const channels = (flags & CompositeFlags.COMPONENT_ALPHA) !== 0;
  if (channels && isTone(number)) return (_s, _m, _i, d) => d;
  const exact = FLOAT_OPERATORS.get(number) ?? BLEND_MODES.get(number);
  if (exact) return (s, m, i, d) => exact(s[i], m ? (channels ? m[i] : spread(m[i] >>> 24)) : 0xffffffff, d);
  if (channels && flags & CompositeFlags.HAS_MASK) {
    const operate = CHANNEL_OPERATORS[number];
    if (!operate) return null;
    return (s, m, i, d) => {
      const mask = m ? m[i] : 0xffffffff;
      return operate(multiplyPixels(s[i], mask), scalePixel(mask, s[i] >>> 24), d);
    };
  }
  const operate = OPERATORS[number];
  if (!operate) return null;
  return (s, m, i, d) => operate(m ? scalePixel(s[i], m[i] >>> 24) : s[i], d);
}

/** @param {number} flags @param {number} shift */
const isSmooth = (flags, shift) => SMOOTH_FILTERS.includes((flags >> shift) & 7);

/** @param {number} v a 16.16 value, signed or not */
const signed = (v) => v | 0;

/** @param {any} t @returns {Transform | null} */
function transformOf(t) {
  if (!t) return null;
  return {
    t00: signed(t.t00), t01: signed(t.t01), t02: signed(t.t02), t10: signed(t.t10), t11: signed(t.t11), t12: signed(t.t12),
  };
}

/** @param {Surface} surface @param {Source} source @param {Source | null} mask @param {any} data */
function sampled(surface, source, mask, { flags, src_transform: moveSource, mask_transform: moveMask }) {
  return {
    source: new Sampler(apart(surface, source), {
      opaque: !source.alpha || (flags & CompositeFlags.SOURCE_OPAQUE) !== 0 && source.isSurface === true,
      repeat: (flags >> SOURCE_REPEAT) & 3,
      transform: flags & CompositeFlags.HAS_SRC_TRANSFORM ? transformOf(moveSource) : null,
      smooth: isSmooth(flags, SOURCE_FILTER),
    }),
    mask: mask && new Sampler(apart(surface, mask), {
      opaque: !mask.alpha,
      repeat: (flags >> MASK_REPEAT) & 3,
      transform: flags & CompositeFlags.HAS_MASK_TRANSFORM ? transformOf(moveMask) : null,
      smooth: isSmooth(flags, MASK_FILTER),
    }),
  };
}

/**
 * @param {Surface} surface @param {Region} region @param {Rect} box @param {any} data
 * @param {{source: Sampler, mask: Sampler | null}} samplers @param {Combine} combine
 */
function drawSampled(surface, region, box, data, { source, mask }, combine) {
  const { pixels, width, settle, force } = surface;
  const opaque = surface.alpha ? 0 : 0xff000000;
  const keep = surface.alpha ? surface.keep : 0xffffff;
  for (let i = 0; i < region.length; i += 4) {
    const n = region[i + 2] - region[i];
    const x = region[i] - box.left;
    for (let line = region[i + 1]; line < region[i + 3]; line++) {
      const y = line - box.top;
      const s = source.read(data.src_origin.x + x, data.src_origin.y + y, n);
      const m = mask && mask.read(data.mask_origin.x + x, data.mask_origin.y + y, n);
      const d = line * width + region[i];
      for (let k = 0; k < n; k++) {
        const p = (combine(s, m, k, (pixels[d + k] | opaque) >>> 0) & keep) | force;
        pixels[d + k] = settle ? settle(p) : p;
      }
    }
  }
}
