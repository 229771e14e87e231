// @ts-check
// Touches of one element, to a Pointer: taps click, a finger that rests is the other button, two fingers scroll and zoom.

import { MouseButtonMask } from "../spice/enums.gen.js";
import { Gestures } from "./gestures.js";
import { Wheel } from "./wheel.js";

/** @typedef {import("./gestures.js").Point} Point */

/**
 * What touches do to the picture besides.
 * @typedef {object} TouchedPicture
 * @property {(x: number, y: number) => Point} toMachine  client coordinates → machine pixel
 * @property {() => number} scale                         CSS pixels per machine pixel
 * @property {(dx: number, dy: number) => boolean} pan     moves a picture larger than its window; false: it is not
 * @property {(factor: number, x: number, y: number) => void} zoom  makes the picture larger around a place
 */

/**
 * With an absolute pointer the finger is where the pointer is; with a relative one the picture is a touchpad: a finger
 * moves the pointer, and after a tap it drags.
 */
export class TouchListener {
  #pointer;
  #picture;
  #relative = false;
  #wheel = new Wheel();
  #gestures;
  /** MouseButtonMask that the drag holds. */
  #held = 0;
  /** @type {Point} of the drag, its last place */
  #last = { x: 0, y: 0 };
  #listening = new AbortController();

  /**
   * @param {HTMLElement} element @param {import("./pointer.js").Pointer} pointer @param {TouchedPicture} picture
   */
  constructor(element, pointer, picture) {
    this.#pointer = pointer;
    this.#picture = picture;
    this.#gestures = new Gestures({
      tap: (at, secondary) => this.#tap(at, secondary ? MouseButtonMask.RIGHT : MouseButtonMask.LEFT),
      dragStart: (at, how) => this.#dragStart(at, how),
      drag: (at) => this.#drag(at),
      dragEnd: () => this.#put(this.#last, 0),
      pan: (at, dx, dy) => this.#pan(at, dx, dy),
      pinch: ({ x, y }, factor) => picture.zoom(factor, x, y),
    });
    this.#listen(element);
  }

  /** @param {boolean} relative true in server mouse mode */
  setRelative(relative) {
    if (relative !== this.#relative) this.#gestures.cancel();
    this.#relative = relative;
  }

  close() {
    this.#gestures.cancel();
    this.#listening.abort();
  }

  /** @param {HTMLElement} element */
  #listen(element) {
    const options = { signal: this.#listening.signal };
    /** @param {"pointerdown" | "pointermove" | "pointerup" | "pointercancel"} type @param {(event: PointerEvent) => void} act */
    const on = (type, act) => element.addEventListener(type, (event) => {
      if (event.pointerType === "touch") act(event);
    }, options);
    on("pointerdown", (event) => this.#gestures.down(event.pointerId, pointOf(event), event.timeStamp));
    on("pointermove", (event) => this.#gestures.move(event.pointerId, pointOf(event)));
    on("pointerup", (event) => this.#gestures.up(event.pointerId, event.timeStamp));
    on("pointercancel", () => this.#gestures.cancel());
    document.addEventListener("visibilitychange", () => this.#gestures.cancel(), options);
  }

  /** @param {Point} at @param {number} mask */
  #tap(at, mask) {
    this.#last = at;
    this.#put(at, 0);
    this.#put(at, mask);
    this.#put(at, 0);
  }

  /** @param {Point} at @param {{secondary: boolean, again: boolean}} how */
  #dragStart(at, { secondary, again }) {
    this.#last = at;
    this.#held = secondary ? MouseButtonMask.RIGHT : again || !this.#relative ? MouseButtonMask.LEFT : 0;
    this.#put(at, 0);
    this.#put(at, this.#held);
  }

  /** @param {Point} at */
  #drag(at) {
    this.#put(at, this.#held);
    this.#last = at;
  }

  /** @param {Point} at @param {number} dx @param {number} dy */
  #pan(at, dx, dy) {
    if (this.#picture.pan(dx, dy)) return;
    // What the fingers hold shall go with them, so it is the machine's pixels that count.
    const clicks = this.#wheel.turn({ deltaY: -dy / this.#picture.scale(), deltaMode: WheelEvent.DOM_DELTA_PIXEL });
    if (clicks === 0) return;
    if (!this.#relative) this.#put(at, 0);
    this.#pointer.wheel(clicks);
  }

  /** The pointer is there, or goes as far as the finger went, with these buttons. @param {Point} at @param {number} mask */
  #put(at, mask) {
    if (this.#relative) {
      const scale = this.#picture.scale();
      this.#pointer.by((at.x - this.#last.x) / scale, (at.y - this.#last.y) / scale, mask);
      return;
    }
    const { x, y } = this.#picture.toMachine(at.x, at.y);
    this.#pointer.at(x, y, mask);
  }
}

/** @param {PointerEvent} event @returns {Point} */
function pointOf({ clientX, clientY }) {
  return { x: clientX, y: clientY };
}
