// @ts-check
// From the images in messages to pixels: decoded, from the cache, or another surface.
import { ImageFlags, ImageType } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_IMAGE_HEIGHT, MAX_IMAGE_PIXELS, MAX_IMAGE_WIDTH } from "../spice/limits.gen.js";
import { decodeImage, decodeMask } from "./decoders/index.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./surface.js").SurfaceTable} SurfaceTable */
/** @typedef {import("./image_cache.js").ImageCache} ImageCache */
/** @typedef {import("./image_cache.js").Entry} Entry */
/** @typedef {import("./region.js").Mask} Mask */
/** @typedef {{descriptor: {id: bigint, type: number, flags: number, width: number, height: number}, u: any}} Image */
/**
 * A picture with what its descriptor or the cache said of it.
 * @typedef {Picture & {highBits: boolean, isSurface?: boolean}} Source
 */

/** @type {readonly number[]} */
const CACHED = [ImageType.FROM_CACHE, ImageType.FROM_CACHE_LOSSLESS];
/** @type {readonly number[]} */
const LOSSY = [ImageType.JPEG, ImageType.JPEG_ALPHA];
/** @type {Readonly<Record<number, string>>} */
const TYPE_NAMES = Object.freeze(Object.fromEntries(Object.entries(ImageType).map(([name, n]) => [n, name])));

/**
 * @template A, B
 * @param {A | Promise<A>} value
 * @param {(value: A) => B | Promise<B>} next
 * @returns {B | Promise<B>} at once when the value is there
 */
export function after(value, next) {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The images of one display channel. */
export class Pictures {
  #surfaces;
  #cache;
  #decoding;
  #mayWait;
  stats = { decodeMs: 0, decodedPixels: 0, byType: /** @type {Record<string, number>} */ ({}) };

  /**
   * @param {object} parts
   * @param {SurfaceTable} parts.surfaces
   * @param {ImageCache} parts.cache
   * @param {any} parts.decoding what `decodeImage` wants: the GLZ window, the palettes, limits, the JPEG decoder
   * @param {() => boolean} [parts.mayWait] another channel of the session could still bring a missing image
   */
  constructor({ surfaces, cache, decoding, mayWait = () => false }) {
    this.#surfaces = surfaces;
    this.#cache = cache;
    this.#decoding = decoding;
    this.#mayWait = mayWait;
  }

  /**
   * @param {Image | null} image
   * @returns {Source | Promise<Source>} valid until the next call when it says `transient`
   * @throws {ProtocolError} also as a rejection
   */
  get(image) {
    if (!image) throw new ProtocolError("an image is missing");
    const { type, width, height } = image.descriptor;
    this.#count(type);
    if (type === ImageType.SURFACE) return { ...this.#surfaces.get(image.u.surface_id).asPicture(), highBits: true, isSurface: true };
    if (CACHED.includes(type)) return after(this.#lookUp(image), (entry) => fromCache(entry, width, height));
    checkSize(width, height);
    return this.#decode(image);
  }

  /**
   * @param {Image} image of one bit a pixel, from the cache, or a surface
   * @returns {Mask | Promise<Mask>}
   */
  getMask(image) {
    const { id, type, flags, width, height } = image.descriptor;
    this.#count(type);
    if (type === ImageType.SURFACE) return maskOf(this.#surfaces.get(image.u.surface_id));
    if (CACHED.includes(type)) return after(this.#lookUp(image), (entry) => maskFromCache(entry, width, height));
    if (type !== ImageType.BITMAP) throw new ProtocolError(`a mask cannot be an image of type ${type}`);
    checkSize(width, height);
    const mask = decodeMask(image);
    if (flags & ImageFlags.CACHE_ME) this.#cache.put(id, { mask });
    return mask;
  }

  /** @param {number} type */
  #count(type) {
    const name = TYPE_NAMES[type] ?? String(type);
    this.stats.byType[name] = (this.stats.byType[name] ?? 0) + 1;
  }

  /** @param {Image} image @returns {Entry | Promise<Entry>} */
  #lookUp({ descriptor: { id, type } }) {
    const lossless = type === ImageType.FROM_CACHE_LOSSLESS;
    const entry = this.#cache.find(id, lossless);
    if (entry) return entry;
    if (!this.#mayWait()) throw new ProtocolError(`image ${id} is not in the cache`);
    return this.#cache.whenPresent(id, lossless);
  }

  /** @param {Image} image @returns {Source | Promise<Source>} */
  #decode(image) {
    const started = performance.now();
    const picture = decodeImage(image, this.#decoding);
    if (!(picture instanceof Promise)) return this.#finish(image, picture, started);
    return picture.then((late) => this.#finish(image, late, started));
  }

  /** @param {Image} image @param {Picture} picture @param {number} started @returns {Source} */
  #finish(image, picture, started) {
    this.stats.decodeMs += performance.now() - started;
    this.stats.decodedPixels += picture.width * picture.height;
    const { id, type, flags } = image.descriptor;
    const highBits = (flags & ImageFlags.HIGH_BITS_SET) !== 0;
    const lossy = LOSSY.includes(type);
    if (flags & ImageFlags.CACHE_ME) this.#cache.put(id, { picture, lossy, highBits });
    else if (flags & ImageFlags.CACHE_REPLACE_ME) {
      if (lossy) throw new ProtocolError("a lossy image cannot replace a cached one");
      this.#cache.replace(id, { picture, highBits });
    }
    return { ...picture, highBits };
  }
}

/** @param {number} width @param {number} height */
function checkSize(width, height) {
  if (width === 0 || height === 0 || width > MAX_IMAGE_WIDTH || height > MAX_IMAGE_HEIGHT || width * height > MAX_IMAGE_PIXELS) {
    throw new ProtocolError(`an image of ${width}×${height} pixels is not possible`);
  }
}

/** @param {{width: number, height: number}} kept @param {number} width @param {number} height */
function checkSame(kept, width, height) {
  if (kept.width !== width || kept.height !== height) {
    throw new ProtocolError(`a cached image has ${kept.width}×${kept.height} pixels, not ${width}×${height}`);
  }
}

/** @param {Entry} entry @param {number} width @param {number} height @returns {Source} */
function fromCache({ picture, highBits }, width, height) {
  if (!picture) throw new ProtocolError("a cached mask is no picture");
  checkSame(picture, width, height);
  return { ...picture, highBits };
}

/** @param {Entry} entry @param {number} width @param {number} height @returns {Mask} */
function maskFromCache({ mask }, width, height) {
  if (!mask) throw new ProtocolError("a cached picture is no mask");
  checkSame(mask, width, height);
  return mask;
}

/** @param {import("./surface.js").Surface} surface @returns {Mask} where the surface is opaque */
function maskOf({ width, height, pixels }) {
  const bits = new Uint8Array(pixels.length);
  for (let i = 0; i < bits.length; i++) bits[i] = pixels[i] >>> 31;
  return { width, height, bits };
}

/** @param {Source} source @returns {Source} one that outlives the next decoding */
export function kept(source) {
  if (!source.transient) return source;
  return { ...source, pixels: source.pixels.slice(0, source.width * source.height), transient: false };
}
