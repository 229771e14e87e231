// @ts-check
// The pictures and masks that the machine asked to be kept, shared by all display channels of a session.
import { ProtocolError } from "../spice/errors.js";
import { IMAGE_CACHE_PIXELS, MAX_CACHED_IMAGES } from "../spice/limits.gen.js";
import { PixelSlabs } from "./pixel_slabs.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./region.js").Mask} Mask */

/**
 * @typedef {object} Entry
 * @property {Picture | null} picture either this …
 * @property {Mask | null} mask … or that
 * @property {boolean} lossy
 * @property {boolean} highBits an opaque picture's fourth bytes are 0xFF for the machine too
 * @property {import("./pixel_slabs.js").Slab | null} slab where the picture's pixels lie
 * @property {number} uses how many times it was put; it goes when it was removed as often
 */

/** @typedef {{id: bigint, lossless: boolean, resolve: (entry: Entry) => void, reject: (error: Error) => void}} Waiter */

// The machine keeps the account itself and invalidates before it adds. What it may overdraw for a moment is this part.
const OVERDRAFT = 1.25;

const sizeOf = (/** @type {Entry} */ { picture, mask }) => {
  const { width, height } = /** @type {Picture | Mask} */ (picture ?? mask);
  return width * height;
};

/**
 * Entries by 64-bit id. The machine decides what is kept and what goes; the budget announced in INIT bounds it.
 *
 * Several display channels share the cache, and one may name an image whose message arrives on another: `whenPresent`
 * waits for it. The wait is bounded in time and number.
 */
export class ImageCache {
  /** @type {Map<bigint, Entry>} */
  #entries = new Map();
  /** @type {Set<Waiter>} */
  #waiters = new Set();
  #pixels = 0;
  #slabs;
  #budget;
  #patience;

  /**
   * @param {{budget?: number, patience?: number}} [options] budget in pixels; patience in milliseconds
   */
  constructor({ budget = IMAGE_CACHE_PIXELS, patience = 10000 } = {}) {
    this.#budget = budget;
    this.#slabs = new PixelSlabs(budget);
    this.#patience = patience;
  }

  /** Pixels announced to the machine. */
  get budget() {
    return this.#budget;
  }

  get size() {
    return this.#entries.size;
  }

  get pixels() {
    return this.#pixels;
  }

  /** @param {bigint} id @param {boolean} lossless @returns {Entry | undefined} */
  find(id, lossless) {
    const entry = this.#entries.get(id);
    return entry && lossless && entry.lossy ? undefined : entry;
  }

  /**
   * @param {bigint} id @param {{picture?: Picture, mask?: Mask, lossy?: boolean, highBits?: boolean}} content
   * @throws {ProtocolError} the machine overdraws the budget
   */
  put(id, content) {
    this.#set(id, content, (this.#entries.get(id)?.uses ?? 0) + 1);
  }

  /** Puts a lossless picture in a lossy one's place. @param {bigint} id @param {{picture: Picture, highBits: boolean}} content */
  replace(id, content) {
    this.#set(id, content, this.#entries.get(id)?.uses ?? 1);
  }

  /**
   * @param {bigint} id @param {{picture?: Picture, mask?: Mask, lossy?: boolean, highBits?: boolean}} content
   * @param {number} uses
   */
  #set(id, { picture, mask, lossy = false, highBits = false }, uses) {
    /** @type {Entry} */
    const entry = { picture: picture ?? null, mask: mask ?? null, lossy, highBits, uses, slab: null };
    const before = this.#entries.get(id);
    const pixels = this.#pixels + sizeOf(entry) - (before ? sizeOf(before) : 0);
    if (pixels > this.#budget * OVERDRAFT) throw new ProtocolError("the machine overfills the image cache");
    if (!before && this.#entries.size >= MAX_CACHED_IMAGES) throw new ProtocolError("too many cached images");
    if (picture?.transient) {
      const kept = this.#slabs.keep(picture.pixels, picture.width * picture.height);
      entry.picture = { ...picture, pixels: kept.pixels, transient: false };
      entry.slab = kept.slab;
    }
    if (before) this.#slabs.release(before.slab);
    this.#entries.set(id, entry);
    this.#pixels = pixels;
    for (const waiter of this.#waiters) {
      if (waiter.id === id && !(waiter.lossless && lossy)) waiter.resolve(entry);
    }
  }

  /** @param {bigint} id an unknown one is ignored */
  remove(id) {
    const entry = this.#entries.get(id);
    if (!entry || --entry.uses > 0) return;
    this.#entries.delete(id);
    this.#slabs.release(entry.slab);
    this.#pixels -= sizeOf(entry);
  }

  clear() {
    for (const { slab } of this.#entries.values()) this.#slabs.release(slab);
    this.#entries.clear();
    this.#pixels = 0;
  }

  /**
   * @param {bigint} id @param {boolean} lossless a lossy picture is not enough
   * @returns {Promise<Entry>} rejected with ProtocolError when it does not come in time
   */
  whenPresent(id, lossless) {
    return new Promise((resolve, reject) => {
      /** @type {Waiter} */
      const waiter = { id, lossless, resolve: () => {}, reject: () => {} };
      const end = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      waiter.resolve = (entry) => { end(); resolve(entry); };
      waiter.reject = (error) => { end(); reject(error); };
      const timer = setTimeout(() => waiter.reject(new ProtocolError(`image ${id} never came`)), this.#patience);
      this.#waiters.add(waiter);
    });
  }

  /** Nobody waits any longer. */
  close() {
    for (const waiter of this.#waiters) waiter.reject(new ProtocolError(`image ${waiter.id} never came: the session ended`));
    this.clear();
  }
}
