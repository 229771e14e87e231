// @ts-check
// Caps, Num and Scroll Lock: two computers, two states, one person who expects one.

import { KeyboardModifierFlags } from "../spice/enums.gen.js";

/** @typedef {import("./keyboard.js").Platform} Platform */

const FLAGS = /** @type {const} */ ([
  ["CapsLock", KeyboardModifierFlags.CAPS_LOCK],
  ["NumLock", KeyboardModifierFlags.NUM_LOCK],
  ["ScrollLock", KeyboardModifierFlags.SCROLL_LOCK],
]);

/**
 * Keeps the machine's lock keys equal to this computer's.
 *
 * The machine may switch its own locks; that is its business. It is told this computer's state when the picture
 * takes the focus, and whenever the state here changed without the machine seeing the key.
 */
export class LockKeys {
  /** @type {(modifiers: number) => void} */
  #send;
  /** Bits this computer can be believed about. */
  #known;
  /** @type {number | null} what this computer last said; null: ask again at the next event */
  #here = null;
  /** @type {number | null} what the machine last said; null: it has not spoken yet */
  #there = null;

  /**
   * @param {(modifiers: number) => void} send KeyboardModifierFlags
   * @param {Platform} [platform]
   */
  constructor(send, platform = "other") {
    this.#send = send;
    this.#known = platform === "mac"
      ? KeyboardModifierFlags.CAPS_LOCK
      : KeyboardModifierFlags.CAPS_LOCK | KeyboardModifierFlags.NUM_LOCK;
  }

  /** What the machine's lights show: KeyboardModifierFlags, 0 before it has said. */
  get machine() {
    return this.#there ?? 0;
  }

  /** @param {number} modifiers what the machine says its locks are */
  machineSays(modifiers) {
    this.#there = modifiers;
  }

  /** The next event is to be compared with the machine anew: focus came back, or a session began. */
  forget() {
    this.#here = null;
  }

  /**
   * Looks at the lock state an event carries.
   * @param {{code?: string, getModifierState(key: string): boolean}} event
   */
  observe(event) {
    // A lock key's own event may carry the state before or after it, as the browser likes; the machine gets the key.
    if (FLAGS.some(([key]) => key === event.code)) return;
    let state = 0;
    for (const [key, flag] of FLAGS) if (event.getModifierState(key)) state |= flag;
    // Few systems report Scroll Lock at all: one that ever says it is on does.
    if (state & KeyboardModifierFlags.SCROLL_LOCK) this.#known |= KeyboardModifierFlags.SCROLL_LOCK;
    if (state === this.#here || this.#there === null) return;
    this.#here = state;
    const wanted = (state & this.#known) | (this.#there & ~this.#known);
    if (wanted === this.#there) return;
    this.#there = wanted;
    this.#send(wanted);
  }
}
