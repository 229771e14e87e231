// @ts-check
// A small picture beside a table's row while the pointer rests on it or the keyboard is there.

import { make } from "../dom.js";
import { LivePicture } from "../live_picture.js";

/** What a row is shown with. @typedef {{key: string, path: string, label: string, caption: string}} Shown */

/** The pointer only passes until then. */
const REST_MS = 200;
const PAUSE_MS = 3000;
/** Pixels between the preview and what is around it. */
const GAP = 6;
const NOTHING = "No picture. Native clients send none.";

/** @template T */
export class Preview {
  element = make("div", { class: "preview", role: "tooltip", id: "preview", hidden: true });
  #grid;
  #shownOf;
  /** @type {{key: string, row: HTMLElement, name: Element | null, picture: LivePicture} | null} */
  #current = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import("./grid.js").Grid<T>} grid
   * @param {(row: T) => Shown} shownOf
   */
  constructor(grid, shownOf) {
    this.#grid = grid;
    this.#shownOf = shownOf;
    const { element } = grid;
    element.addEventListener("pointerover", (event) => this.#pointed(event));
    element.addEventListener("pointerleave", (event) => this.#left(event.relatedTarget));
    this.element.addEventListener("pointerleave", (event) => this.#left(event.relatedTarget));
    element.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element && target.matches(":focus-visible")) this.#show(target);
    });
    element.addEventListener("focusout", () => this.hide());
    element.addEventListener("scroll", () => this.hide(), { passive: true });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.hide());
  }

  /** The rows have changed: what is gone is not shown. */
  check() {
    if (this.#current && !this.#current.row.isConnected) this.hide();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#current?.picture.close();
    this.#current?.name?.removeAttribute("aria-describedby");
    this.#current = null;
    this.element.hidden = true;
  }

  /** @param {PointerEvent} event */
  #pointed({ target, pointerType }) {
    if (pointerType !== "mouse" || !(target instanceof Element)) return;
    clearTimeout(this.#timer);
    if (this.#grid.rowAt(target)) this.#timer = setTimeout(() => this.#show(target), REST_MS);
  }

  /** Not while the pointer is on what is shown. @param {EventTarget | null} to */
  #left(to) {
    const inside = to instanceof Node && (this.element.contains(to) || this.#grid.element.contains(to));
    if (!inside) this.hide();
  }

  /** @param {Element} target */
  #show(target) {
    const found = this.#grid.rowAt(target);
    if (!found) return;
    const { key, path, label, caption } = this.#shownOf(found.row);
    if (this.#current?.key === key) return;
    this.hide();
    const picture = new LivePicture({ path, label, nothing: NOTHING, pause: PAUSE_MS });
    const name = found.element.querySelector(".row-name");
    name?.setAttribute("aria-describedby", this.element.id);
    this.#current = { key, row: found.element, name, picture };
    this.element.replaceChildren(picture.element, make("p", {}, caption));
    this.element.hidden = false;
    this.#place(found.element.getBoundingClientRect());
  }

  /** Below the row where there is room, else above it; to the right of its name, so that others can be pointed at. @param {DOMRect} row */
  #place(row) {
    const { offsetWidth, offsetHeight, style } = this.element;
    const below = row.bottom + GAP + offsetHeight <= window.innerHeight;
    const beside = row.left + Math.min(320, row.width / 3);
    style.left = `${Math.max(GAP, Math.min(beside, window.innerWidth - offsetWidth - GAP))}px`;
    style.top = `${below ? row.bottom + GAP : Math.max(GAP, row.top - GAP - offsetHeight)}px`;
  }
}
