// @ts-check
// DOM pointer and wheel events of one element, to a Pointer, in the mouse mode the machine is in.

import { buttonMask } from "./buttons.js";
import { Wheel } from "./wheel.js";

/**
 * What the listener must know of the picture.
 * @typedef {object} PictureGeometry
 * @property {(x: number, y: number) => {x: number, y: number}} toMachine  client coordinates → machine pixel
 * @property {() => number} scale  CSS pixels per machine pixel
 * @property {(factor: number, x: number, y: number) => void} zoom  makes the picture larger around a place
 * @property {() => boolean} ctrlDown  whether the machine sees Ctrl held: browsers say so of fingers that pinch a touchpad
 */

/** Wheel pixels of a touchpad's pinch that make the picture larger by e. */
const PINCH_PIXELS = 100;

/**
 * In client mode the pointer is at places. In server mode it makes motions: with the pointer locked, which a click
 * asks for; where the browser refuses the lock, with motions of the free pointer. Touches are `TouchListener`'s.
 */
export class PointerListener {
  /** Called when the pointer becomes locked or free. @type {((locked: boolean) => void) | null} */
  onlock = null;
  /** Called with every pointer event, before the machine hears of it. @type {((event: PointerEvent) => void) | null} */
  onactivity = null;

  #element;
  #pointer;
  #geometry;
  #wheel = new Wheel();
  #listening = new AbortController();
  #relative = false;
  /** The browser refused a lock once: it will again. */
  #lockRefused = false;
  /** The click that asks for the lock is not the machine's. */
  #swallowing = false;
  /** @type {{x: number, y: number} | null} the free pointer's last place, for motions */
  #last = null;

  /**
   * @param {HTMLElement} element the field the picture lies on
   * @param {import("./pointer.js").Pointer} pointer
   * @param {PictureGeometry} geometry
   */
  constructor(element, pointer, geometry) {
    this.#element = element;
    this.#pointer = pointer;
    this.#geometry = geometry;
    this.#listen();
  }

  /** Whether the pointer is locked to the picture. */
  get locked() {
    return rootOf(this.#element).pointerLockElement === this.#element;
  }

  /** @param {boolean} relative true in server mouse mode */
  setRelative(relative) {
    this.#relative = relative;
    this.#last = null;
    if (!relative && this.locked) document.exitPointerLock();
  }

  close() {
    this.#listening.abort();
    if (this.locked) document.exitPointerLock();
  }

  #listen() {
    const options = { signal: this.#listening.signal };
    const on = this.#element.addEventListener.bind(this.#element);
    on("pointerdown", (event) => this.#pressed(event), options);
    on("pointermove", (event) => this.#moved(event), options);
    on("pointerup", (event) => this.#released(event), options);
    on("pointercancel", () => this.#letGo(), options);
    on("pointerleave", () => (this.#last = null), options);
    on("wheel", (event) => this.#turned(event), { ...options, passive: false });
    // The browser's own menu, middle-click scrolling and history buttons would act on what is the machine's.
    for (const type of /** @type {const} */ (["contextmenu", "mousedown", "mouseup", "auxclick", "dragstart"])) {
      on(type, (event) => event.preventDefault(), options);
    }
    document.addEventListener("pointerlockchange", () => this.#lockChanged(), options);
    window.addEventListener("blur", () => this.#letGo(), options);
    document.addEventListener("visibilitychange", () => this.#letGo(), options);
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    event.preventDefault();
    // The field for typing by touch lies in the element, and keeps the focus.
    if (!this.#element.contains(rootOf(this.#element).activeElement)) this.#element.focus({ preventScroll: true });
    if (event.pointerType === "touch") {
      this.onactivity?.(event);
      return;
    }
    if (this.#wantsLock()) {
      this.#swallowing = true;
      this.#lock();
      return;
    }
    if (!this.locked) this.#element.setPointerCapture(event.pointerId);
    this.#moved(event);
  }

  /** @param {PointerEvent} event */
  #released(event) {
    if (this.#swallowing) {
      if (event.buttons === 0) this.#swallowing = false;
      return;
    }
    this.#moved(event);
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    this.onactivity?.(event);
    if (this.#swallowing || event.pointerType === "touch") return;
    const mask = buttonMask(event.buttons);
    if (this.locked) this.#motion(event.movementX, event.movementY, mask);
    else if (!this.#relative) this.#position(event, mask);
    else if (!this.#wantsLock()) this.#freeMotion(event, mask);
  }

  /** @param {PointerEvent} event @param {number} mask */
  #position(event, mask) {
    const { x, y } = this.#geometry.toMachine(event.clientX, event.clientY);
    this.#pointer.at(x, y, mask);
  }

  /** @param {number} dx CSS pixels @param {number} dy @param {number} mask */
  #motion(dx, dy, mask) {
    const scale = this.#geometry.scale();
    this.#pointer.by(dx / scale, dy / scale, mask);
  }

  /** @param {PointerEvent} event @param {number} mask */
  #freeMotion({ clientX: x, clientY: y }, mask) {
    const last = this.#last ?? { x, y };
    this.#last = { x, y };
    this.#motion(x - last.x, y - last.y, mask);
  }

  #wantsLock() {
    return this.#relative && !this.locked && !this.#lockRefused
      && typeof this.#element.requestPointerLock === "function";
  }

  async #lock() {
    try {
      await this.#element.requestPointerLock();
    } catch {
      // Chromium also refuses for a moment after Escape: only a refusal it means is remembered.
      this.#lockRefused = !document.hasFocus() || window.self !== window.top;
    }
  }

  #lockChanged() {
    this.#last = null;
    if (!this.locked) this.#letGo();
    this.onlock?.(this.locked);
  }

  /** @param {WheelEvent} event */
  #turned(event) {
    event.preventDefault();
    if (event.ctrlKey && !this.#geometry.ctrlDown()) {
      this.#geometry.zoom(Math.exp(-event.deltaY / PINCH_PIXELS), event.clientX, event.clientY);
      return;
    }
    if (this.#relative && !this.locked && !this.#lockRefused) return;
    const clicks = this.#wheel.turn(event);
    if (clicks !== 0) this.#pointer.wheel(clicks);
  }

  #letGo() {
    this.#swallowing = false;
    this.#last = null;
    this.#wheel.reset();
    this.#pointer.releaseAll();
  }
}

/** @param {Node} node @returns {DocumentOrShadowRoot} */
function rootOf(node) {
  return /** @type {Document | ShadowRoot} */ (node.getRootNode());
}
