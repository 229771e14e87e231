// @ts-check
// What the keys of this computer mean to the machine: a state machine over key events, without the DOM.

import { keyBytes } from "./scancodes.js";

/**
 * The part of a KeyboardEvent that matters here.
 * @typedef {object} KeyEvent
 * @property {string} code
 * @property {boolean} repeat
 * @property {number} timeStamp    milliseconds
 * @property {boolean} shiftKey
 * @property {boolean} ctrlKey
 * @property {boolean} altKey
 * @property {boolean} metaKey
 */

/** @typedef {"windows" | "mac" | "other"} Platform */

/** Windows reports AltGr as Control and then Alt within the same instant; typed by hand they are further apart. */
const ALTGR_GAP = 50;

const LOCK_KEYS = new Set(["CapsLock", "NumLock", "ScrollLock"]);
const MODIFIER_CODES = new Set([
  "ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight", "MetaLeft", "MetaRight",
  "OSLeft", "OSRight",
]);

/** Modifier flags that, when false, prove that these keys are up. Alt is left out: AltGr hides it. */
const PROOFS = /** @type {const} */ ([
  ["shiftKey", ["ShiftLeft", "ShiftRight"]],
  ["ctrlKey", ["ControlLeft", "ControlRight"]],
  ["metaKey", ["MetaLeft", "MetaRight", "OSLeft", "OSRight"]],
]);

/**
 * Turns key events into scancode bytes, keeping account of what is down so that nothing stays stuck.
 *
 * Keys pressed by the person's keyboard are `#pressed`; keys held from the toolbar are `#sticky`. A key goes down
 * when the first of the two presses it and up when the last lets go.
 */
export class Keyboard {
  /** @type {(bytes: readonly number[]) => void} */
  #send;
  /** @type {Platform} */
  #platform;
  /** @type {Map<string, readonly number[]>} code → its break bytes */
  #pressed = new Map();
  /** @type {Set<string>} */
  #sticky = new Set();
  /** @type {KeyEvent | null} a Control press that may turn out to be half of AltGr */
  #heldBack = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(bytes: readonly number[]) => void} send receives the bytes of one press or release
   * @param {Platform} [platform]
   */
  constructor(send, platform = "other") {
    this.#send = send;
    this.#platform = platform;
  }

