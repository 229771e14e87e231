// @ts-check
// Paths of 28.4 fixed point coordinates as polylines of whole pixels.
import { PathFlags } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_PATH_POINTS } from "../spice/limits.gen.js";

/** @typedef {{x: number, y: number}} Point in messages pixels with four binary places; in here those sixteenths */

const MOST_HALVINGS = 24;

/** @param {number} fixed 28.4 @returns {number} the pixel; exactly half rounds down */
export const toPixel = (fixed) => (fixed >> 4) + ((fixed & 15) > 8 ? 1 : 0);

/**
 * @param {{segments: {flags: number, points: Point[]}[]}} path
 * @returns {Point[][]} polylines in pixels
 * @throws {ProtocolError} too many points, or a curve without a beginning
 */
export function polylines(path) {
  /** @type {Point[][]} */
  const done = [];
  const line = new Polyline();
  for (const { flags, points: given } of path.segments) {
    const points = given.map(({ x, y }) => ({ x: x * 16, y: y * 16 }));
    let rest = points;
    if (flags & PathFlags.BEGIN) {
      done.push(line.take());
      if (points.length) line.to(points[0]);
      rest = points.slice(1);
    }
    if (flags & PathFlags.BEZIER) line.curves(rest);
    else for (const point of rest) line.to(point);
    if (flags & PathFlags.END) {
      if (flags & PathFlags.CLOSE) line.closeFigure();
      done.push(line.take());
    }
  }
  done.push(line.take());
  return done.filter((points) => points.length > 1);
}

class Polyline {
  /** @type {Point[]} */
  #points = [];
  #total = 0;

  /** @param {Point} fixed */
  to({ x, y }) {
    this.#append({ x: toPixel(x), y: toPixel(y) });
  }

  closeFigure() {
    if (this.#points.length) this.#append(this.#points[0]);
  }

  /** @param {Point} point pixels */
  #append(point) {
    if (++this.#total > MAX_PATH_POINTS) throw new ProtocolError("a path has too many points");
    this.#points.push(point);
  }

  /** @param {Point[]} controls three for each cubic curve */
  curves(controls) {
    if (controls.length % 3) throw new ProtocolError("a curve lacks control points");
    for (let i = 0; i < controls.length; i += 3) {
      const last = this.#points.at(-1);
      if (!last) throw new ProtocolError("a curve begins nowhere");
      this.#curve({ x: last.x << 4, y: last.y << 4 }, controls[i], controls[i + 1], controls[i + 2], MOST_HALVINGS);
    }
  }

  /** @param {Point} a @param {Point} b @param {Point} c @param {Point} d @param {number} halvings left */
  #curve(a, b, c, d, halvings) {
    if (halvings === 0 || isFlat(a, b, c, d)) {
      this.to(d);
      return;
    }
    const ab = middle(a, b);
    const bc = middle(b, c);
    const cd = middle(c, d);
    const abc = middle(ab, bc);
    const bcd = middle(bc, cd);
    const center = middle(abc, bcd);
    this.#curve(a, ab, abc, center, halvings - 1);
    this.#curve(center, bcd, cd, d, halvings - 1);
  }

  take() {
    return this.#points.splice(0);
  }
}

/** @param {Point} a @param {Point} b @returns {Point} rounded towards zero */
function middle(a, b) {
  return { x: Math.trunc((a.x + b.x) / 2), y: Math.trunc((a.y + b.y) / 2) };
}

/** @param {Point} a @param {Point} b @param {Point} origin @param {Point} other @returns {bigint} their dot product, 28.4 */
function dot(a, origin, b, other) {
  return (BigInt(a.x - origin.x) * BigInt(b.x - other.x) + BigInt(a.y - origin.y) * BigInt(b.y - other.y)) >> 4n;
}

/**
 * Whether both control points lie so close to the chord that a straight line serves.
 * @param {Point} a @param {Point} b @param {Point} c @param {Point} d
 */
function isFlat(a, b, c, d) {
  const chord = dot(d, a, d, a);
  const first = dot(b, a, d, a);
  const second = dot(c, d, a, d);
  const deviation1 = (dot(b, a, b, a) * chord - first * first) >> 3n;
  const deviation2 = (dot(c, d, c, d) * chord - second * second) >> 3n;
  return deviation1 < chord && deviation2 < chord;
}
