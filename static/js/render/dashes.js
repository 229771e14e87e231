// @ts-check
// Dashed lines: the pixels whose centers lie in the dashes of a line one pixel wide, as X's wide dashed lines have them.

/** @typedef {import("./path.js").Point} Point */
/** @typedef {import("./region.js").Rect} Rect */

/** A direction, or a place seen from another. @typedef {readonly [x: number, y: number]} Vector */

const HALF = 0.5;
/** Corners sharper than 11° are cut off: the square of the farthest tip's distance (X11 protocol, "miter"). */
const SHARPEST = HALF ** 2 / Math.sin((11 / 2) * (Math.PI / 180)) ** 2;

/** Dashes and gaps that come again and again. Odd ones are gaps, counted anew each time around. */
export class DashCycle {
  #on;
  #start;
  /** Where each of them begins → its number. @type {Map<number, number>} */
  #beginnings = new Map();

  /** @param {readonly number[]} lengths pixels, each below 256 @param {boolean} gapFirst the first one is a gap */
  constructor(lengths, gapFirst) {
    const order = gapFirst ? [...lengths.slice(1), lengths[0]] : lengths;
    this.#on = Uint8Array.from(order.flatMap((length, index) => new Array(length).fill(index & 1 ? 0 : 1)));
    this.#start = gapFirst ? order[0] : 0;
    let begin = 0;
    for (const [index, length] of order.entries()) {
      this.#beginnings.set(begin, index);
      begin += length;
    }
  }

  /** Whether it has any length; without one there are no dashes. */
  get isEmpty() {
    return this.#on.length === 0;
  }

  /** Where lines begin. */
  get start() {
    return this.#start;
  }

  /** @param {number} position whole pixels along the line */
  isOn(position) {
    return this.#on[this.#within(position)] === 1;
  }

  /**
   * Whether a line that ends there is joined with the next one. One that ends with a dash is, except with the last dash
   * of an odd number, which X takes for a gap.
   * @param {number} position
   */
  joins(position) {
    const next = this.#beginnings.get(this.#within(position));
    return next === undefined ? this.isOn(position) : (next & 1) === 1;
  }

  /** @param {number} position */
  #within(position) {
    const count = this.#on.length;
    return ((position % count) + count) % count;
  }
}

/**
 * The pixels of a polyline's dashes inside a rectangle, each once.
 * @param {readonly Point[]} points pixels @param {DashCycle} cycle @param {Rect} around
 * @param {boolean} corners all of them are filled; false: only those that neither line begins or ends with
 * @returns {Iterable<[x: number, y: number]>}
 */
export function* dashedPixels(points, cycle, around, corners) {
  const width = around.right - around.left;
  /** @type {Set<number>} */
  const seen = new Set();
  for (const [x, y] of dashed(points, cycle, around, corners)) {
    if (x < around.left || x >= around.right || y < around.top || y >= around.bottom) continue;
    const key = (y - around.top) * width + x - around.left;
    if (seen.has(key)) continue;
    seen.add(key);
    yield [x, y];
  }
}

/**
 * @param {readonly Point[]} points @param {DashCycle} cycle @param {Rect} around @param {boolean} corners
 * @returns {Generator<[number, number]>}
 */
function* dashed(points, cycle, around, corners) {
  const lines = linesOf(points);
  /** @param {Point} corner @param {Vector} from @param {Vector} to */
  const join = (corner, from, to) => (corners || (isOpen(from) && !isOpen(to)) ? cornerPixels(corner, from, to) : []);
  let position = cycle.start;
  /** @type {{way: Vector, on: boolean} | null} */
  let before = null;
  let beginsOn = false;
  for (const { from, way } of lines) {
    yield* linePixels(from, way, (along) => cycle.isOn(position + along), around);
    const startsOn = cycle.isOn(position);
    if (before?.on && startsOn) yield* join(from, before.way, way);
    if (!before) beginsOn = startsOn;
    position += Math.ceil(Math.hypot(...way));
    before = { way, on: cycle.joins(position) };
  }
  const [first, last] = [points[0], points[points.length - 1]];
  if (before?.on && beginsOn && first.x === last.x && first.y === last.y) yield* join(first, before.way, lines[0].way);
}

