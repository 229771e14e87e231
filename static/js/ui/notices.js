// @ts-check
// Short messages beside the picture: a toast that leaves by itself, and a strip that stays as long as its reason.

import { make } from "./dom.js";

const TOAST_MS = 4000;

export class Toast {
  element = make("div", { class: "toast", role: "status", hidden: true });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {string} sentence */
  show(sentence) {
    this.element.textContent = sentence;
    this.element.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), TOAST_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  close() {
    this.hide();
  }
}

export class Strip {
  element = make("div", { class: "strip", role: "status", hidden: true });
  /** @type {Map<string, string>} reason → sentence, the latest reason shown */
  #sentences = new Map();

  /**
   * @param {string} reason a key for taking it back
   * @param {string | null} sentence null: the reason is gone
   */
  set(reason, sentence) {
    if (sentence === this.#sentences.get(reason)) return;
    this.#sentences.delete(reason);
    if (sentence !== null) this.#sentences.set(reason, sentence);
    const latest = [...this.#sentences.values()].at(-1) ?? "";
    this.element.hidden = latest === "";
    this.element.textContent = latest;
  }

  clear() {
    this.#sentences.clear();
    this.element.hidden = true;
  }
}
