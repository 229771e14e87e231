// @ts-check
// The statistics overlay: where frames are made, sent, decoded and shown, so that one sees where they are lost.

import { make } from "./dom.js";

/** A row's words and the reading it shows. @typedef {readonly [label: string, value: string]} Row */

export class StatisticsOverlay {
  element = make("section", { class: "statistics", "aria-label": "Statistics", hidden: true });
  #list = make("dl");

  constructor() {
    this.element.append(this.#list);
  }

  get shown() {
    return !this.element.hidden;
  }

  /** @param {boolean} show */
  toggle(show) {
    this.element.hidden = !show;
  }

  /** @param {readonly Row[]} rows */
  show(rows) {
    this.#list.replaceChildren(...rows.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]));
  }
}
