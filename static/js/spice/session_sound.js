// @ts-check
// The machine's sound as a session has it: it may be lost and opened again while the picture stays.

import { CloseCode } from "../transport/closing.js";
import { causeOf } from "./cause.js";

/**
 * The PLAYBACK channel lives elsewhere (a worker and the browser's sound thread): all the session knows of it.
 * @typedef {{close: () => void}} Sound
 */

/**
 * @typedef {object} SoundLink
 * @property {string} url
 * @property {number} connectionId
 * @property {number} channelId
 * @property {string | null} ticket
 * @property {(time: number, delay: number) => void} ontime  the machine's milliseconds that are heard now, and how late that is
 * @property {() => void} onsilence  nothing is heard any more
 * @property {(end: import("./cause.js").End) => void} onclose
 */

/** @typedef {(link: SoundLink) => Sound} OpenSound */

/**
 * @typedef {object} SoundEvents
 * @property {(time: number, delay: number) => void} ontime  as in `SoundLink`
 * @property {() => void} onsilence  nothing is heard any more: it is no clock
 * @property {(lost: string | null) => void} onstate  null: sound is on its way; a sentence: it was lost
 */

export class SessionSound {
  #open;
  #link;
  #events;
  /** @type {Sound | null} */
  #sound = null;
  #heard = false;

  /**
   * Begins at once.
   * @param {OpenSound} open
   * @param {{url: string, connectionId: number, channelId: number, ticket: string | null}} link
   * @param {SoundEvents} events
   */
  constructor(open, link, events) {
    this.#open = open;
    this.#link = link;
    this.#events = events;
    this.open();
  }

  /** Whether sound is heard, and so is the clock that pictures follow. */
  get heard() {
    return this.#heard;
  }

  /** Once more, after it was lost; while it is there nothing happens. */
  open() {
    if (this.#sound) return;
    this.#sound = this.#open({
      ...this.#link,
      ontime: (time, delay) => {
        this.#heard = true;
        this.#events.ontime(time, delay);
      },
      onsilence: () => this.#fallSilent(),
      onclose: (end) => this.#lost(end),
    });
    this.#events.onstate(null);
  }

  close() {
    this.#sound?.close();
    this.#sound = null;
    this.#heard = false;
  }

  #fallSilent() {
    if (!this.#heard) return;
    this.#heard = false;
    this.#events.onsilence();
  }

  /**
   * Lost sound never ends a session: the picture is worth more, and a machine may take its sound away and bring it back.
   * A connection that is lost altogether takes MAIN with it.
   * @param {import("./cause.js").End} end
   */
  #lost(end) {
    this.#sound = null;
    this.#fallSilent();
    this.#events.onstate(sentenceOf(end));
  }
}

/** @param {import("./cause.js").End} end */
function sentenceOf(end) {
  if (!end.error && end.code === CloseCode.MACHINE_CLOSED) return "The machine took its sound away.";
  return `The sound stopped: ${causeOf(end, "the sound").sentence}`;
}
