// @ts-check
// The toolbar's part for sound: mute, how loud, and what the machine itself has set.

import { icon, make } from "./dom.js";

/** Percent a key press changes. */
const STEP = 5;

export class SoundControl {
  /** The person wants it so. @type {(volume: number, mute: boolean) => void} */
  onchange = () => {};

  /** A group for the toolbar, hidden while the machine has no sound. */
  element = make("div", { class: "group sound", role: "group", "aria-label": "Sound", hidden: true });

  #mute = make("button", { type: "button", tabindex: -1, "aria-pressed": "false" });
  #slider = make("input", { type: "range", min: 0, max: 100, step: STEP, "aria-label": "Volume", title: "Volume" });
  #machine = make("span", { class: "detail", role: "status" });

  constructor() {
    this.element.append(this.#mute, this.#slider, this.#machine);
    this.#mute.addEventListener("click", () => {
      this.#set(this.volume, !this.muted);
      this.onchange(this.volume, this.muted);
    });
    // Whoever moves the slider wants to hear it.
    this.#slider.addEventListener("input", () => {
      this.#set(this.volume, false);
      this.onchange(this.volume, this.muted);
    });
  }

  /** 0 to 1. */
  get volume() {
    return this.#slider.valueAsNumber / 100;
  }

  get muted() {
    return this.#mute.getAttribute("aria-pressed") === "true";
  }

  /** @param {number} volume 0 to 1 @param {boolean} mute */
  set(volume, mute) {
    this.#set(volume, mute);
  }

  /** @param {boolean} present the machine has sound */
  show(present) {
    this.element.hidden = !present;
  }

  /** What the machine has set on its side; it counts besides what is set here. @param {{volume: number, mute: boolean}} machine */
  setMachine({ volume, mute }) {
    const percent = Math.round(volume * 100);
    this.#machine.textContent = mute ? "Muted by the machine" : percent < 100 ? `The machine: ${percent}\u00a0%` : "";
  }

  /** @param {number} volume @param {boolean} mute */
  #set(volume, mute) {
    this.#slider.value = String(Math.round(volume * 100));
    this.#slider.setAttribute("aria-valuetext", mute ? "muted" : `${Math.round(volume * 100)} percent`);
    this.#mute.setAttribute("aria-pressed", String(mute));
    this.#mute.replaceChildren(icon(mute ? "muted" : "sound"), make("span", {}, "Mute"));
    this.#mute.title = mute ? "Let the machine be heard" : "Silence the machine here";
  }
}