  /** Codes that are down by the keyboard or the toolbar. */
  get down() {
    return new Set([...this.#pressed.keys(), ...this.#sticky]);
  }

  /** Codes held down from the toolbar. */
  get sticky() {
    return new Set(this.#sticky);
  }

  /**
   * @param {KeyEvent} event
   * @returns {boolean} whether the machine has such a key, so that the browser must not act on it
   */
  keyDown(event) {
    if (!keyBytes(event.code)) return false;
    if (this.#holdBack(event)) return true;
    if (!MODIFIER_CODES.has(event.code)) this.#releaseLost(event);
    if (this.#platform === "mac" && event.code === "CapsLock") this.#tap(event.code);
    else this.#press(event.code, event.repeat);
    return true;
  }

  /**
   * @param {KeyEvent} event
   * @returns {boolean}
   */
  keyUp(event) {
    if (!keyBytes(event.code)) return false;
    this.#sendHeldBack();
    if (this.#platform === "mac") this.#keyUpOnMac(event);
    // Windows takes the press of Print Screen for itself and gives the page only its release.
    if (this.#platform === "windows" && event.code === "PrintScreen") this.#press(event.code, false);
    this.#release(event.code);
    return true;
  }

  /** Lets go of every key of the keyboard; keys held from the toolbar stay. */
  releaseAll() {
    this.#dropHeldBack();
    for (const code of [...this.#pressed.keys()].reverse()) this.#release(code);
  }

  /**
   * Holds a key from the toolbar, or lets go of it.
   * @param {string} code
   * @param {boolean} hold
   */
  stick(code, hold) {
    if (hold === this.#sticky.has(code)) return;
    const already = this.#pressed.has(code);
    const bytes = keyBytes(code, this.#modifiers());
    if (!bytes) throw new RangeError(`no such key: ${code}`);
    if (hold) this.#sticky.add(code);
    else this.#sticky.delete(code);
    if (!already) this.#send(hold ? bytes.make : bytes.break);
  }

  /** Lets go of every key held from the toolbar. */
  unstickAll() {
    for (const code of [...this.#sticky].reverse()) this.stick(code, false);
  }

  /**
   * Presses the keys in order and releases them in reverse, as a person does a chord.
   * A key that is already down stays as it is.
   * @param {readonly string[]} codes
   */
  chord(codes) {
    const unknown = codes.find((code) => !keyBytes(code));
    if (unknown !== undefined) throw new RangeError(`no such key: ${unknown}`);
    const fresh = codes.filter((code) => !this.down.has(code));
    for (const code of fresh) this.#press(code, false);
    for (const code of fresh.reverse()) this.#release(code);
  }

  /** Forgets everything without sending: for when the connection is gone. */
  forget() {
    this.#dropHeldBack();
    this.#pressed.clear();
    this.#sticky.clear();
  }

  /** @param {string} code @param {boolean} repeat */
  #press(code, repeat) {
    this.#sendHeldBack();
    const held = this.#pressed.has(code);
    if (held && (!repeat || LOCK_KEYS.has(code))) return;
    const bytes = keyBytes(code, this.#modifiers());
    if (!bytes) return;
    if (!held) this.#pressed.set(code, bytes.break);
    if (this.#sticky.has(code) && !repeat) return;
    // A make-only key such as Pause would pause again and again.
    if (!repeat || bytes.break.length > 0) this.#send(bytes.make);
  }

  /** @param {string} code */
  #release(code) {
    const bytes = this.#pressed.get(code);
    if (!bytes) return;
    this.#pressed.delete(code);
    if (bytes.length > 0 && !this.#sticky.has(code)) this.#send(bytes);
  }

  /** @param {string} code */
  #tap(code) {
    this.#press(code, false);
    this.#release(code);
  }

  /**
   * macOS reports CapsLock going on as a press and going off as a release, and swallows the releases of other keys
   * while Command is down.
   * @param {KeyEvent} event
   */
  #keyUpOnMac({ code }) {
    if (code === "CapsLock") this.#tap(code);
    if (code !== "MetaLeft" && code !== "MetaRight") return;
    for (const other of [...this.#pressed.keys()]) {
      if (!MODIFIER_CODES.has(other)) this.#release(other);
    }
  }

  /** @returns {import("./scancodes.js").Modifiers} */
  #modifiers() {
    const down = this.down;
    return {
      shift: down.has("ShiftLeft") || down.has("ShiftRight"),
      ctrl: down.has("ControlLeft") || down.has("ControlRight"),
      alt: down.has("AltLeft") || down.has("AltRight"),
    };
  }

  /**
   * Modifiers whose release this page never saw, though the event proves them up.
   * @param {KeyEvent} event
   */
  #releaseLost(event) {
    for (const [flag, codes] of PROOFS) {
      if (event[flag]) continue;
      for (const code of codes) this.#release(code);
    }
  }

  /**
   * On Windows, holds a Control press back until it is clear that AltGr is not behind it.
   * @param {KeyEvent} event
   * @returns {boolean} whether the event is not to be sent, or not yet
   */
  #holdBack(event) {
    if (this.#platform !== "windows") return false;
    if (event.code === "AltRight") {
      if (this.#heldBack && event.timeStamp - this.#heldBack.timeStamp < ALTGR_GAP) this.#dropHeldBack();
      return false;
    }
    if (event.code !== "ControlLeft" || this.#pressed.has("ControlLeft")) return false;
    if (this.#pressed.has("AltRight") && event.repeat) return true;
    if (!this.#heldBack) {
      this.#heldBack = event;
      this.#timer = setTimeout(() => this.#sendHeldBack(), ALTGR_GAP);
    }
    return true;
  }

  #sendHeldBack() {
    const event = this.#heldBack;
    this.#dropHeldBack();
    if (event) this.#press(event.code, false);
  }

  #dropHeldBack() {
    clearTimeout(this.#timer);
    this.#heldBack = null;
  }
}
