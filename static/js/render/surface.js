// @ts-check
// Surfaces: the framebuffers that SPICE draws on, and how each surface format is held in 32-bit words.
import { SurfaceFlags, SurfaceFmt } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import {
  MAX_SURFACES, MAX_SURFACES_PIXELS, MAX_SURFACE_HEIGHT, MAX_SURFACE_PIXELS, MAX_SURFACE_WIDTH,
} from "../spice/limits.gen.js";

/**
 * A picture as the decoders make it, or a surface seen as one.
 * @typedef {object} Picture
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Uint32Array} pixels row-major, top-down, 0xAABBGGRR; opaque pictures have alpha 0xFF
 * @property {boolean} alpha the alpha byte means something
 * @property {boolean} [transient] the pixels live only until the next picture is decoded
 * @property {boolean} [raw] the fourth bytes are what the machine left there, whether `alpha` or not
 */

const ALPHA = 0xff000000;
const ALL = 0xffffffff;

/** @param {number} color 0xXXRRGGBB as brushes and palettes carry it @returns {number} 0xXXBBGGRR */
export function swapRedBlue(color) {
  return ((color & 0xff00ff00) | ((color >>> 16) & 0xff) | ((color & 0xff) << 16)) >>> 0;
}

/** @param {number} v a 5-bit channel @returns {number} the same as 8 bits, high bits repeated */
const widen5 = (v) => (v << 3) | (v >> 2);
/** @param {number} v a 6-bit channel @returns {number} */
const widen6 = (v) => (v << 2) | (v >> 4);

/** @param {number} c a 555 word @returns {number} an opaque pixel */
export function from555(c) {
  return (ALPHA | (widen5(c & 31) << 16) | (widen5((c >> 5) & 31) << 8) | widen5((c >> 10) & 31)) >>> 0;
}

/** @param {number} c a 565 word @returns {number} an opaque pixel */
function from565(c) {
  return (ALPHA | (widen5(c & 31) << 16) | (widen6((c >> 5) & 63) << 8) | widen5((c >> 11) & 31)) >>> 0;
}

/** Drops what 555 cannot hold and repeats the high bits. @param {number} p @returns {number} */
function settle555(p) {
  return (ALPHA | (p & 0xf8f8f8) | ((p >>> 5) & 0x070707)) >>> 0;
}

/** The same for 565. @param {number} p @returns {number} */
function settle565(p) {
  return (ALPHA | (p & 0xf8fcf8) | ((p >>> 5) & 0x070007) | ((p >>> 6) & 0x000300)) >>> 0;
}

/**
 * How a surface format is held. After a bitwise operation a word becomes `(word & keep) | force`; what is drawn on a
 * 16-bit surface is first brought to the values it can hold (`settle`): channels repeat their high bits, so that
 * bitwise operations on the wide words equal those on the 16-bit ones.
 * @typedef {object} Layout
 * @property {number} keep
 * @property {number} force
 * @property {boolean} alpha
 * @property {(color: number) => number} word a brush's color as a pixel
 * @property {((pixel: number) => number) | null} settle
 */

/** @type {Readonly<Record<number, Layout>>} */
const LAYOUTS = Object.freeze({
  [SurfaceFmt.FMT_32_xRGB]: { keep: ALL, force: 0, alpha: false, word: swapRedBlue, settle: null },
  [SurfaceFmt.FMT_32_ARGB]: { keep: ALL, force: 0, alpha: true, word: swapRedBlue, settle: null },
  [SurfaceFmt.FMT_16_555]: { keep: ALL, force: ALPHA, alpha: false, word: from555, settle: settle555 },
  [SurfaceFmt.FMT_16_565]: { keep: ALL, force: ALPHA, alpha: false, word: from565, settle: settle565 },
  [SurfaceFmt.FMT_8_A]: { keep: ALPHA, force: 0, alpha: true, word: (c) => (c << 24) >>> 0, settle: null },
  [SurfaceFmt.FMT_1_A]: { keep: ALPHA, force: 0, alpha: true, word: (c) => (c & 1 ? ALPHA : 0), settle: null },
});

