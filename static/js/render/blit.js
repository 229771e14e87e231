// @ts-check
// Drawing inks on regions of a surface, and moving a surface's own pixels.
import { PictureInk } from "./ink.js";
import { intersect } from "./region.js";
import { Rop, ROP_ROWS } from "./rop.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {import("./ink.js").Ink} Ink */

// Up to this many pixels a loop of four at a time beats TypedArray.set, whose view of the source has to be made and collected.
const SHORT_ROW = 80;

/**
 * Draws an ink on a region.
 * @param {Surface} surface @param {Region} region within the surface @param {Ink} ink @param {number} rop of `Rop`
 */
export function paint(surface, region, ink, rop) {
  if (rop === Rop.NOOP) return;
  if (rop === Rop.COPY && ink instanceof PictureInk && ink.direct) {
    copyRects(surface, region, ink);
    return;
  }
  const combine = ROP_ROWS[rop];
  const { pixels, width, keep, force } = surface;
  for (let i = 0; i < region.length; i += 4) {
    const x = region[i];
    const n = region[i + 2] - x;
    for (let y = region[i + 1]; y < region[i + 3]; y++) {
      ink.at(x, y, n);
      combine(pixels, y * width + x, ink.row, ink.offset, n, keep, force);
    }
  }
}

/** @param {Surface} surface @param {Region} region @param {PictureInk} ink */
function copyRects(surface, region, ink) {
  const { pixels: from, width: stride } = ink.picture;
  for (let i = 0; i < region.length; i += 4) {
    const x = region[i];
    const y = region[i + 1];
    const start = (y - ink.dy) * stride + x - ink.dx;
    copyRect(surface.pixels, y * surface.width + x, surface.width, from, start, stride, region[i + 2] - x, region[i + 3] - y);
  }
}

/**
 * @param {Uint32Array} dst @param {number} d @param {number} dstStride @param {Uint32Array} src @param {number} s
 * @param {number} srcStride @param {number} n words a row @param {number} rows
 */
function copyRect(dst, d, dstStride, src, s, srcStride, n, rows) {
  if (n === dstStride && n === srcStride) {
    dst.set(src.subarray(s, s + n * rows), d);
    return;
  }
  if (n > SHORT_ROW) {
    for (let y = 0; y < rows; y++, d += dstStride, s += srcStride) dst.set(src.subarray(s, s + n), d);
    return;
  }
  const fours = n & ~3;
  for (let y = 0; y < rows; y++, d += dstStride, s += srcStride) {
    let i = 0;
    for (; i < fours; i += 4) {
      dst[d + i] = src[s + i];
      dst[d + i + 1] = src[s + i + 1];
      dst[d + i + 2] = src[s + i + 2];
      dst[d + i + 3] = src[s + i + 3];
    }
    for (; i < n; i++) dst[d + i] = src[s + i];
  }
}

/**
 * Fills a region with one word.
 * @param {Surface} surface @param {Region} region @param {number} word suiting the surface
 */
export function fill(surface, region, word) {
  const { pixels, width } = surface;
  for (let i = 0; i < region.length; i += 4) {
    const n = region[i + 2] - region[i];
    if (n === width) {
      pixels.fill(word, region[i + 1] * width, region[i + 3] * width);
      continue;
    }
    for (let y = region[i + 1]; y < region[i + 3]; y++) pixels.fill(word, y * width + region[i], y * width + region[i + 2]);
  }
}

/**
 * The part of a region for which a picture at (dx, dy) has pixels.
 * @param {Region} region @param {{width: number, height: number}} picture @param {number} dx @param {number} dy
 * @returns {Region}
 */
export function covered(region, picture, dx, dy) {
  return intersect(region, dx, dy, dx + picture.width, dy + picture.height);
}

/**
 * Moves pixels of a surface by (dx, dy) onto a region, as if all were read before any is written. Pixels that would
 * come from outside the surface stay as they are.
 * @param {Surface} surface @param {Region} region @param {number} dx @param {number} dy
 * @returns {Region} what was written
 */
export function move(surface, region, dx, dy) {
  if (dx === 0 && dy === 0) return [];
  const target = intersect(region, dx, dy, surface.width + dx, surface.height + dy);
  for (const i of writingOrder(target, dx, dy)) moveRect(surface, target, i, dx, dy);
  return target;
}

/**
 * Rectangles of a region in an order in which none is overwritten before it was read: against the movement.
 * @param {Region} region @param {number} dx @param {number} dy @returns {number[]} indices
 */
function writingOrder(region, dx, dy) {
  const order = [];
  for (let i = 0; i < region.length; i += 4) order.push(i);
  if (order.length < 2) return order;
  const down = dy > 0 ? -1 : 1;
  const right = dx > 0 ? -1 : 1;
  return order.sort((a, b) => down * (region[a + 1] - region[b + 1]) || right * (region[a] - region[b]));
}

/** @param {Surface} surface @param {Region} region @param {number} i @param {number} dx @param {number} dy */
function moveRect({ pixels, width }, region, i, dx, dy) {
  const [left, top, right, bottom] = region.slice(i, i + 4);
  if (dx === 0 && right - left === width) {
    pixels.copyWithin(top * width, (top - dy) * width, (bottom - dy) * width);
    return;
  }
  const step = dy > 0 ? -1 : 1;
  const end = dy > 0 ? top - 1 : bottom;
  for (let y = dy > 0 ? bottom - 1 : top; y !== end; y += step) {
    const from = (y - dy) * width + left - dx;
    pixels.copyWithin(y * width + left, from, from + right - left);
  }
}
