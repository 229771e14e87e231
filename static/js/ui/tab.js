// @ts-check
// The slim tab on the upper edge that opens the toolbar: draggable along the edge, its place remembered.

import { make } from "./dom.js";
import { recall, remember } from "./remembered.js";

/** A press that moves less is a click. */
const DRAG_PIXELS = 5;
const KEY_STEP = 0.05;
const IDLE_MS = 3000;
/** Share of the edge kept free at both ends. */
const MARGIN = 0.04;

export class Tab {
  /** The person wants the toolbar open or closed. @type {(() => void) | null} */
  onpress = null;
  /** The tab moved along its edge. @type {(() => void) | null} */
  onmove = null;

  element = make("button", { type: "button", class: "tab", "aria-expanded": "false", "aria-controls": "toolbar" },
    make("span", { class: "grip", "aria-hidden": "true" }));

  #at = clampShare(Number(recall("tab") ?? 0.5));
  /** @type {{from: number, moved: boolean} | null} */
  #drag = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;

  constructor() {
    const on = this.element.addEventListener.bind(this.element);
    on("pointerdown", (event) => this.#grab(event));
    on("pointermove", (event) => this.#pull(event));
    on("pointerup", () => this.#drop());
    on("pointercancel", () => (this.#drag = null));
    on("keydown", (event) => this.#onKey(event));
    // As in the toolbar: the mouse leaves the focus with the picture.
    on("mousedown", (event) => event.preventDefault());
    // A click that ends a drag is none; a click by keyboard has no drag before it.
    on("click", (event) => {
      if (event.detail === 0) this.onpress?.();
    });
    this.#place();
    this.wake();
  }

  /** Where it is along the edge, 0 to 1. */
  get at() {
    return this.#at;
  }

  /** @param {boolean} open */
  setOpen(open) {
    this.element.setAttribute("aria-expanded", String(open));
    const hint = "Ctrl+Alt+Shift opens it too; arrow keys move this tab";
    this.element.setAttribute("aria-label", open ? "Close the toolbar" : "Open the toolbar");
    this.element.title = `${open ? "Close" : "Open"} the toolbar. ${hint}.`;
  }

  /** @param {boolean} holding keys are held down from the toolbar */
  setHolding(holding) {
    this.element.classList.toggle("holding", holding);
  }

  /** The person is there: shows the tab, which fades when nothing happens. */
  wake() {
    clearTimeout(this.#idle);
    this.element.classList.remove("idle");
    this.#idle = setTimeout(() => this.element.classList.add("idle"), IDLE_MS);
  }

  close() {
    clearTimeout(this.#idle);
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.#drag = { from: event.clientX, moved: false };
  }

  /** @param {PointerEvent} event */
  #pull({ clientX }) {
    this.wake();
    const edge = this.element.parentElement?.getBoundingClientRect();
    if (!this.#drag || !edge) return;
    if (Math.abs(clientX - this.#drag.from) >= DRAG_PIXELS) this.#drag.moved = true;
    if (this.#drag.moved) this.#moveTo((clientX - edge.left) / edge.width);
  }

  #drop() {
    const drag = this.#drag;
    this.#drag = null;
    if (drag?.moved) remember("tab", this.#at.toFixed(3));
    else if (drag) this.onpress?.();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#moveTo(this.#at + step);
    remember("tab", this.#at.toFixed(3));
  }

  /** @param {number} share */
  #moveTo(share) {
    this.#at = clampShare(share);
    this.#place();
    this.onmove?.();
  }

  #place() {
    this.element.style.left = `${this.#at * 100}%`;
  }
}

/** @param {number} share */
function clampShare(share) {
  return Number.isFinite(share) ? Math.min(1 - MARGIN, Math.max(MARGIN, share)) : 0.5;
}
