// @ts-check
// The picture's place on the page: the canvas, its scale, and where points on it lie in the machine.

import { CursorView } from "../render/cursor_view.js";
import { make } from "./dom.js";
import { machinePoint, placePicture } from "./layout.js";

/** @typedef {import("./layout.js").ScaleMode} ScaleMode */

/** Times that fingers may make the picture larger. */
const MOST_ZOOM = 8;

export class Stage {
  /** The scrolling frame; put it on the page. */
  element = make("div", { class: "stage" });
  /** Takes the focus, the keys and the pointer. */
  field = make("div", { class: "field", tabindex: 0, role: "application" });
  /** @type {CursorView} */
  cursor;

  /** @type {ScaleMode} */
  #mode = "fit";
  #machine = { width: 0, height: 0 };
  #scale = 1;
  /** What fingers made of the mode's scale. */
  #zoom = 1;
  /** @type {HTMLCanvasElement | null} the picture shown; kept, dimmed, until a new one has something to show */
  #canvas = null;
  #watch = new ResizeObserver(() => this.#place());
  #listening = new AbortController();

  constructor() {
    this.element.append(this.field);
    this.cursor = new CursorView(this.field);
    this.#watch.observe(this.element);
    this.#watchDensity();
  }

  /** Machine pixels of the picture; 0 before the first. */
  get size() {
    return this.#machine;
  }

  /** CSS pixels per machine pixel. */
  get scale() {
    return this.#scale;
  }

  get mode() {
    return this.#mode;
  }

  /** @param {ScaleMode} mode */
  setMode(mode) {
    this.#mode = mode;
    this.#zoom = 1;
    this.#place();
  }

  /**
   * Makes the picture larger or smaller, never smaller than its mode does; what is at a place stays there.
   * @param {number} factor
   * @param {number} x client coordinates @param {number} y
   */
  zoomBy(factor, x, y) {
    const before = this.#zoom;
    this.#zoom = Math.min(MOST_ZOOM, Math.max(1, before * factor));
    const grown = this.#zoom / before;
    const stage = this.element;
    const box = stage.getBoundingClientRect();
    const left = (stage.scrollLeft + x - box.left) * grown - (x - box.left);
    const top = (stage.scrollTop + y - box.top) * grown - (y - box.top);
    this.#place();
    stage.scrollTo(left, top);
  }

  /**
   * Moves a picture that is larger than the stage.
   * @param {number} dx CSS pixels @param {number} dy
   * @returns {boolean} whether it is larger
   */
  pan(dx, dy) {
    const stage = this.element;
    if (stage.scrollWidth <= stage.clientWidth && stage.scrollHeight <= stage.clientHeight) return false;
    stage.scrollBy(-dx, -dy);
    return true;
  }

  /** @param {string} label what a screen reader says of the field */
  setLabel(label) {
    this.field.setAttribute("aria-label", label);
  }

  /** @param {boolean} live false dims the picture: it is what the machine last showed */
  setLive(live) {
    this.element.classList.toggle("stale", !live);
  }

  /**
   * A canvas for a new DISPLAY, not yet shown. A canvas given to a worker cannot be taken back, so each session
   * has its own.
   * @returns {HTMLCanvasElement}
   */
  newCanvas() {
    const canvas = make("canvas", { class: "picture", "aria-hidden": "true", hidden: true });
    this.field.prepend(canvas);
    return canvas;
  }

  /** @param {HTMLCanvasElement} canvas one of `newCanvas`, with something on it now */
  show(canvas) {
    if (canvas === this.#canvas) return;
    this.#canvas?.remove();
    this.#canvas = canvas;
    canvas.hidden = false;
    this.#place();
  }

  /** @param {HTMLCanvasElement} canvas drops it unless it is the one on show */
  drop(canvas) {
    if (canvas !== this.#canvas) canvas.remove();
  }

  /** @param {number} width machine pixels @param {number} height */
  setSize(width, height) {
    this.#machine = { width, height };
    this.#place();
  }

  /**
   * @param {number} x client coordinates of an event @param {number} y
   * @returns {{x: number, y: number}} the machine's pixel there
   */
  toMachine(x, y) {
    const box = this.#canvas?.getBoundingClientRect();
    return box && this.#machine.width ? machinePoint(box, this.#machine, { x, y }) : { x: 0, y: 0 };
  }

  close() {
    this.#watch.disconnect();
    this.#listening.abort();
    this.cursor.close();
  }

  #place() {
    const { width, height } = this.#machine;
    if (!width || !height) return;
    // Scroll bars, which a larger picture brings, must not make it smaller: they would go, and it would grow again.
    const zoomed = this.#zoom > 1;
    const placed = placePicture({
      stageWidth: zoomed ? this.element.offsetWidth : this.element.clientWidth,
      stageHeight: zoomed ? this.element.offsetHeight : this.element.clientHeight,
      width, height,
      density: window.devicePixelRatio,
      mode: this.#mode,
      zoom: this.#zoom,
    });
    this.#scale = placed.scale;
    // A picture larger than the stage makes the field larger, and the stage scroll.
    const fits = this.#mode === "fit" && !zoomed;
    this.field.style.width = fits ? "" : `${placed.width}px`;
    this.field.style.height = fits ? "" : `${placed.height}px`;
    this.cursor.setPlace(placed);
    const style = this.#canvas?.style;
    if (!style) return;
    style.left = `${placed.left}px`;
    style.top = `${placed.top}px`;
    style.width = `${placed.width}px`;
    style.height = `${placed.height}px`;
    style.imageRendering = placed.exact ? "pixelated" : "auto";
  }

  /** The window may move to a screen of another density, or be zoomed. */
  #watchDensity() {
    if (this.#listening.signal.aborted) return;
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", () => {
      this.#place();
      this.#watchDensity();
    }, { once: true, signal: this.#listening.signal });
  }
}
