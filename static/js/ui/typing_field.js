// @ts-check
// An unseen field that brings up the on-screen keyboard; what is written in it is typed on the machine's.

import { change, keysOf } from "../input/typing.js";
import { make } from "./dom.js";

/** Stands in the field so that there is always something to erase. */
const FILL = "_".repeat(64);
/** Longer than this the field begins anew. */
const MOST = 512;

export class TypingField {
  /** No key of the machine's types this. @type {(character: string) => void} */
  onunknown = () => {};
  /** The field has the focus, or lost it. @type {(focused: boolean) => void} */
  onfocus = () => {};

  element = make("textarea", {
    class: "typing", hidden: true, tabindex: -1, "aria-label": "Type on the machine's keyboard", autocapitalize: "none",
    autocomplete: "off", autocorrect: "off", spellcheck: "false", rows: 1,
  });

  #chord;
  #capsLock;
  #text = FILL;

  /**
   * @param {(codes: readonly string[]) => void} chord presses keys together and releases them
   * @param {() => boolean} capsLock whether the machine's is on
   */
  constructor(chord, capsLock) {
    this.#chord = chord;
    this.#capsLock = capsLock;
    this.element.addEventListener("input", (event) => this.#written(/** @type {InputEvent} */ (event).isComposing));
    this.element.addEventListener("compositionend", () => this.#written(false));
    this.element.addEventListener("focus", () => this.#focused(true));
    this.element.addEventListener("blur", () => this.#focused(false));
    this.#refill();
  }

  /** Brings the on-screen keyboard up; it goes with the focus. */
  open() {
    this.element.hidden = false;
    this.element.focus({ preventScroll: true });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {boolean} focused */
  #focused(focused) {
    this.element.hidden = !focused;
    this.#refill();
    this.onfocus(focused);
  }

  /** @param {boolean} composing an input method has not decided yet: its text must stay */
  #written(composing) {
    const { erased, added } = change(this.#text, this.element.value);
    this.#text = this.element.value;
    for (let i = 0; i < erased; i++) this.#chord(["Backspace"]);
    for (const character of added) this.#type(character);
    if (!composing && (this.#text.length < FILL.length / 2 || this.#text.length > MOST)) this.#refill();
  }

  /** @param {string} character */
  #type(character) {
    const keys = keysOf(character, this.#capsLock());
    if (keys) this.#chord(keys);
    else this.onunknown(character);
  }

  #refill() {
    this.#text = this.element.value = FILL;
    this.element.setSelectionRange(FILL.length, FILL.length);
  }
}
