// @ts-check
// What pointer events mean to the machine, in both mouse modes; without the DOM.

import { MouseButton, MouseButtonMask } from "../spice/enums.gen.js";
import { buttonChanges } from "./buttons.js";

/**
 * Where pointer actions go: the INPUTS channel. Masks are MouseButtonMask, coordinates machine pixels.
 * @typedef {object} PointerSink
 * @property {(dx: number, dy: number, mask: number) => void} motion
 * @property {(x: number, y: number, mask: number, displayId: number) => void} position
 * @property {(button: number, mask: number) => void} press
 * @property {(button: number, mask: number) => void} release
 */

/** Tracks buttons and fractions of pixels, so that every press has its release and slow motion adds up. */
export class Pointer {
  /** @type {PointerSink} */
  #sink;
  #displayId;
  #mask = 0;
  #restX = 0;
  #restY = 0;

  /** @param {PointerSink} sink @param {number} [displayId] channel id of the DISPLAY the pointer is on */
  constructor(sink, displayId = 0) {
    this.#sink = sink;
    this.#displayId = displayId;
  }

  /** MouseButtonMask of what is down. */
  get mask() {
    return this.#mask;
  }

  /**
   * The pointer is at a place (client mouse mode).
   * @param {number} x @param {number} y whole machine pixels
   * @param {number} mask
   */
  at(x, y, mask) {
    this.#sink.position(x, y, this.#mask, this.#displayId);
    this.#buttons(mask);
  }

  /**
   * The pointer went a way (server mouse mode). Fractions are kept for the next.
   * @param {number} dx @param {number} dy machine pixels, may be fractions
   * @param {number} mask
   */
  by(dx, dy, mask) {
    this.#restX += dx;
    this.#restY += dy;
    const x = Math.trunc(this.#restX);
    const y = Math.trunc(this.#restY);
    this.#restX -= x;
    this.#restY -= y;
    if (x !== 0 || y !== 0) this.#sink.motion(x, y, this.#mask);
    this.#buttons(mask);
  }

  /** @param {number} clicks negative up, positive down */
  wheel(clicks) {
    const [button, flag] = clicks < 0
      ? [MouseButton.UP, MouseButtonMask.UP]
      : [MouseButton.DOWN, MouseButtonMask.DOWN];
    for (let i = Math.abs(clicks); i > 0; i--) {
      this.#sink.press(button, this.#mask | flag);
      this.#sink.release(button, this.#mask);
    }
  }

  /** Lets go of every button. */
  releaseAll() {
    this.#buttons(0);
    this.#restX = this.#restY = 0;
  }

  /** Forgets what is down without sending: for when the connection is gone. */
  forget() {
    this.#mask = 0;
    this.#restX = this.#restY = 0;
  }

  /** @param {number} mask */
  #buttons(mask) {
    for (const change of buttonChanges(this.#mask, mask)) {
      this.#mask = change.mask;
      if (change.down) this.#sink.press(change.button, change.mask);
      else this.#sink.release(change.button, change.mask);
    }
  }
}
