// @ts-check
// Pictures drawn larger or smaller, pixel for pixel as pixman does it for libspice.
import { isExact, RowBuffer } from "./ink.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./region.js").Rect} Rect */
/** @typedef {import("./ink.js").Adapter} Adapter */
/** @typedef {import("./ink.js").Ink} Ink */

const ONE = 65536;
const HALF = 32768;

/**
 * How surface pixels map to picture pixels in 16.16 fixed point, along one axis: `start + i * step` for pixel i of the
 * box, at pixel centers.
 * @param {number} from first pixel of the area @param {number} length of the area @param {number} boxLength
 * @returns {{start: number, step: number}}
 */
export function axis(from, length, boxLength) {
  const step = Math.trunc((length * ONE) / boxLength);
  return { start: Math.floor((step * HALF + HALF) / ONE) + from * ONE, step };
}

/**
 * A picture's area stretched over a box. Outside the picture there is transparent black, which `INTERPOLATE` also mixes
 * into the outermost pixels: libspice asks pixman for exactly that.
 * @implements {Ink}
 */
export class ScaledInk extends RowBuffer {
  #picture;
  #box;
  #adapt;
  #smooth;
  #x;
  #y;

  /**
   * @param {Picture} picture
   * @param {Rect} area of the picture, in its pixels, not empty
   * @param {Rect} box on the surface, not empty
   * @param {boolean} smooth bilinear, otherwise the nearest pixel
   * @param {Surface} surface
   * @param {Adapter | null} adapt
   */
  constructor(picture, area, box, smooth, surface, adapt) {
    super();
    this.#picture = picture;
    this.#box = box;
    this.#adapt = adapt;
    this.#smooth = smooth;
    this.#x = axis(area.left, area.right - area.left, box.right - box.left);
    this.#y = axis(area.top, area.bottom - area.top, box.bottom - box.top);
    this.exact = isExact(surface, { ...picture, alpha: true }, adapt);
  }

  /** @param {number} x @param {number} y @param {number} n */
  at(x, y, n) {
    const row = this.room(n);
    const startX = this.#x.start + (x - this.#box.left) * this.#x.step;
    const startY = this.#y.start + (y - this.#box.top) * this.#y.step;
    if (this.#smooth) bilinearRow(row, n, this.#picture, startX - HALF, this.#x.step, startY - HALF);
    else nearestRow(row, n, this.#picture, startX - 1, this.#x.step, startY - 1);
    this.#adapt?.(row, n);
  }
}

/**
 * @param {Uint32Array} row @param {number} n @param {Picture} picture
 * @param {number} fx 16.16, may lie outside @param {number} step @param {number} fy
 */
export function nearestRow(row, n, picture, fx, step, fy) {
  const y = Math.floor(fy / ONE);
  if (y < 0 || y >= picture.height) {
    row.fill(0, 0, n);
    return;
  }
  const { pixels, width } = picture;
  for (let i = 0; i < n; i++, fx += step) {
    const x = Math.floor(fx / ONE);
    row[i] = x >= 0 && x < width ? pixels[y * width + x] : 0;
  }
}

/**
 * Seven bits of position between two pixels weigh them.
 * @param {Uint32Array} row @param {number} n @param {Picture} picture
 * @param {number} fx 16.16 of the left one of two pixels @param {number} step @param {number} fy
 */
export function bilinearRow(row, n, picture, fx, step, fy) {
  const y = Math.floor(fy / ONE);
  const wy = Math.floor((fy - y * ONE) / 512);
  const inside = y >= 0 && y + 1 < picture.height && step > 0;
  const first = inside ? clamp(Math.ceil(-fx / step), 0, n) : n;
  const end = inside ? clamp(Math.ceil(((picture.width - 1) * ONE - fx) / step), first, n) : n;
  edgeRow(row, 0, first, picture, fx, step, y, wy);
  innerRow(row, first, end, picture, fx, step, y * picture.width, wy);
  edgeRow(row, end, n, picture, fx, step, y, wy);
}

/** @param {number} v @param {number} least @param {number} most */
const clamp = (v, least, most) => Math.max(least, Math.min(v, most));

/**
 * The part of a row that also mixes what lies outside the picture.
 * @param {Uint32Array} row @param {number} first @param {number} end @param {Picture} picture
 * @param {number} fx @param {number} step @param {number} y of the upper row @param {number} wy
 */
function edgeRow(row, first, end, picture, fx, step, y, wy) {
  for (let i = first; i < end; i++) {
    const at = fx + i * step;
    const x = Math.floor(at / ONE);
    row[i] = mix(
      pixelAt(picture, x, y), pixelAt(picture, x + 1, y), pixelAt(picture, x, y + 1), pixelAt(picture, x + 1, y + 1),
      Math.floor((at - x * ONE) / 512), wy,
    );
  }
}

/**
 * The part of a row for which all four pixels lie in the picture.
 * @param {Uint32Array} row @param {number} first @param {number} end @param {Picture} picture
 * @param {number} fx @param {number} step @param {number} line index of the upper row's first pixel @param {number} wy
 */
function innerRow(row, first, end, { pixels, width }, fx, step, line, wy) {
  for (let i = first, at = fx + first * step; i < end; i++, at += step) {
    const x = line + (at >>> 16);
    row[i] = mix(pixels[x], pixels[x + 1], pixels[x + width], pixels[x + width + 1], (at >>> 9) & 127, wy);
  }
}

/** @param {Picture} picture @param {number} x @param {number} y @returns {number} transparent black outside */
function pixelAt({ pixels, width, height }, x, y) {
  return x >= 0 && y >= 0 && x < width && y < height ? pixels[y * width + x] : 0;
}

/**
 * @param {number} tl @param {number} tr @param {number} bl @param {number} br
 * @param {number} wx 0…127 towards the right @param {number} wy 0…127 downwards
 */
export function mix(tl, tr, bl, br, wx, wy) {
  const up = 128 - wy;
  const left = 128 - wx;
  // Downwards two channels at a time, 15 bits each; then sidewards one by one.
  const l1 = Math.imul(tl & 0xff00ff, up) + Math.imul(bl & 0xff00ff, wy);
  const r1 = Math.imul(tr & 0xff00ff, up) + Math.imul(br & 0xff00ff, wy);
  const l2 = Math.imul((tl >>> 8) & 0xff00ff, up) + Math.imul((bl >>> 8) & 0xff00ff, wy);
  const r2 = Math.imul((tr >>> 8) & 0xff00ff, up) + Math.imul((br >>> 8) & 0xff00ff, wy);
  const c0 = ((l1 & 0xffff) * left + (r1 & 0xffff) * wx) >>> 14;
  const c1 = ((l2 & 0xffff) * left + (r2 & 0xffff) * wx) >>> 14;
  const c2 = ((l1 >>> 16) * left + (r1 >>> 16) * wx) >>> 14;
  const c3 = ((l2 >>> 16) * left + (r2 >>> 16) * wx) >>> 14;
  return (c0 | (c1 << 8) | (c2 << 16) | (c3 << 24)) >>> 0;
}
