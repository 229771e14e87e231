// @ts-check
// Rows of a picture as COMPOSITE reads them: moved, transformed, filtered, repeated.
import { modulo, RowBuffer } from "./ink.js";
import { mix } from "./scale.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {{t00: number, t01: number, t02: number, t10: number, t11: number, t12: number}} Transform 16.16 fixed point */

/** What lies outside the picture. */
export const Repeat = Object.freeze({ NONE: 0, NORMAL: 1, PAD: 2, REFLECT: 3 });

const ONE = 65536;
const HALF = 32768;

/** @param {number} v @param {number} size @param {number} repeat @returns {number} −1 for nothing */
function wrapped(v, size, repeat) {
  if (v >= 0 && v < size) return v;
  if (repeat === Repeat.NORMAL) return modulo(v, size);
  if (repeat === Repeat.PAD) return v < 0 ? 0 : size - 1;
  if (repeat !== Repeat.REFLECT) return -1;
  const back = modulo(v, 2 * size);
  return back < size ? back : 2 * size - 1 - back;
}

/** Gives premultiplied pixels; opaque pictures have alpha 0xFF, and nothing outside an unrepeated one. */
export class Sampler extends RowBuffer {
  #picture;
  #opaque;
  #repeat;
  #transform;
  #smooth;

  /**
   * @param {Picture} picture
   * @param {{opaque: boolean, repeat: number, transform: Transform | null, smooth: boolean}} how
   */
  constructor(picture, { opaque, repeat, transform, smooth }) {
    super();
    this.#picture = picture;
    this.#opaque = opaque ? 0xff000000 : 0;
    this.#repeat = repeat;
    this.#transform = transform;
    this.#smooth = smooth;
  }

  /** @param {number} x @param {number} y @param {number} n @returns {Uint32Array} the pixels are at 0…n−1 */
  read(x, y, n) {
    const row = this.room(n);
    if (!this.#transform) this.#readStraight(row, x, y, n);
    else this.#readTransformed(row, x, y, n, this.#transform);
    return row;
  }

  /** @param {Uint32Array} row @param {number} x @param {number} y @param {number} n */
  #readStraight(row, x, y, n) {
    const { pixels, width, height } = this.#picture;
    const line = wrapped(y, height, this.#repeat) * width;
    if (line < 0) {
      row.fill(0, 0, n);
    } else if (x >= 0 && x + n <= width) {
      for (let i = 0; i < n; i++) row[i] = pixels[line + x + i] | this.#opaque;
    } else {
      for (let i = 0; i < n; i++) {
        const column = wrapped(x + i, width, this.#repeat);
        row[i] = column < 0 ? 0 : pixels[line + column] | this.#opaque;
      }
    }
  }

  /** @param {Uint32Array} row @param {number} x @param {number} y @param {number} n @param {Transform} t */
  #readTransformed(row, x, y, n, t) {
    let u = Math.floor((t.t00 * (2 * x + 1) + t.t01 * (2 * y + 1) + 2 * t.t02 + 1) / 2);
    let v = Math.floor((t.t10 * (2 * x + 1) + t.t11 * (2 * y + 1) + 2 * t.t12 + 1) / 2);
    for (let i = 0; i < n; i++, u += t.t00, v += t.t10) {
      row[i] = this.#smooth ? this.#smoothAt(u - HALF, v - HALF) : this.#at(Math.floor((u - 1) / ONE), Math.floor((v - 1) / ONE));
    }
  }

  /** @param {number} u @param {number} v 16.16 */
  #smoothAt(u, v) {
    const x = Math.floor(u / ONE);
    const y = Math.floor(v / ONE);
    const wx = Math.floor((u - x * ONE) / 512);
    const wy = Math.floor((v - y * ONE) / 512);
    return mix(this.#at(x, y), this.#at(x + 1, y), this.#at(x, y + 1), this.#at(x + 1, y + 1), wx, wy);
  }

  /** @param {number} x @param {number} y */
  #at(x, y) {
    const { pixels, width, height } = this.#picture;
    const column = wrapped(x, width, this.#repeat);
    const line = wrapped(y, height, this.#repeat);
    return column < 0 || line < 0 ? 0 : (pixels[line * width + column] | this.#opaque) >>> 0;
  }
}