/**
 * One framebuffer of `width` × `height` words 0xAABBGGRR.
 *
 * - The primary 32_xRGB surface keeps alpha 0xFF in every word, so that it can be shown as it is.
 * - Other 32_xRGB surfaces and 32_ARGB keep the fourth byte as the machine's own canvas would: an opaque picture leaves
 *   0 there unless its descriptor says HIGH_BITS_SET, a brush leaves its color's high byte.
 * - 16_555 and 16_565 hold widened channels with alpha 0xFF; 8_A and 1_A hold alpha only (1_A: 0 or 0xFF).
 */
export class Surface {
  #layout;

  /**
   * @param {{surface_id: number, width: number, height: number, format: number, flags: number}} create
   */
  constructor(create) {
    const layout = LAYOUTS[create.format];
    if (!layout) throw new ProtocolError(`surface format ${create.format} does not exist`);
    this.id = create.surface_id;
    this.width = create.width;
    this.height = create.height;
    this.format = create.format;
    this.primary = (create.flags & SurfaceFlags.PRIMARY) !== 0;
    this.pixels = new Uint32Array(create.width * create.height);
    this.keep = layout.keep;
    this.force = this.primary && !layout.alpha ? ALPHA : layout.force;
    this.alpha = layout.alpha;
    this.settle = layout.settle;
    this.#layout = layout;
    if (this.force) this.clear();
  }

  /** Every pixel black (alpha surfaces: transparent). */
  clear() {
    this.pixels.fill(this.force);
  }

  /** @param {number} color a brush's color @returns {number} the word it leaves on this surface */
  word(color) {
    return ((this.#layout.word(color) & this.keep) | this.force) >>> 0;
  }

  /** The surface seen as a picture; its pixels stay shared. @returns {Picture} */
  asPicture() {
    const { width, height, pixels, alpha, force } = this;
    return { width, height, pixels, alpha, raw: force !== ALPHA };
  }
}

/** The surfaces of one display channel, by id, within the limits on count and pixels. */
export class SurfaceTable {
  /** @type {Map<number, Surface>} */
  #surfaces = new Map();
  #pixels = 0;
  /** @type {Surface | null} */
  primary = null;

  /**
   * A primary surface of the same size and format as the present one keeps it, pixels and all.
   * @param {{surface_id: number, width: number, height: number, format: number, flags: number}} create
   * @returns {Surface}
   * @throws {ProtocolError} impossible size or format, id in use, or too much altogether
   */
  create(create) {
    const { surface_id: id, width, height } = create;
    const isPrimary = (create.flags & SurfaceFlags.PRIMARY) !== 0;
    if (isPrimary && this.primary) {
      const now = this.primary;
      if (now.id === id && now.width === width && now.height === height && now.format === create.format) return now;
      this.destroy(now.id);
    }
    checkSize(width, height);
    if (this.#surfaces.has(id)) throw new ProtocolError(`surface ${id} exists already`);
    if (this.#surfaces.size >= MAX_SURFACES) throw new ProtocolError("too many surfaces");
    if (this.#pixels + width * height > MAX_SURFACES_PIXELS) throw new ProtocolError("too many pixels in surfaces");
    const surface = new Surface(create);
    this.#surfaces.set(id, surface);
    this.#pixels += width * height;
    if (isPrimary) this.primary = surface;
    return surface;
  }

  /** @param {number} id @returns {Surface} @throws {ProtocolError} there is none */
  get(id) {
    const surface = this.#surfaces.get(id);
    if (!surface) throw new ProtocolError(`surface ${id} does not exist`);
    return surface;
  }

  /** @param {number} id */
  has(id) {
    return this.#surfaces.has(id);
  }

  /** @param {number} id an id that no surface has is ignored, as other clients do */
  destroy(id) {
    const surface = this.#surfaces.get(id);
    if (!surface) return;
    this.#surfaces.delete(id);
    this.#pixels -= surface.width * surface.height;
    if (surface === this.primary) this.primary = null;
  }

  clear() {
    this.#surfaces.clear();
    this.#pixels = 0;
    this.primary = null;
  }

  get size() {
    return this.#surfaces.size;
  }
}

/** @param {number} width @param {number} height */
function checkSize(width, height) {
  const possible = width > 0 && height > 0 && width <= MAX_SURFACE_WIDTH && height <= MAX_SURFACE_HEIGHT;
  if (!possible || width * height > MAX_SURFACE_PIXELS) {
    throw new ProtocolError(`a surface of ${width}×${height} pixels is not possible`);
  }
}
