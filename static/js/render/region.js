// @ts-check
// Regions: disjoint rectangles in reading order, and the ways a message narrows what it draws: box, clip, mask.
import { ClipType, MaskFlags } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_CLIP_RECTS } from "../spice/limits.gen.js";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Rect left and top inside, others outside */
/** @typedef {{type: number, rects?: any}} Clip */
/** @typedef {{width: number, height: number, bits: Uint8Array}} Mask one byte a pixel, 0 or 1 */

/**
 * Rectangles as x1, y1, x2, y2 each, none empty, none touching a pixel of another, sorted in bands: rectangles that
 * share rows share top and bottom, bands go downwards, and within a band rectangles go rightwards.
 * @typedef {number[]} Region
 */

/** @param {Rect} r @returns {boolean} */
export const isEmpty = (r) => r.right <= r.left || r.bottom <= r.top;

/** @param {Rect} a @param {Rect} b @returns {boolean} width and height are the same */
export function sameSize(a, b) {
  return a.right - a.left === b.right - b.left && a.bottom - a.top === b.bottom - b.top;
}

/**
 * What a drawing message may touch: its box within the surface, within its clip.
 * @param {{width: number, height: number}} surface
 * @param {Rect} box
 * @param {Clip | null} clip
 * @returns {Region}
 * @throws {ProtocolError} too many clip rectangles
 */
export function clippedRegion(surface, box, clip) {
  const x1 = Math.max(0, box.left);
  const y1 = Math.max(0, box.top);
  const x2 = Math.min(surface.width, box.right);
  const y2 = Math.min(surface.height, box.bottom);
  if (x2 <= x1 || y2 <= y1) return [];
  if (!clip || clip.type === ClipType.NONE) return [x1, y1, x2, y2];
  return union(within(clipRects(clip), x1, y1, x2, y2));
}

/** @param {Clip} clip @returns {Rect[]} */
export function clipRects(clip) {
  const list = clip.rects?.rects ?? clip.rects ?? [];
  if (list.length > MAX_CLIP_RECTS) throw new ProtocolError(`${list.length} clip rectangles are too many`);
  return list;
}

/**
 * @param {Rect[]} rects @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2
 * @returns {number[]} the parts inside, in the same order, perhaps overlapping
 */
function within(rects, x1, y1, x2, y2) {
  const out = [];
  for (const r of rects) {
    const left = Math.max(x1, r.left);
    const top = Math.max(y1, r.top);
    const right = Math.min(x2, r.right);
    const bottom = Math.min(y2, r.bottom);
    if (left < right && top < bottom) out.push(left, top, right, bottom);
  }
  return out;
}

/** @param {number[]} quads @returns {boolean} already a region */
function isBanded(quads) {
  for (let i = 4; i < quads.length; i += 4) {
    const sameBand = quads[i + 1] === quads[i - 3] && quads[i + 3] === quads[i - 1] && quads[i] >= quads[i - 2];
    if (!sameBand && quads[i + 1] < quads[i - 1]) return false;
  }
  return true;
}

/**
 * Rectangles in any order, overlapping or not, as a region covering the same pixels.
 * @param {number[]} quads
 * @returns {Region}
 */
export function union(quads) {
  if (isBanded(quads)) return quads;
  const edges = new Set();
  const order = [];
  for (let i = 0; i < quads.length; i += 4) {
    edges.add(quads[i + 1]).add(quads[i + 3]);
    order.push(i);
  }
  order.sort((a, b) => quads[a] - quads[b]);
  const ys = [...edges].sort((a, b) => a - b);
  /** @type {Region} */
  const out = [];
  for (let k = 0; k + 1 < ys.length; k++) appendBand(out, quads, order, ys[k], ys[k + 1]);
  return out;
}

/**
 * @param {Region} out @param {number[]} quads @param {number[]} order indices by left edge
 * @param {number} top @param {number} bottom
 */
function appendBand(out, quads, order, top, bottom) {
  let left = 0;
  let right = -1;
  for (const i of order) {
    if (quads[i + 1] > top || quads[i + 3] < bottom) continue;
    if (right >= 0 && quads[i] <= right) {
      right = Math.max(right, quads[i + 2]);
      continue;
    }
    if (right >= 0) out.push(left, top, right, bottom);
    left = quads[i];
    right = quads[i + 2];
  }
  if (right >= 0) out.push(left, top, right, bottom);
}

/**
 * The part of a region inside one rectangle.
 * @param {Region} region @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2
 * @returns {Region}
 */
export function intersect(region, x1, y1, x2, y2) {
  if (region.length === 4 && region[0] >= x1 && region[1] >= y1 && region[2] <= x2 && region[3] <= y2) return region;
  const out = [];
  for (let i = 0; i < region.length; i += 4) {
    const left = Math.max(x1, region[i]);
    const top = Math.max(y1, region[i + 1]);
    const right = Math.min(x2, region[i + 2]);
    const bottom = Math.min(y2, region[i + 3]);
    if (left < right && top < bottom) out.push(left, top, right, bottom);
  }
  return out;
}

/**
 * The part of a region that a mask lets through. The mask's pixel `pos` lies on the box's top left corner; what lies
 * outside the mask's own size is never drawn, inverted or not.
 * @param {Region} region
 * @param {Mask} mask
 * @param {{flags: number, pos: {x: number, y: number}}} use
 * @param {Rect} box
 * @returns {Region}
 */
export function maskedRegion(region, mask, use, box) {
  const dx = box.left - use.pos.x;
  const dy = box.top - use.pos.y;
  const wanted = use.flags & MaskFlags.INVERS ? 0 : 1;
  const inside = intersect(region, dx, dy, dx + mask.width, dy + mask.height);
  /** @type {number[]} */
  const out = [];
  for (let i = 0; i < inside.length; i += 4) {
    for (let y = inside[i + 1]; y < inside[i + 3]; y++) {
      appendRuns(out, mask.bits, (y - dy) * mask.width - dx, inside[i], inside[i + 2], y, wanted);
    }
  }
  return union(out);
}

/**
 * @param {number[]} out @param {Uint8Array} bits @param {number} base add x to get the bit
 * @param {number} x @param {number} end @param {number} y @param {number} wanted
 */
function appendRuns(out, bits, base, x, end, y, wanted) {
  while (x < end) {
    while (x < end && bits[base + x] !== wanted) x++;
    const start = x;
    while (x < end && bits[base + x] === wanted) x++;
    if (x > start) out.push(start, y, x, y + 1);
  }
}

/** The smallest rectangle around a region. @param {Region} region @returns {Rect} empty for an empty region */
export function extents(region) {
  const all = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < region.length; i += 4) {
    all.left = Math.min(all.left, region[i]);
    all.top = Math.min(all.top, region[i + 1]);
    all.right = Math.max(all.right, region[i + 2]);
    all.bottom = Math.max(all.bottom, region[i + 3]);
  }
  return region.length ? all : { left: 0, top: 0, right: 0, bottom: 0 };
}
