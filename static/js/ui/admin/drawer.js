// @ts-check
// All that is known of one row, beside the table; it follows what changes until it is closed.

import { make, spriteIcon } from "../dom.js";

/**
 * A name and what it says: text, several texts, or elements.
 * @typedef {readonly [string, string | number | null | readonly string[] | Node]} Fact
 */

/** @typedef {{title: string, picture?: Node, facts: readonly Fact[], more?: readonly Node[]}} Details */

export class Drawer {
  #title = make("h2", { id: "drawer-title" });
  #picture = make("div", { class: "drawer-picture" });
  #facts = make("dl", { class: "facts" });
  #more = make("div", { class: "drawer-more" });
  #close = make("button", { type: "button", class: "button quiet", "aria-label": "Close" }, spriteIcon("close"));
  element = make("dialog", { class: "drawer", "aria-labelledby": "drawer-title" },
    make("div", { class: "drawer-head" }, this.#title, this.#close), this.#picture, this.#facts, this.#more);
  /** @type {(() => Details | null) | null} */
  #look = null;
  #onclose = () => {};

  constructor() {
    this.#close.addEventListener("click", () => this.element.close());
    this.element.addEventListener("close", () => {
      this.#look = null;
      this.#onclose();
    });
    this.element.addEventListener("click", (event) => {
      if (event.target === this.element) this.element.close(); // beside it
    });
  }

  /**
   * @param {() => Details | null} look called again whenever something changed; null: it is gone
   * @param {() => void} [onclose]
   */
  open(look, onclose = () => {}) {
    this.#onclose();
    this.#onclose = onclose;
    this.#look = look;
    for (const place of [this.#picture, this.#facts, this.#more]) place.replaceChildren();
    this.refresh();
    if (!this.element.open) this.element.showModal();
  }

  refresh() {
    const details = this.#look?.();
    if (!this.#look) return;
    if (!details) {
      this.#look = null; // what was known last stays readable
      this.#title.append(" (gone)");
      return;
    }
    if (this.#title.textContent !== details.title) this.#title.textContent = details.title;
    if (details.picture && this.#picture.firstChild !== details.picture) this.#picture.replaceChildren(details.picture);
    this.#showFacts(details.facts);
    this.#showMore(details.more ?? []);
  }

  /** Nothing is taken from under somebody's pointer, keyboard or selection. @param {readonly Node[]} nodes */
  #showMore(nodes) {
    const shown = [...this.#more.childNodes];
    if (this.#more.contains(document.activeElement)) return;
    if (shown.length && getSelection()?.isCollapsed === false && getSelection()?.containsNode(this.#more, true)) return;
    if (shown.length === nodes.length && nodes.every((node, index) => node.isEqualNode(shown[index]))) return;
    this.#more.replaceChildren(...nodes);
  }

  /** @param {readonly Fact[]} facts */
  #showFacts(facts) {
    const places = [...this.#facts.children];
    if (places.length !== facts.length * 2) {
      this.#facts.replaceChildren(...facts.flatMap(([name]) => [make("dt", {}, name), make("dd")]));
    }
    facts.forEach(([name, value], index) => {
      const [term, place] = [this.#facts.children[index * 2], this.#facts.children[index * 2 + 1]];
      if (term.textContent !== name) term.textContent = name;
      showValue(place, value);
    });
  }
}

/** @param {Element} place @param {Fact[1]} value */
function showValue(place, value) {
  if (value instanceof Node) return place.replaceChildren(value);
  if (Array.isArray(value)) {
    const before = place.getAttribute("data-shown");
    const now = value.join(" ");
    if (before === now && place.firstChild) return;
    place.setAttribute("data-shown", now);
    place.replaceChildren(...(value.length ? value.map((text) => make("span", { class: "chip" }, text)) : ["none"]));
    return;
  }
  const text = value === null || value === "" ? "–" : String(value);
  if (place.textContent !== text) place.textContent = text;
}
