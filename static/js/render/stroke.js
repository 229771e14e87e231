// @ts-check
// STROKE: one pixel wide lines, the pixels that X's zero-width lines have, the last one of a line left out.
import { LineFlags, Ropd } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_IMAGE_PIXELS } from "../spice/limits.gen.js";
import { paint } from "./blit.js";
import { DashCycle, dashedPixels } from "./dashes.js";
import { brushInk, onRegion, patternOf } from "./drawing.js";
import { polylines, toPixel } from "./path.js";
import { after } from "./pictures.js";
import { extents, intersect } from "./region.js";
import { ropOf } from "./rop.js";

/** @typedef {import("./drawing.js").Operation} Operation */
/** @typedef {import("./path.js").Point} Point */
/** @typedef {import("./region.js").Rect} Rect */

// Directions (x leftwards 4, y upwards 2, steep 1) in which a pixel exactly between two rows goes to the nearer one.
const BIASED = Object.freeze([3, 4, 6, 7]);
// Beyond this length products leave the exact integers of a double.
const LONG = 1 << 24;

/** Dashes and gaps are counted in bytes, as other clients do. */
const DASH_MASK = 0xff;

/** @type {Operation} */
export function drawStroke(canvas, message) {
  const { data } = message;
  const rop = ropOf(data.fore_mode, Ropd.INVERS_BRUSH, Ropd.INVERS_DEST);
  const dashes = dashesOf(data.attr);
  return onRegion(canvas, message, (surface, region) =>
    after(patternOf(canvas, data.brush), (pattern) => {
      if (!region.length) return;
      const ink = brushInk(surface, data.brush, pattern);
      const around = extents(region);
      let budget = MAX_IMAGE_PIXELS;
      for (const points of polylines(data.path)) {
        for (const [x1, y, x2] of dashes ? dashSpans(points, dashes, around, isCareful(rop)) : lineSpans(points, around)) {
          budget -= x2 - x1 + region.length;
          if (budget < 0) throw new ProtocolError("a path draws too many pixels");
          paint(surface, intersect(region, x1, y, x2, y + 1), ink, rop);
        }
      }
    }));
}

/** @param {{flags: number, style?: readonly number[] | null}} attr @returns {DashCycle | null} null: a whole line */
function dashesOf({ flags, style }) {
  if (!(flags & LineFlags.STYLED)) return null;
  const lengths = (style ?? []).map((length) => toPixel(length * 16) & DASH_MASK);
  const cycle = new DashCycle(lengths, (flags & LineFlags.START_WITH_GAP) !== 0 && lengths.length > 0);
  return cycle.isEmpty ? null : cycle;
}

/**
 * Whether drawing a pixel twice makes a difference. For such operations other clients collect the pixels first, and then
 * fill the corners of dashed lines too. The bits are those of X's functions, which SPICE has in the same order.
 * @param {number} rop
 */
function isCareful(rop) {
  return (rop & 0b1100) === 0b1000 || (rop & 0b11) === 0b10;
}

/**
 * @param {readonly Point[]} points @param {DashCycle} cycle @param {Rect} around @param {boolean} corners
 * @returns {Generator<[number, number, number]>} left, row, right
 */
function* dashSpans(points, cycle, around, corners) {
  for (const [x, y] of dashedPixels(points, cycle, around, corners)) yield [x, y, x + 1];
}

/**
 * @param {readonly Point[]} points @param {Rect} around
 * @returns {Generator<[number, number, number]>}
 */
function* lineSpans(points, around) {
  for (let i = 1; i < points.length; i++) yield* spans(points[i - 1], points[i], around);
}

/**
 * The pixels of a line without its last one, inside a rectangle.
 * @param {Point} from @param {Point} to @param {Rect} around
 * @returns {Generator<[number, number, number]>} left, row, right
 */
export function* spans(from, to, around) {
  const adx = Math.abs(to.x - from.x);
  const ady = Math.abs(to.y - from.y);
  const sx = to.x < from.x ? -1 : 1;
  const sy = to.y < from.y ? -1 : 1;
  const steep = ady >= adx;
  const direction = (sx < 0 ? 4 : 0) | (sy < 0 ? 2 : 0) | (steep ? 1 : 0);
  const aside = sideways(steep ? ady : adx, steep ? adx : ady, BIASED.includes(direction) ? 1 : 0);
  if (steep) yield* steepSpans(from, sx, sy, ady, aside, around);
  else yield* flatSpans(from, sx, sy, adx, aside, around);
}

/**
 * How far a line has moved sideways after i steps along its longer axis.
 * @param {number} major @param {number} minor @param {number} bias @returns {(i: number) => number}
 */
function sideways(major, minor, bias) {
  if (major < LONG) return (i) => Math.floor((2 * i * minor + major - bias) / (2 * major));
  const [long, short] = [BigInt(major), BigInt(minor)];
  return (i) => Number((2n * BigInt(i) * short + long - BigInt(bias)) / (2n * long));
}

/**
 * The steps of a line whose coordinate lies in low…high−1.
 * @param {number} start @param {number} sign @param {number} length @param {number} low @param {number} high
 * @returns {[number, number]} first and end
 */
function stepsWithin(start, sign, length, low, high) {
  const first = sign > 0 ? low - start : start - high + 1;
  const end = sign > 0 ? high - start : start - low + 1;
  return [Math.max(0, first), Math.min(length, end)];
}

/**
 * @param {Point} from @param {number} sx @param {number} sy @param {number} length @param {(i: number) => number} aside
 * @param {Rect} around
 * @returns {Generator<[number, number, number]>}
 */
function* steepSpans(from, sx, sy, length, aside, around) {
  const [first, end] = stepsWithin(from.y, sy, length, around.top, around.bottom);
  for (let i = first; i < end; i++) {
    const x = from.x + sx * aside(i);
    if (x >= around.left && x < around.right) yield [x, from.y + sy * i, x + 1];
  }
}

/**
 * @param {Point} from @param {number} sx @param {number} sy @param {number} length @param {(i: number) => number} aside
 * @param {Rect} around
 * @returns {Generator<[number, number, number]>}
 */
function* flatSpans(from, sx, sy, length, aside, around) {
  const [first, end] = stepsWithin(from.x, sx, length, around.left, around.right);
  for (let i = first; i < end;) {
    const row = aside(i);
    let next = i + 1;
    while (next < end && aside(next) === row) next++;
    const y = from.y + sy * row;
    const left = sx > 0 ? from.x + i : from.x - next + 1;
    if (y >= around.top && y < around.bottom) yield [left, y, left + next - i];
    i = next;
  }
}
