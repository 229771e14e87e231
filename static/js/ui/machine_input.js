// @ts-check
// Keyboard and pointer of this computer, joined to whatever INPUTS channel the session has at the moment.

import { Keyboard } from "../input/keyboard.js";
import { KeyboardListener } from "../input/keyboard_listener.js";
import { LockKeys } from "../input/lock_keys.js";
import { platformOf } from "../input/platform.js";
import { Pointer } from "../input/pointer.js";
import { PointerListener } from "../input/pointer_listener.js";
import { TouchListener } from "../input/touch_listener.js";
import { KeyboardModifierFlags, MouseMode } from "../spice/enums.gen.js";
import { TypingField } from "./typing_field.js";

/** @typedef {import("../spice/inputs_channel.js").InputsChannel} InputsChannel */

export class MachineInput {
  /** The person asked for the toolbar by keyboard. @type {(() => void) | null} */
  onescape = null;
  /** The person moved or pressed the pointer. @type {((event: PointerEvent) => void) | null} */
  onactivity = null;
  /** The pointer is now the machine's, or waits for a click to be. @type {((state: "free" | "captured" | "capturable") => void) | null} */
  onpointer = null;

  keyboard;
  locks;
  /** Brings up the on-screen keyboard when it gets the focus. */
  typing;

  #stage;
  #inputs;
  #pointer;
  #keys;
  #points;
  #touches;
  #mode = 0;

  /**
   * @param {import("./stage.js").Stage} stage
   * @param {() => InputsChannel | null} inputs the channel that takes input now, if any
   */
  constructor(stage, inputs) {
    this.#stage = stage;
    this.#inputs = inputs;
    const platform = platformOf(navigator);
    this.keyboard = new Keyboard((bytes) => inputs()?.sendScancodes(bytes), platform);
    this.locks = new LockKeys((modifiers) => inputs()?.setLocks(modifiers), platform);
    this.typing = new TypingField((codes) => this.keyboard.chord(codes),
      () => (this.locks.machine & KeyboardModifierFlags.CAPS_LOCK) !== 0);
    stage.field.append(this.typing.element);
    this.#pointer = new Pointer({
      motion: (...motion) => inputs()?.motion(...motion),
      position: (...position) => inputs()?.position(...position),
      press: (...press) => inputs()?.press(...press),
      release: (...release) => inputs()?.release(...release),
    });
    this.#keys = new KeyboardListener(stage.field, this.keyboard, this.locks);
    this.#keys.onescape = () => this.onescape?.();
    const picture = {
      toMachine: (/** @type {number} */ x, /** @type {number} */ y) => stage.toMachine(x, y),
      scale: () => stage.scale,
      pan: (/** @type {number} */ dx, /** @type {number} */ dy) => stage.pan(dx, dy),
      zoom: (/** @type {number} */ factor, /** @type {number} */ x, /** @type {number} */ y) => stage.zoomBy(factor, x, y),
      ctrlDown: () => this.keyboard.down.has("ControlLeft") || this.keyboard.down.has("ControlRight"),
    };
    this.#points = new PointerListener(stage.field, this.#pointer, picture);
    this.#touches = new TouchListener(stage.field, this.#pointer, picture);
    this.#points.onactivity = (event) => this.#active(event);
    this.#points.onlock = () => this.#showPointer();
  }

  /** @param {number} mode MouseMode */
  setMouseMode(mode) {
    this.#mode = mode;
    this.#setRelative(mode === MouseMode.SERVER);
    this.#showPointer();
  }

  /** There is a channel that takes input now. */
  attached() {
    this.locks.forget();
    this.#showPointer();
  }

  /** The connection is gone, and with it what was held down there. */
  forget() {
    this.keyboard.forget();
    this.#pointer.forget();
    this.locks.forget();
    this.#mode = 0;
    this.#setRelative(false);
    this.#showPointer();
  }

  close() {
    this.keyboard.releaseAll();
    this.keyboard.unstickAll();
    this.#keys.close();
    this.#points.close();
    this.#touches.close();
  }

  /** @param {boolean} relative */
  #setRelative(relative) {
    this.#points.setRelative(relative);
    this.#touches.setRelative(relative);
  }

  /** @param {PointerEvent} event */
  #active(event) {
    // A cursor too large for CSS is drawn, and has to follow.
    if (this.#mode === MouseMode.CLIENT) {
      const { x, y } = this.#stage.toMachine(event.clientX, event.clientY);
      this.#stage.cursor.moveTo(x, y);
    }
    this.onactivity?.(event);
  }

  #showPointer() {
    const captured = this.#points.locked;
    const server = this.#mode === MouseMode.SERVER;
    this.#stage.cursor.setManner(captured ? "captured" : server ? "apart" : "follows");
    const capturable = server && this.#inputs() !== null && matchMedia("(any-pointer: fine)").matches;
    this.onpointer?.(captured ? "captured" : capturable ? "capturable" : "free");
  }
}
