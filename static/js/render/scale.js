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
  for (let i = 0; i < n; i++, fx += step) {
    const x = Math.floor(fx / ONE);
    const wx = Math.floor((fx - x * ONE) / 512);
    row[i] = mix(
      pixelAt(picture, x, y), pixelAt(picture, x + 1, y), pixelAt(picture, x, y + 1), pixelAt(picture, x + 1, y + 1),
      wx, wy,
    );
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
  const wbr = wx * wy;
  const wbl = (128 - wx) * wy;
  const wtr = wx * (128 - wy);
  const wtl = 16384 - wbr - wbl - wtr;
  let out = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const sum = ((tl >>> shift) & 255) * wtl + ((tr >>> shift) & 255) * wtr
      + ((bl >>> shift) & 255) * wbl + ((br >>> shift) & 255) * wbr;
    out |= (sum >>> 14) << shift;
  }
  return out >>> 0;
}
