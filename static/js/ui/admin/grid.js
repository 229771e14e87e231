// @ts-check
// A table of any length: only the rows in sight are elements, and those are changed in place.

import { make } from "../dom.js";
import { rowsInSight } from "./window.js";

/** Rows stay in their places for so long after somebody pointed at them, scrolled or went through them by keyboard. */
const HOLD_MS = 8000;

/**
 * @template T
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {(row: T) => import("./rows.js").Value} [value] what it is sorted by; without it, it is not
 * @property {(row: T) => string} [text] what stands there; without it, the value
 * @property {(cell: HTMLElement, row: T) => void} [draw] instead of text: called again whenever the row changes
 * @property {boolean} [number] aligned at its last digit, the highest first when it is sorted
 * @property {boolean} [minor] left out where there is little room
 */

/**
 * Calls `onopen` when somebody wants to know all of a row, `ontick` when the ticks changed.
 * @template T
 */
export class Grid {
  /** @type {(row: T) => void} */
  onopen = () => {};
  ontick = () => {};

  element = make("div", { class: "grid", tabindex: "0", role: "region" });
  #columns;
  #rows;
  #sorted;
  #descending = false;
  #table = make("table", { role: "table" });
  #head = make("tr", { role: "row" });
  #body = make("tbody", { role: "rowgroup" });
  #above = make("tbody", { "aria-hidden": "true" });
  #below = make("tbody", { "aria-hidden": "true" });
  #all = make("input", { type: "checkbox", "aria-label": "Tick all rows" });
  /** @type {Map<string, GridRow<T>>} the rows that are elements, by key */
  #drawn = new Map();
  #rowHeight = 0;
  #asked = 0;
  #watch;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #held;