/** @param {readonly Point[]} points @returns {{from: Point, way: Vector}[]} without lines of no length */
function linesOf(points) {
  return points.slice(1).map((to, index) => {
    const from = points[index];
    return { from, way: /** @type {Vector} */ ([to.x - from.x, to.y - from.y]) };
  }).filter(({ way: [dx, dy] }) => dx !== 0 || dy !== 0);
}

/**
 * @param {Point} from @param {Vector} way @param {(along: number) => boolean} isOn at whole pixels from the beginning
 * @param {Rect} around
 * @returns {Generator<[number, number]>}
 */
function* linePixels(from, way, isOn, around) {
  const [dx, dy] = way;
  const flat = Math.abs(dx) > Math.abs(dy);
  const length = Math.hypot(dx, dy);
  const forth = isOpen([-dx, -dy]);
  const [start, low, high] = flat ? [from.x, around.left, around.right] : [from.y, around.top, around.bottom];
  const [least, most] = [start, start + (flat ? dx : dy)].sort((one, other) => one - other);
  for (let major = Math.max(low, least); major < Math.min(high, most + 1); major++) {
    const middle = Math.round((major - start) * (flat ? dy / dx : dx / dy));
    for (let minor = middle - 1; minor <= middle + 1; minor++) {
      const at = /** @type {Vector} */ (flat ? [major - start, minor] : [minor, major - start]);
      if (!isInside(at, [[-dx, -dy], 0], [way, dot(way, way)]) || !isWithin(at, way)) continue;
      const along = dot(at, way) / length;
      if (isOn(forth ? Math.ceil(along) - 1 : Math.floor(along))) yield [from.x + at[0], from.y + at[1]];
    }
  }
}

/**
 * What lies between the ends of two lines that meet: their sides go on to where they meet, unless that is too far.
 * @param {Point} corner @param {Vector} before @param {Vector} after
 * @returns {Generator<[number, number]>}
 */
function* cornerPixels(corner, before, after) {
  const turn = before[0] * after[1] - before[1] * after[0];
  if (turn === 0) return;
  const sides = [before, after].map(([x, y]) => {
    const outwards = Math.sign(turn) / Math.hypot(x, y);
    return /** @type {Vector} */ ([y * outwards, -x * outwards]);
  });
  const sum = /** @type {Vector} */ ([sides[0][0] + sides[1][0], sides[0][1] + sides[1][1]]);
  const both = HALF * (1 + dot(sides[0], sides[1]));
  const cut = (HALF ** 2 * 2) / (1 + dot(sides[0], sides[1])) > SHARPEST;
  const reach = cut ? 1 : Math.ceil(Math.sqrt(SHARPEST));
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const at = /** @type {Vector} */ ([x, y]);
      if (!isInside(at, [[-before[0], -before[1]], 0], [after, 0])) continue;
      const isNear = cut ? isInside(at, [sum, both]) : isInside(at, [sides[0], HALF], [sides[1], HALF]);
      if (isNear) yield [corner.x + x, corner.y + y];
    }
  }
}

/**
 * Whether a place is at most half a pixel beside a line.
 * @param {Vector} at @param {Vector} way
 */
function isWithin(at, [dx, dy]) {
  const limit = HALF * Math.hypot(dx, dy);
  return isInside(at, [[dy, -dx], limit], [[-dy, dx], limit]);
}

/**
 * Whether a place lies on the inner side of edges. On an edge are pixels whose shape lies to the right of it, or below.
 * @param {Vector} at @param {...[outwards: Vector, limit: number]} edges
 */
function isInside(at, ...edges) {
  return edges.every(([outwards, limit]) => {
    const beyond = dot(at, outwards) - limit;
    return beyond < 0 || (beyond === 0 && !isOpen(outwards));
  });
}

/** Whether what lies on an edge is outside. @param {Vector} outwards */
function isOpen([x, y]) {
  return x > 0 || (x === 0 && y > 0);
}

/** @param {Vector} one @param {Vector} other */
function dot(one, other) {
  return one[0] * other[0] + one[1] * other[1];
}
