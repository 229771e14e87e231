// @ts-check
// The rows of a table, without the table: which there are, which are wanted, in which order, which are ticked.

import { parseFilter } from "./filter.js";

/** @typedef {string | number | boolean | null | undefined} Value */

/**
 * @template T
 * @typedef {object} RowKind how a kind of rows is told apart and looked through
 * @property {(row: T) => string} key
 * @property {(row: T) => string} words
 * @property {(row: T) => readonly string[]} [addresses]
 */

/** @template T */
export class Rows {
  /** What is sorted by. @type {(row: T) => Value} */
  #value = () => null;
  #descending = false;
  #kind;
  /** @type {T[]} */
  #all = [];
  /** @type {T[] | null} */
  #view = null;
  /** @type {ReturnType<typeof parseFilter>} */
  #wanted = null;
  /** Keys of the ticked rows. @type {Set<string>} */
  #ticked = new Set();
  /** Where each row stands while the rows are held, by key; null: they are not. @type {Map<string, number> | null} */
  #places = null;

  /** @param {RowKind<T>} kind */
  constructor(kind) {
    this.#kind = kind;
  }

  /** @param {Iterable<T>} all */
  set(all) {
    this.#all = [...all];
    this.#view = null;
    if (this.#ticked.size === 0) return;
    const keys = new Set(this.#all.map(this.#kind.key));
    for (const key of this.#ticked) if (!keys.has(key)) this.#ticked.delete(key);
  }

  /** @param {string} query */
  filter(query) {
    this.#wanted = parseFilter(query);
    this.#view = null;
    this.#places?.clear();
  }

  /** @param {(row: T) => Value} value @param {boolean} descending */
  sort(value, descending) {
    this.#value = value;
    this.#descending = descending;
    this.#view = null;
    this.#places?.clear();
  }

  /**
   * While somebody points at the rows they stay in their places, whatever they are sorted by; what is new comes last.
   * @param {boolean} held
   */
  hold(held) {
    if (held === (this.#places !== null)) return;
    this.#places = held ? new Map(this.view.map((row, index) => [this.#kind.key(row), index])) : null;
    if (!held) this.#view = null;
  }

  get total() {
    return this.#all.length;
  }

  /** The wanted rows in order. @returns {readonly T[]} */
  get view() {
    this.#view ??= this.#order(this.#wanted ? this.#all.filter((row) => this.#isWanted(row)) : [...this.#all]);
    return this.#view;
  }

  /** @param {T} row @returns {string} */
  key(row) {
    return this.#kind.key(row);
  }

  /** @param {T} row @param {boolean} ticked */
  tick(row, ticked) {
    if (ticked) this.#ticked.add(this.#kind.key(row));
    else this.#ticked.delete(this.#kind.key(row));
  }

  /** Ticks the wanted rows, or none at all. @param {boolean} ticked */
  tickAll(ticked) {
    this.#ticked = new Set(ticked ? this.view.map(this.#kind.key) : []);
  }

  /** @param {T} row */
  isTicked(row) {
    return this.#ticked.has(this.#kind.key(row));
  }

  /** The ticked rows that are wanted: what is not seen is not acted on. @returns {T[]} */
  get ticked() {
    return this.#ticked.size ? this.view.filter((row) => this.isTicked(row)) : [];
  }

  /** @param {T} row */
  #isWanted(row) {
    const { words, addresses } = this.#kind;
    return this.#wanted?.({ text: words(row).toLowerCase(), addresses: addresses?.(row) ?? [] }) ?? true;
  }

  /** @param {T[]} rows @returns {T[]} */
  #order(rows) {
    const sign = this.#descending ? -1 : 1;
    const keyed = rows.map((row) => /** @type {const} */ ([this.#value(row), row]));
    keyed.sort(([a], [b]) => compare(a, b, sign));
    const ordered = keyed.map(([, row]) => row);
    return this.#places ? this.#keep(ordered, this.#places) : ordered;
  }

  /** @param {T[]} rows @param {Map<string, number>} places @returns {T[]} */
  #keep(rows, places) {
    const { key } = this.#kind;
    for (const row of rows) if (!places.has(key(row))) places.set(key(row), places.size);
    return rows.sort((a, b) => (places.get(key(a)) ?? 0) - (places.get(key(b)) ?? 0));
  }
}

const TEXTS = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What is not known comes last, whatever the direction. @param {Value} a @param {Value} b @param {number} sign */
function compare(a, b, sign) {
  const [unknownA, unknownB] = [a === null || a === undefined, b === null || b === undefined];
  if (unknownA || unknownB) return Number(unknownA) - Number(unknownB);
  if (typeof a === "string" && typeof b === "string") return a === b ? 0 : sign * TEXTS.compare(a, b);
  return sign * (Number(a) - Number(b));
}
