// @ts-check
// A table with what stands around it: filter, order, actions on one row and on many, and what to do when it is empty.

import { make, spriteIcon } from "../dom.js";
import { Grid } from "./grid.js";
import { Rows } from "./rows.js";

/**
 * @template T
 * @typedef {object} Action
 * @property {string} label
 * @property {(rows: T[]) => unknown} run a promise is waited for
 * @property {(row: T) => boolean} [possible] without it: always
 * @property {boolean} [single] not for many rows at a time
 * @property {boolean} [danger]
 */

/**
 * @template T
 * @typedef {object} PanelKind
 * @property {string} id
 * @property {string} title
 * @property {string} [about] a sentence on what is shown
 * @property {string} noun of one row, for example "session"
 * @property {readonly import("./grid.js").Column<T>[]} columns
 * @property {import("./rows.js").RowKind<T>} rows
 * @property {{sort: string, descending?: boolean}} order
 * @property {readonly Action<T>[]} actions
 * @property {readonly HTMLElement[]} [tools] buttons for what needs no row
 * @property {() => readonly (Node | string)[]} empty what stands there when there is no row
 * @property {string} [filterHint]
 * @property {number} [filterFrom] with fewer rows there is nothing to filter
 * @property {(query: string) => void} [onquery] the rows come filtered from elsewhere
 * @property {(row: T) => void} [onopen]
 */

/** @template T */
export class Panel {
  element;
  grid;
  #kind;
  #rows;
  #count = make("span", { class: "count" });
  #status = make("p", { class: "visually-hidden", role: "status" });
  #bulk = make("div", { class: "bulk", role: "group", "aria-label": "With the ticked rows", hidden: true });
  #empty = make("div", { class: "empty-state", hidden: true });
  #input = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  #tools;
  #loaded = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  /** @param {PanelKind<T>} kind */
  constructor(kind) {
    this.#kind = kind;
    this.#rows = new Rows(kind.rows);
    const inline = kind.actions.length ? [actionColumn(kind.actions)] : [];
    this.grid = new Grid(kind.title, [...kind.columns, ...inline], this.#rows, kind.order);
    this.grid.element.classList.toggle("plain", kind.actions.every(({ single }) => single));
    this.grid.onopen = (row) => kind.onopen?.(row);
    this.grid.ontick = () => this.#showBulk();
    this.#input.setAttribute("aria-label", `Filter ${kind.title.toLowerCase()}`);
    this.#input.placeholder = kind.filterHint ?? "Filter";
    this.#input.addEventListener("input", () => this.#filter());
    const title = make("h2", { id: `${kind.id}-title`, tabindex: "-1" }, kind.title, " ", this.#count);
    this.#tools = make("div", { class: "panel-tools" }, make("div", { class: "filter" }, spriteIcon("search"), this.#input), this.#order());
    this.element = make("section", { class: "panel", "aria-labelledby": title.id },
      make("div", { class: "panel-head" }, title, ...(kind.tools ?? [])),
      kind.about ? make("p", { class: "panel-about" }, kind.about) : null,
      this.#tools, this.#bulk, this.#status, this.grid.element, this.#empty);
  }

  get query() {
    return this.#input.value;
  }

  /** @param {string} query */
  setQuery(query) {
    this.#input.value = query;
    this.#filter();
  }

  /** @param {Iterable<T>} rows */
  set(rows) {
    this.#rows.set(rows);
    this.#loaded = true;
    this.#show();
  }

  /** Draws anew what is not part of the rows. */
  refresh() {
    this.grid.refresh();
  }

  close() {
    clearTimeout(this.#soon);
    this.grid.close();
  }

  #filter() {
    clearTimeout(this.#soon);
    if (this.#kind.onquery) this.#soon = setTimeout(() => this.#kind.onquery?.(this.query), 250);
    else {
      this.#rows.filter(this.query);
      this.grid.element.scrollTop = 0;
      this.#show();
    }
    this.element.dispatchEvent(new CustomEvent("filtered", { bubbles: true, detail: { id: this.#kind.id, query: this.query } }));
    const { length } = this.#rows.view;
    this.#status.textContent = this.query ? `${length} of ${this.#rows.total} rows` : "";
  }

  #show() {
    const { length } = this.#rows.view;
    const { total } = this.#rows;
    const count = !this.#loaded ? "" : length === total ? String(total) : `${length} of ${total}`;
    if (this.#count.textContent !== count) this.#count.textContent = count;
    this.#tools.hidden = total < (this.#kind.filterFrom ?? 0) && this.query === "";
    const wasEmpty = !this.#empty.hidden;
    this.#empty.hidden = !this.#loaded || length > 0;
    this.grid.element.hidden = !this.#empty.hidden;
    if (!this.#empty.hidden && (!wasEmpty || this.#empty.dataset.query !== this.query)) this.#showEmpty(total > 0 || this.query !== "");
    this.#showBulk();
    this.grid.refresh();
  }

  /** @param {boolean} filtered there would be rows without the filter */
  #showEmpty(filtered) {
    this.#empty.dataset.query = this.query;
    if (!filtered) return this.#empty.replaceChildren(...this.#kind.empty().map((part) => (typeof part === "string" ? make("p", {}, part) : part)));
    const clear = make("button", { type: "button", class: "button" }, "Clear the filter");
    clear.addEventListener("click", () => {
      this.setQuery("");
      this.#input.focus();
    });
    this.#empty.replaceChildren(make("p", {}, `No ${this.#kind.noun} has “${this.query}”.`), clear);
  }

  #showBulk() {
    const ticked = this.#rows.ticked;
    this.#bulk.hidden = ticked.length === 0;
    if (ticked.length === 0 || this.#bulk.dataset.count === String(ticked.length)) return;
    this.#bulk.dataset.count = String(ticked.length);
    const buttons = this.#kind.actions.filter(({ single }) => !single || ticked.length === 1).map((action) => {
      const button = make("button", { type: "button", class: `button small ${action.danger ? "danger" : ""}` }, action.label);
      button.addEventListener("click", () => {
        const rows = this.#rows.ticked.filter((row) => action.possible?.(row) ?? true);
        if (rows.length) action.run(rows);
      });
      return button;
    });
    this.#bulk.replaceChildren(make("span", {}, `${ticked.length} ticked`), ...buttons);
  }

  /** Where the table's head is not shown, the order is chosen here. */
  #order() {
    const options = this.grid.sortable.map(({ id, label }) => make("option", { value: id, selected: id === this.#kind.order.sort }, label));
    const select = make("select", { "aria-label": "Order" }, ...options);
    select.addEventListener("change", () => this.grid.sortBy(select.value));
    return make("div", { class: "filter order" }, select);
  }
}

/**
 * The last column: what can be done with a row.
 * @template T
 * @param {readonly Action<T>[]} actions
 * @returns {import("./grid.js").Column<T>}
 */
function actionColumn(actions) {
  /** @type {WeakMap<HTMLElement, T>} the row that a cell shows now */
  const shown = new WeakMap();
  return {
    id: "actions",
    label: "Actions",
    draw: (cell, row) => {
      shown.set(cell, row);
      if (!cell.firstChild) {
        cell.append(...actions.map((action) => {
          const button = make("button", { type: "button", class: `button tiny ${action.danger ? "danger" : ""}` }, action.label);
          button.addEventListener("click", () => action.run([/** @type {T} */ (shown.get(cell))]));
          return button;
        }));
      }
      actions.forEach((action, index) => {
        /** @type {HTMLButtonElement} */ (cell.children[index]).hidden = !(action.possible?.(row) ?? true);
      });
    },
  };
}