  /**
   * @param {string} label of the table
   * @param {readonly Column<T>[]} columns the first names the row
   * @param {import("./rows.js").Rows<T>} rows
   * @param {{sort: string, descending?: boolean}} order to begin with
   */
  constructor(label, columns, rows, order) {
    this.#columns = columns;
    this.#rows = rows;
    this.element.setAttribute("aria-label", label);
    this.#table.setAttribute("aria-label", label);
    this.#head.append(make("th", { role: "columnheader", class: "tick", scope: "col" }, this.#all));
    this.#head.append(...columns.map((column) => this.#header(column)));
    this.#table.append(make("thead", { role: "rowgroup" }, this.#head), this.#above, this.#body, this.#below);
    this.element.append(this.#table);
    this.#all.addEventListener("change", () => {
      rows.tickAll(this.#all.checked);
      this.ontick();
      this.refresh();
    });
    this.element.addEventListener("scroll", () => {
      this.#hold();
      this.refresh();
    }, { passive: true });
    for (const name of ["pointermove", "pointerdown", "keydown"]) this.#body.addEventListener(name, () => this.#hold(), { passive: true });
    this.element.addEventListener("pointerleave", () => this.#release());
    this.#watch = new ResizeObserver(() => {
      this.#rowHeight = 0;
      this.refresh();
    });
    this.#watch.observe(this.element);
    this.#sorted = columns[0];
    this.sortBy(order.sort, order.descending);
  }

  close() {
    clearTimeout(this.#held);
    this.#watch.disconnect();
    cancelAnimationFrame(this.#asked);
  }

  /** @param {Node} target @returns {{row: T, element: HTMLElement} | null} the row that it is in */
  rowAt(target) {
    for (const { element, row } of this.#drawn.values()) if (row !== undefined && element.contains(target)) return { row, element };
    return null;
  }

  /** What the rows can be sorted by. */
  get sortable() {
    return this.#columns.filter((column) => column.value);
  }

  /** @param {string} id of a column @param {boolean} [descending] without it: as the column is usually wanted */
  sortBy(id, descending) {
    const column = this.#columns.find((one) => one.id === id) ?? this.#columns[0];
    const { value } = column;
    if (!value) return;
    this.#sorted = column;
    this.#descending = descending ?? column.number ?? false;
    this.#rows.sort(value, this.#descending);
    for (const cell of this.#head.querySelectorAll("[aria-sort]")) cell.removeAttribute("aria-sort");
    this.#head.querySelector(`[data-column="${column.id}"]`)?.setAttribute("aria-sort", this.#descending ? "descending" : "ascending");
    this.refresh();
  }

  /** Draws what changed, with the next frame. */
  refresh() {
    this.#asked ||= requestAnimationFrame(() => {
      this.#asked = 0;
      if (this.element.isConnected) this.#draw();
    });
  }

  /** Nobody's row may go away from under the pointer. */
  #hold() {
    clearTimeout(this.#held);
    this.#held = setTimeout(() => this.#release(), HOLD_MS);
    this.#rows.hold(true);
  }

  #release() {
    clearTimeout(this.#held);
    this.#rows.hold(false);
    this.refresh();
  }

  /** @param {Column<T>} column */
  #header(column) {
    const cell = make("th", { role: "columnheader", scope: "col", "data-column": column.id, class: classOf(column) });
    if (!column.value) cell.append(column.label);
    else {
      const button = make("button", { type: "button", class: "sort" }, column.label);
      button.addEventListener("click", () => {
        this.sortBy(column.id, this.#sorted === column ? !this.#descending : undefined);
      });
      cell.append(button);
    }
    return cell;
  }

  #draw() {
    const view = this.#rows.view;
    const sight = this.#sight(view.length);
    const active = document.activeElement;
    /** @type {Map<string, GridRow<T>>} */
    const drawn = new Map();
    let at = this.#body.firstElementChild;
    for (let index = sight.first; index < sight.last; index++) {
      const row = view[index];
      const key = this.#rows.key(row);
      const line = this.#drawn.get(key) ?? new GridRow(this.#columns, this.#touched);
      line.show(row, index, this.#rows.isTicked(row));
      drawn.set(key, line);
      if (line.element === at) at = at.nextElementSibling;
      else this.#body.insertBefore(line.element, at);
    }
    for (const [key, line] of this.#drawn) if (!drawn.has(key)) line.element.remove();
    this.#drawn = drawn;
    if (active instanceof HTMLElement && active !== document.activeElement && active.isConnected) active.focus({ preventScroll: true });
    this.#finish(view.length, sight);
  }

  /** @param {number} total @param {{first: number, last: number}} sight */
  #finish(total, sight) {
    this.#table.setAttribute("aria-rowcount", String(total + 1));
    const measured = this.#body.firstElementChild?.getBoundingClientRect().height ?? 0;
    const learnt = this.#rowHeight === 0 && measured > 0;
    if (learnt) this.#rowHeight = measured;
    this.#above.style.height = `${sight.first * this.#rowHeight}px`;
    this.#below.style.height = `${(total - sight.last) * this.#rowHeight}px`;
    const ticked = this.#rows.ticked.length;
    this.#all.checked = ticked > 0 && ticked === total;
    this.#all.indeterminate = ticked > 0 && ticked < total;
    if (learnt) this.refresh();
  }

  /** @param {number} total */
  #sight(total) {
    const { scrollTop, clientHeight } = this.element;
    return rowsInSight({ total, rowHeight: this.#rowHeight, scrolled: scrollTop, height: clientHeight });
  }

  /** @param {T} row @param {boolean | null} ticked null: the row is to be opened */
  #touched = (row, ticked) => {
    if (ticked === null) return this.onopen(row);
    this.#rows.tick(row, ticked);
    this.ontick();
    this.refresh();
  };
}

/**
 * One row in sight.
 * @template T
 */
class GridRow {
  element = make("tr", { role: "row" });
  #tick = make("input", { type: "checkbox" });
  #name = make("button", { type: "button", class: "row-name" });
  #columns;
  /** @type {HTMLElement[]} */
  #cells;
  /** @type {T | undefined} */
  #row;

  /** @param {readonly Column<T>[]} columns @param {(row: T, ticked: boolean | null) => void} ontouch */
  constructor(columns, ontouch) {
    this.#columns = columns;
    this.#cells = columns.map((column, index) => (index === 0
      ? make("th", { role: "rowheader", scope: "row", class: "name" }, this.#name)
      : make("td", { role: "cell", class: classOf(column), "data-label": column.label })));
    this.element.append(make("td", { role: "cell", class: "tick" }, this.#tick), ...this.#cells);
    this.#tick.addEventListener("change", () => this.#row && ontouch(this.#row, this.#tick.checked));
    this.#name.addEventListener("click", () => this.#row && ontouch(this.#row, null));
  }

  /** What it shows now. */
  get row() {
    return this.#row;
  }

  /** @param {T} row @param {number} index @param {boolean} ticked */
  show(row, index, ticked) {
    this.#row = row;
    this.element.setAttribute("aria-rowindex", String(index + 2));
    this.element.classList.toggle("ticked", ticked);
    this.#tick.checked = ticked;
    this.#columns.forEach((column, at) => {
      const place = at === 0 ? this.#name : this.#cells[at];
      if (column.draw) return column.draw(place, row);
      const text = column.text ? column.text(row) : String(column.value?.(row) ?? "–");
      if (place.textContent !== text) {
        place.textContent = text;
        place.title = text;
      }
    });
    const label = `Tick ${this.#name.textContent}`;
    if (this.#tick.getAttribute("aria-label") !== label) this.#tick.setAttribute("aria-label", label);
  }
}

/** @param {{number?: boolean, minor?: boolean, id: string}} column */
function classOf({ number, minor, id }) {
  return [number && "number", minor && "minor", `column-${id}`].filter(Boolean).join(" ");
}
