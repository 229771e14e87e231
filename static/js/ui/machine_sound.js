// @ts-check
// The machine's sound on this computer: how loud the person wants it, and the button that a browser may insist on.

import { SoundClient } from "../audio/sound_client.js";
import { icon, make } from "./dom.js";
import { recall, remember } from "./remembered.js";
import { SoundControl } from "./sound_control.js";

/** @typedef {import("../spice/session_sound.js").SoundLink} SoundLink */
/** @typedef {import("../spice/session_sound.js").Sound} Sound */

/** What counts as the person's doing; a browser decides which of these it accepts. */
const GESTURES = /** @type {const} */ (["pointerdown", "pointerup", "keydown"]);

export class MachineSound {
  /** The person wants lost sound back. @type {() => void} */
  onreopen = () => {};
  /** A sentence why there is no sound, null: there is, or will be. @type {(sentence: string | null) => void} */
  onlost = () => {};

  /** Over the picture while the browser keeps silent or the sound is lost. */
  button = make("button", { type: "button", class: "primary sound-on", hidden: true }, icon("sound"), make("span", {}, "Turn on sound"));
  control = new SoundControl();

  /** @type {SoundClient | null} */
  #client = null;
  #lost = false;
  #listening = new AbortController();

  /** @param {HTMLElement} host where a gesture anywhere turns the sound on */
  constructor(host) {
    const { signal } = this.#listening;
    for (const gesture of GESTURES) host.addEventListener(gesture, () => this.#client?.resume(), { capture: true, signal });
    this.button.addEventListener("click", () => this.#turnOn());
    this.control.set(volumeOf(recall("volume")), recall("muted") === "true");
    this.control.onchange = (volume, mute) => {
      remember("volume", String(volume));
      remember("muted", String(mute));
      this.#client?.setVolume(volume, mute);
    };
  }

  /** What the sound did since the session began; null without sound. */
  get stats() {
    return this.#client?.stats ?? null;
  }

  /** How a session opens its sound; null: this browser plays none on this page. */
  get opener() {
    return SoundClient.possible ? (/** @type {SoundLink} */ link) => this.#open(link) : null;
  }

  /** @param {string | null} lost as the session tells it */
  setState(lost) {
    this.#lost = lost !== null;
    this.button.hidden = !this.#lost;
    this.control.show(true);
    this.onlost(lost);
  }

  /** The connection is gone. */
  forget() {
    this.#lost = false;
    this.button.hidden = true;
    this.control.show(false);
  }

  close() {
    this.#listening.abort();
    this.#client?.close();
  }

  #turnOn() {
    if (this.#lost) this.onreopen();
    else this.#client?.resume();
  }

  /** @param {SoundLink} link @returns {Sound} */
  #open({ ontime, onsilence, onclose, ...link }) {
    const client = new SoundClient(link);
    this.#client = client;
    client.setVolume(this.control.volume, this.control.muted);
    this.control.setMachine({ volume: 1, mute: false });
    client.onblocked = (blocked) => (this.button.hidden = !blocked);
    client.onmachine = (machine) => this.control.setMachine(machine);
    client.ontime = ontime;
    client.onsilence = onsilence;
    const gone = () => {
      if (this.#client === client) this.#client = null;
    };
    client.onclose = (end) => {
      gone();
      onclose(end);
    };
    return {
      close: () => {
        client.close();
        gone();
      },
    };
  }
}

/** @param {string | null} remembered @returns {number} 0 to 1 */
function volumeOf(remembered) {
  const volume = Number(remembered ?? 1);
  return volume >= 0 && volume <= 1 ? volume : 1;
}
