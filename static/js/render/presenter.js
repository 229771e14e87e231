// @ts-check
// Showing a surface on a canvas: what changed since the last frame, once a frame.
import { extents } from "./region.js";

/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {{width: number, height: number, getContext(kind: "2d", options?: object): any}} CanvasLike */

// More rectangles than these are drawn as the one around them.
const MOST_RECTS = 32;
// A hidden page gets no animation frames; it is drawn this often then.
const HIDDEN_MS = 250;

/**
 * @typedef {object} Frames
 * @property {(draw: () => void) => number} request the next animation frame
 * @property {(handle: number) => void} cancel
 */

/** @type {Frames} */
const ANIMATION_FRAMES = {
  request: (draw) => globalThis.requestAnimationFrame?.(draw) ?? 0,
  cancel: (handle) => globalThis.cancelAnimationFrame?.(handle),
};

/** Shows one surface at a time; drawing never waits for it. */
export class Presenter {
  #canvas;
  #context;
  #frames;
  /** @type {Surface | null} */
  #surface = null;
  /** @type {ImageData | null} */
  #image = null;
  /** @type {Region} */
  #damage = [];
  #shown = false;
  #scheduled = false;
  #handle = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** After a frame was drawn. */
  onframe = () => {};
  stats = { frames: 0, presentMs: 0, pixels: 0 };

  /**
   * @param {CanvasLike} canvas
   * @param {Frames} [frames]
   */
  constructor(canvas, frames = ANIMATION_FRAMES) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#frames = frames;
  }

  /** @param {Surface | null} surface the one to show from now on; null keeps the last picture */
  attach(surface) {
    this.#surface = surface;
    this.#damage = [];
    this.#image = null;
    if (!surface) return;
    const { width, height, pixels } = surface;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const bytes = new Uint8ClampedArray(/** @type {ArrayBuffer} */ (pixels.buffer), pixels.byteOffset, pixels.byteLength);
    this.#image = new ImageData(bytes, width, height);
    this.#add([0, 0, width, height]);
  }

  /** The machine says whether its picture is complete. @param {boolean} shown */
  show(shown) {
    this.#shown = shown;
    if (shown) this.#schedule();
  }

  /** @param {Surface} surface @param {Region} region what changed on it */
  damage(surface, region) {
    if (surface === this.#surface) this.#add(region);
  }

  /** @param {Region} region */
  #add(region) {
    const all = this.#damage;
    for (let i = 0; i < region.length; i += 4) {
      if (!isInside(all, region, i)) all.push(region[i], region[i + 1], region[i + 2], region[i + 3]);
    }
    if (all.length > MOST_RECTS * 4) {
      const { left, top, right, bottom } = extents(all);
      this.#damage = [left, top, right, bottom];
    }
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled || !this.#shown || !this.#damage.length) return;
    this.#scheduled = true;
    this.#handle = this.#frames.request(() => this.#present());
    this.#timer = setTimeout(() => this.#present(), HIDDEN_MS);
  }

  #unschedule() {
    this.#scheduled = false;
    clearTimeout(this.#timer);
    this.#frames.cancel(this.#handle);
  }

  #present() {
    this.#unschedule();
    const damage = this.#damage;
    if (!this.#image || !damage.length) return;
    const started = performance.now();
    for (let i = 0; i < damage.length; i += 4) {
      const [left, top, right, bottom] = damage.slice(i, i + 4);
      this.#context.putImageData(this.#image, 0, 0, left, top, right - left, bottom - top);
      this.stats.pixels += (right - left) * (bottom - top);
    }
    this.#damage = [];
    this.stats.frames += 1;
    this.stats.presentMs += performance.now() - started;
    this.onframe();
  }

  close() {
    this.#unschedule();
    this.#surface = null;
    this.#image = null;
    this.#damage = [];
    this.#shown = false;
  }
}

/** @param {Region} all @param {Region} region @param {number} i @returns {boolean} rectangle i lies in one of `all` */
function isInside(all, region, i) {
  for (let k = 0; k < all.length; k += 4) {
    const inside = all[k] <= region[i] && all[k + 1] <= region[i + 1];
    if (inside && all[k + 2] >= region[i + 2] && all[k + 3] >= region[i + 3]) return true;
  }
  return false;
}
