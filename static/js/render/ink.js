// @ts-check
// Inks: where the words of an operation come from, one row at a time: a color, a picture, a pattern, a scaled picture.

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./surface.js").Surface} Surface */

/**
 * After `at(x, y, n)` the `n` words for the surface's pixels (x…x+n−1, y) are `row[offset…]`, until the next call.
 * @typedef {object} Ink
 * @property {Uint32Array} row
 * @property {number} offset
 * @property {(x: number, y: number, n: number) => void} at
 * @property {boolean} exact the words already suit the surface: keep and force would change nothing
 */

/** Changes words in place so that they suit a surface. @typedef {(row: Uint32Array, n: number) => void} Adapter */

/** @type {Adapter} */
function dropAlpha(row, n) {
  for (let i = 0; i < n; i++) row[i] &= 0xffffff;
}

/**
 * What has to happen to a picture's words before they meet a surface, beyond the surface's own keep and force.
 * @param {Surface} surface
 * @param {Picture} picture
 * @param {boolean} highBits an opaque picture's fourth bytes are 0xFF for the machine too
 * @returns {Adapter | null}
 */
export function adapterFor(surface, picture, highBits) {
  const { settle } = surface;
  if (settle) {
    return (row, n) => {
      for (let i = 0; i < n; i++) row[i] = settle(row[i]);
    };
  }
  const holdsFourthByte = surface.force === 0 && surface.keep === 0xffffffff;
  return holdsFourthByte && !picture.alpha && !highBits ? dropAlpha : null;
}

const NOTHING = new Uint32Array(0);

/** A buffer that grows to the longest row asked of it. */
export class RowBuffer {
  /** @type {Uint32Array} */
  row = NOTHING;
  offset = 0;

  /** @param {number} n @returns {Uint32Array} at least `n` words; what they held is lost when it grew */
  room(n) {
    if (this.row.length < n) this.row = new Uint32Array(Math.max(n, 64));
    return this.row;
  }
}

/** One color everywhere. @implements {Ink} */
export class SolidInk extends RowBuffer {
  exact = true;

  /** @param {number} word */
  constructor(word) {
    super();
    this.word = word;
  }

  /** @param {number} _x @param {number} _y @param {number} n */
  at(_x, _y, n) {
    if (this.row.length < n) this.room(n).fill(this.word);
  }
}

/** A picture with its top left pixel at (dx, dy); asked only for pixels that it has. @implements {Ink} */
export class PictureInk extends RowBuffer {
  #adapt;

  /**
   * @param {Picture} picture @param {number} dx @param {number} dy
   * @param {Surface} surface @param {Adapter | null} adapt
   */
  constructor(picture, dx, dy, surface, adapt) {
    super();
    this.picture = picture;
    this.dx = dx;
    this.dy = dy;
    this.#adapt = adapt;
    this.exact = isExact(surface, picture, adapt);
    this.direct = this.exact && adapt === null;
  }

  /** @param {number} x @param {number} y @param {number} n */
  at(x, y, n) {
    const { pixels, width } = this.picture;
    const start = (y - this.dy) * width + x - this.dx;
    if (!this.#adapt) {
      this.row = pixels;
      this.offset = start;
      return;
    }
    const row = this.room(n);
    row.set(pixels.subarray(start, start + n));
    this.#adapt(row, n);
  }
}

/** A pattern repeated in both directions, one of its copies at (ox, oy). @implements {Ink} */
export class TileInk extends RowBuffer {
  #adapt;

  /**
   * @param {Picture} picture @param {number} ox @param {number} oy
   * @param {Surface} surface @param {Adapter | null} adapt
   */
  constructor(picture, ox, oy, surface, adapt) {
    super();
    this.picture = picture;
    this.ox = ox;
    this.oy = oy;
    this.#adapt = adapt;
    this.exact = isExact(surface, picture, adapt);
  }

  /** @param {number} x @param {number} y @param {number} n */
  at(x, y, n) {
    const { pixels, width, height } = this.picture;
    const row = this.room(n);
    const start = modulo(y - this.oy, height) * width;
    const column = modulo(x - this.ox, width);
    const period = Math.min(n, width);
    for (let i = 0; i < period; i++) row[i] = pixels[start + (column + i < width ? column + i : column + i - width)];
    for (let done = period; done < n; done *= 2) row.copyWithin(done, 0, Math.min(done, n - done));
    this.#adapt?.(row, n);
  }
}

/** @param {number} a @param {number} b positive @returns {number} in 0…b−1 */
export function modulo(a, b) {
  const rest = a % b;
  return rest < 0 ? rest + b : rest;
}

/** @param {Surface} surface @param {Picture} picture @param {Adapter | null} adapt */
export function isExact(surface, picture, adapt) {
  if (surface.settle) return adapt !== null;
  return surface.keep === 0xffffffff && (surface.force === 0 || !(picture.alpha || picture.raw));
}
