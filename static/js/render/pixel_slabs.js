// @ts-check
// Room for many small pictures in few large buffers: a browser's memory management pays for each buffer.

const SLAB_PIXELS = 256 * 1024;
// Larger pictures get a buffer of their own.
const LARGEST = SLAB_PIXELS / 8;

/** @typedef {{words: Uint32Array, used: number, live: number}} Slab */

/**
 * Copies pixels into slabs. A slab's room is never given out twice, so that a picture stays whole for whoever still has it;
 * the slab goes with its last picture. How many slabs a few survivors can hold is limited: beyond, each picture gets its
 * own buffer.
 */
export class PixelSlabs {
  /** @type {Slab | null} */
  #current = null;
  #slabs = 0;
  #most;

  /** @param {number} budget pixels that are kept at most; slabs hold up to twice as many */
  constructor(budget) {
    this.#most = Math.ceil((2 * budget) / SLAB_PIXELS);
  }

  /** Slabs that hold a picture, or will hold the next. */
  get size() {
    return this.#slabs;
  }

  /**
   * @param {Uint32Array} pixels @param {number} count how many of them
   * @returns {{pixels: Uint32Array, slab: Slab | null}} a copy, and what to give back when it is not kept any longer
   */
  keep(pixels, count) {
    const slab = count <= LARGEST ? this.#withRoom(count) : null;
    if (!slab) return { pixels: pixels.slice(0, count), slab };
    const copy = slab.words.subarray(slab.used, slab.used + count);
    copy.set(count === pixels.length ? pixels : pixels.subarray(0, count));
    slab.used += count;
    slab.live += 1;
    return { pixels: copy, slab };
  }

  /** @param {Slab | null} slab */
  release(slab) {
    if (!slab || --slab.live > 0) return;
    this.#slabs -= 1;
    if (slab === this.#current) this.#current = null;
  }

  /** @param {number} count @returns {Slab | null} null when there are too many already */
  #withRoom(count) {
    const now = this.#current;
    if (now && now.used + count <= SLAB_PIXELS) return now;
    if (this.#slabs >= this.#most) return null;
    this.#slabs += 1;
    this.#current = { words: new Uint32Array(SLAB_PIXELS), used: 0, live: 0 };
    return this.#current;
  }
}
