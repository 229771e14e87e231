// @ts-check
// Shows the machine's cursor: as the browser's own where the pointer is ours, drawn over the picture where it is the
// machine's.

import { outlineInverts } from "./cursor_outline.js";

/** @typedef {import("./cursor_picture.js").CursorPicture} CursorPicture */

/**
 * Where the picture lies on the stage, in CSS pixels, and its scale (CSS pixels per machine pixel).
 * @typedef {{left: number, top: number, scale: number}} Place
 */

/** Browsers ignore CSS cursors above this. */
const MOST_CSS_PIXELS = 128;
/** CSS for "no pointer here". */
const HIDDEN = "none";

/**
 * `follows`: the pointer is the person's and its shape the machine's (client mouse mode).
 * `captured`: the machine says where its pointer is, and the person's is locked away.
 * `apart`: the machine's pointer is drawn where the machine says, the person's stays an arrow.
 * @typedef {"follows" | "captured" | "apart"} CursorManner
 */

export class CursorView {
  /** @type {HTMLElement} gets the CSS cursor */
  #stage;
  #painted = newLayer("cursor");
  /** White where the picture is to be inverted. It blends by difference, so nothing may lie between it and the stage. */
  #inverting = newLayer("cursor cursor-inverting");
  /** @type {CursorPicture | null} */
  #shape = null;
  #css = "default";
  #visible = true;
  /** Until the machine first names a shape, the arrow stays: text consoles never name one. */
  #named = false;
  /** @type {CursorManner} */
  #manner = "follows";
  #at = { x: 0, y: 0 };
  /** @type {Place} */
  #place = { left: 0, top: 0, scale: 1 };

  /** @param {HTMLElement} stage positioned element that holds the picture */
  constructor(stage) {
    this.#stage = stage;
    stage.append(this.#painted, this.#inverting);
    this.#update();
  }

  /** @param {CursorPicture | null} shape null: the machine has none */
  setShape(shape) {
    if (shape) this.#named = true;
    this.#shape = shape;
    if (shape) {
      this.#css = cssCursor(shape);
      this.#paint(shape);
    }
    this.#update();
  }

  /** @param {boolean} visible */
  setVisible(visible) {
    this.#visible = visible;
    this.#update();
  }

  /** @param {number} x machine pixels @param {number} y */
  moveTo(x, y) {
    this.#at = { x, y };
    this.#moved();
  }

  /** @param {CursorManner} manner */
  setManner(manner) {
    this.#manner = manner;
    this.#update();
  }

  /** @param {Place} place */
  setPlace(place) {
    this.#place = place;
    this.#moved();
  }

  /** Back to the arrow, as at the beginning. */
  reset() {
    this.#named = false;
    this.#visible = true;
    this.setShape(null);
  }

  close() {
    this.#painted.remove();
    this.#inverting.remove();
    this.#stage.style.cursor = "";
  }

  #update() {
    const shape = this.#visible ? this.#shape : null;
    const tooLarge = shape !== null && Math.max(shape.width, shape.height) > MOST_CSS_PIXELS - 2;
    const draw = shape !== null && (this.#manner !== "follows" || tooLarge);
    this.#painted.hidden = !draw;
    this.#inverting.hidden = !draw || !shape.inverts;
    this.#stage.style.cursor = this.#cssFor(shape, tooLarge);
    this.#moved();
  }

  /** @param {CursorPicture | null} shape @param {boolean} tooLarge */
  #cssFor(shape, tooLarge) {
    if (this.#manner === "captured") return HIDDEN;
    if (this.#manner === "apart" || !this.#named) return "default";
    return shape && !tooLarge ? this.#css : HIDDEN;
  }

  /** @param {CursorPicture} shape */
  #paint(shape) {
    paint(this.#painted, shape.width, shape.height, shape.pixels);
    if (!shape.inverts) return;
    paint(this.#inverting, shape.width, shape.height, Uint32Array.from(shape.inverts, (bit) => bit && 0xffffffff));
  }

  #moved() {
    const shape = this.#shape;
    if (!shape || this.#painted.hidden) return;
    const { left, top, scale } = this.#place;
    const x = left + (this.#at.x - shape.hotX) * scale;
    const y = top + (this.#at.y - shape.hotY) * scale;
    const transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.#painted.style.transform = transform;
    this.#inverting.style.transform = transform;
  }
}

/** @param {string} className */
function newLayer(className) {
  const canvas = document.createElement("canvas");
  canvas.className = className;
  canvas.setAttribute("aria-hidden", "true");
  canvas.hidden = true;
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 * @param {Uint32Array} pixels RGBA, straight alpha
 */
function paint(canvas, width, height, pixels) {
  canvas.width = width;
  canvas.height = height;
  const bytes = new Uint8ClampedArray(pixels.length * 4);
  bytes.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  canvas.getContext("2d")?.putImageData(new ImageData(bytes, width, height), 0, 0);
}

/** @param {CursorPicture} shape */
function cssCursor(shape) {
  const { width, height, hotX, hotY, pixels } = outlineInverts(shape);
  const canvas = document.createElement("canvas");
  paint(canvas, width, height, pixels);
  return `url("${canvas.toDataURL()}") ${hotX} ${hotY}, default`;
}
