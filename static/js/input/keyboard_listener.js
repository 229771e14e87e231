// @ts-check
// DOM key events of one element, to a Keyboard and LockKeys.

/** Control, Alt and Shift pressed together and let go with nothing else: the chord that leaves the machine's keyboard. */
class EscapeChord {
  #armed = false;

  /** @param {KeyboardEvent} event */
  down({ code, repeat, ctrlKey, altKey, shiftKey }) {
    const modifier = /^(Control|Alt|Shift)(Left|Right)$/.test(code);
    this.#armed = modifier && ((ctrlKey && altKey && shiftKey && !repeat) || this.#armed);
  }

  /** @returns {boolean} whether the chord is complete */
  up() {
    const complete = this.#armed;
    this.#armed = false;
    return complete;
  }
}

export class KeyboardListener {
  /** Called when the person pressed and released Ctrl+Alt+Shift. @type {(() => void) | null} */
  onescape = null;

  #listening = new AbortController();

  /**
   * @param {HTMLElement} element holds the focus while keys go to the machine
   * @param {import("./keyboard.js").Keyboard} keyboard
   * @param {import("./lock_keys.js").LockKeys} locks
   */
  constructor(element, keyboard, locks) {
    const { signal } = this.#listening;
    const chord = new EscapeChord();
    const letGo = () => keyboard.releaseAll();
    element.addEventListener("keydown", (event) => {
      if (isWriting(event, element)) return;
      locks.observe(event);
      chord.down(event);
      if (keyboard.keyDown(event)) take(event);
    }, { signal });
    element.addEventListener("keyup", (event) => {
      if (isWriting(event, element)) return;
      if (keyboard.keyUp(event)) take(event);
      if (chord.up()) this.onescape?.();
    }, { signal });
    element.addEventListener("focus", () => locks.forget(), { signal });
    element.addEventListener("blur", letGo, { signal });
    // Losing the window, or the page going away, need not blur the element.
    window.addEventListener("blur", letGo, { signal });
    window.addEventListener("pagehide", letGo, { signal });
    document.addEventListener("visibilitychange", letGo, { signal });
  }

  close() {
    this.#listening.abort();
  }
}

/** What browsers give as the key while an input method writes. */
const IN_COMPOSITION = 229;

/**
 * Whether an input method, or an on-screen keyboard, writes text with this key in a field of the element's.
 * @param {KeyboardEvent} event @param {HTMLElement} element
 */
function isWriting({ target, isComposing, keyCode }, element) {
  return target !== element && (isComposing || keyCode === IN_COMPOSITION);
}

/** @param {Event} event */
function take(event) {
  event.preventDefault();
  event.stopPropagation();
}
