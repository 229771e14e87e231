// @ts-check
// INPUTS: keys and pointer to the machine, with no more pointer messages under way than it can take.

import { Channel } from "./channel.js";
import { ChannelType, InputsCap } from "./enums.gen.js";

/** The machine acknowledges every fourth pointer message (SPICE_INPUT_MOTION_ACK_BUNCH in spice/protocol.h). */
const ACK_BUNCH = 4;
/** Pointer messages under way at most; what comes meanwhile is summed up. */
const WINDOW = 2 * ACK_BUNCH;
const INT32_MAX = 0x7fffffff;

const PREFIX_LENGTHS = new Map([[0xe0, 2], [0xe1, 3]]);
const BREAK = 0x80;

export class InputsChannel extends Channel {
  /** Called with KeyboardModifierFlags when the machine says what its lock keys are. @type {((modifiers: number) => void) | null} */
  onmodifiers = null;
  /** Milliseconds from a pointer message to the machine's answer, the latest measured; null before the first. @type {number | null} */
  roundTrip = null;

  #wholeSequences = false;
  #underWay = 0;
  #sent = 0;
  /** @type {number[]} when each message that will be answered left */
  #departures = [];
  /** @type {{dx: number, dy: number, mask: number} | null} */
  #motion = null;
  /** @type {{x: number, y: number, mask: number, displayId: number} | null} */
  #position = null;

  /**
   * @param {import("../transport/websocket.js").Transport} transport
   * @param {{id: number, connectionId: number, commonCaps: number[], ticket: string | null}} link
   */
  constructor(transport, link) {
    super(transport, { ...link, type: ChannelType.INPUTS, caps: [InputsCap.KEY_SCANCODE] });
  }

  /** Milliseconds that the oldest unanswered pointer message has been under way; 0 when none is. */
  get silence() {
    return this.#departures.length > 0 ? performance.now() - this.#departures[0] : 0;
  }

  /** @param {{keyboard_modifiers: number}} message */
  on_init({ keyboard_modifiers }) {
    this.onmodifiers?.(keyboard_modifiers);
  }

  /** @param {{modifiers: number}} message */
  on_key_modifiers({ modifiers }) {
    this.onmodifiers?.(modifiers);
  }

  on_mouse_motion_ack() {
    this.#underWay = Math.max(0, this.#underWay - ACK_BUNCH);
    const departure = this.#departures.shift();
    if (departure !== undefined) this.roundTrip = performance.now() - departure;
    this.#sendPointer();
  }

  /** @param {{caps: readonly number[]}} agreed the machine's INPUTS capabilities */
  setCapabilities({ caps }) {
    this.#wholeSequences = caps.includes(InputsCap.KEY_SCANCODE);
  }

  /**
   * Sends scancodes of set 1, prefixes included. Machines that do not take sequences get one message a keystroke.
   * @param {readonly number[]} bytes
   */
  sendScancodes(bytes) {
    if (bytes.length === 0) return;
    if (this.#wholeSequences) {
      this.send("key_scancode", { data: Uint8Array.from(bytes) });
      return;
    }
    for (const stroke of splitStrokes(bytes)) {
      const down = (stroke[1] ?? stroke[0]) < BREAK;
      this.send(down ? "key_down" : "key_up", { code: packStroke(stroke) });
    }
  }

  /** @param {number} modifiers KeyboardModifierFlags the machine's lock keys shall have */
  setLocks(modifiers) {
    this.send("key_modifiers", { modifiers });
  }

  /**
   * The pointer went a way (server mouse mode).
   * @param {number} dx @param {number} dy machine pixels
   * @param {number} mask MouseButtonMask
   */
  motion(dx, dy, mask) {
    const sum = this.#motion ?? { dx: 0, dy: 0 };
    this.#motion = { dx: clampInt32(sum.dx + dx), dy: clampInt32(sum.dy + dy), mask };
    if (this.#underWay < WINDOW) this.#sendPointer();
  }

  /**
   * The pointer is at a place (client mouse mode).
   * @param {number} x @param {number} y machine pixels
   * @param {number} mask MouseButtonMask
   * @param {number} displayId channel id of the DISPLAY
   */
  position(x, y, mask, displayId) {
    this.#position = { x, y, mask, displayId };
    if (this.#underWay < WINDOW) this.#sendPointer();
  }

  /** @param {number} button MouseButton @param {number} mask MouseButtonMask with the button in it */
  press(button, mask) {
    this.#sendPointer();
    this.send("mouse_press", { button, buttons_state: mask });
  }

  /** @param {number} button MouseButton @param {number} mask MouseButtonMask without the button */
  release(button, mask) {
    this.#sendPointer();
    this.send("mouse_release", { button, buttons_state: mask });
  }

  /** Sends what the pointer did since the last message, if anything: a click must happen where the pointer is. */
  #sendPointer() {
    if (!this.ready) return;
    const motion = this.#motion;
    const position = this.#position;
    this.#motion = null;
    this.#position = null;
    if (motion && (motion.dx !== 0 || motion.dy !== 0)) {
      this.#count();
      this.send("mouse_motion", { dx: motion.dx, dy: motion.dy, buttons_state: motion.mask });
    }
    if (position) {
      this.#count();
      this.send("mouse_position", {
        x: position.x, y: position.y, buttons_state: position.mask, display_id: position.displayId,
      });
    }
  }

  #count() {
    this.#underWay++;
    // The answer is owed to every fourth message; clicks in between may push the count past the window a little.
    if (++this.#sent % ACK_BUNCH === 0) this.#departures.push(performance.now());
  }
}

/**
 * Cuts a byte sequence into single keystrokes: a prefix stays with what it introduces.
 * @param {readonly number[]} bytes
 * @returns {number[][]}
 */
function splitStrokes(bytes) {
  const strokes = [];
  for (let at = 0; at < bytes.length;) {
    const stroke = bytes.slice(at, at + (PREFIX_LENGTHS.get(bytes[at]) ?? 1));
    strokes.push(stroke);
    at += stroke.length;
  }
  return strokes;
}

/**
 * The first byte of a stroke is the low byte of the code.
 * @param {readonly number[]} bytes at most four
 */
function packStroke(bytes) {
  return bytes.reduce((code, byte, index) => code | (byte << (8 * index)), 0) >>> 0;
}

/** @param {number} value */
function clampInt32(value) {
  return Math.max(-INT32_MAX, Math.min(INT32_MAX, value));
}
