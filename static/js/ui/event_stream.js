// @ts-check
// A stream of the gateway's events that comes back. Browsers give a stream up for good when anybody refuses it, and a
// proxy refuses it while the gateway behind it is started anew.

import { get, Problem } from "./api.js";

const SOON_MS = 2000;
const LATE_MS = 30_000;

/** Calls `onlost` when the stream breaks off, with why if that is known, and `onended` when the gateway will not have it any more. */
export class EventStream {
  /** @type {(sentence: string) => void} */
  onlost = () => {};
  /** @type {(sentence: string) => void} */
  onended = () => {};
  #address;
  #open;
  #ask;
  #wait;
  /** @type {EventSource} */
  #source;
  /** @type {[string, (event: MessageEvent) => void][]} */
  #listeners = [];
  #pause = SOON_MS;
  /** Counts whenever what is under way is not wanted any more. */
  #turn = 0;
  #resting = false;

  /**
   * @param {string} address
   * @param {() => Promise<unknown>} [ask] the gateway whether who asks may listen; raises `Problem`
   * @param {object} [world] what it is in
   * @param {(address: string) => EventSource} [world.open]
   * @param {(milliseconds: number) => Promise<void>} [world.wait]
   */
  constructor(address, ask = () => get("me"), { open = (where) => new EventSource(where), wait = (ms) => new Promise((done) => setTimeout(done, ms)) } = {}) {
    this.#address = address;
    this.#ask = ask;
    this.#open = open;
    this.#wait = wait;
    this.#source = this.#begin();
  }

  /** @param {string} name @param {(event: MessageEvent) => void} listener */
  on(name, listener) {
    this.#listeners.push([name, listener]);
    this.#source.addEventListener(name, listener);
  }

  close() {
    this.#turn++;
    this.#source.close();
  }

  /** Browsers have few connections for one gateway: a page that nobody sees needs none. */
  rest() {
    this.#resting = true;
    this.close();
  }

  /** Goes on, from the beginning. */
  wake() {
    if (!this.#resting) return;
    this.#resting = false;
    this.#source = this.#begin();
  }

  #begin() {
    const source = this.#open(this.#address);
    for (const [name, listener] of this.#listeners) source.addEventListener(name, listener);
    source.addEventListener("open", () => (this.#pause = SOON_MS));
    source.addEventListener("end", (event) => {
      source.close();
      this.onlost(event.data);
      this.#return();
    });
    source.onerror = () => {
      this.onlost("");
      if (source.readyState === 2) this.#return(); // EventSource.CLOSED: the browser has given up
    };
    return source;
  }

  /** Opens the stream again as soon as the gateway is there and lets who asks listen. */
  async #return() {
    const turn = ++this.#turn;
    for (;;) {
      await this.#wait(this.#pause);
      this.#pause = Math.min(LATE_MS, this.#pause * 2);
      const refused = turn === this.#turn ? await this.#refusal() : null;
      if (turn !== this.#turn) return;
      if (refused === "") {
        this.#source = this.#begin();
        return;
      }
      if (refused) return this.onended(refused);
    }
  }

  /** @returns {Promise<string | null>} empty: none; null: nobody knows at the moment */
  async #refusal() {
    try {
      await this.#ask();
      return "";
    } catch (error) {
      return error instanceof Problem && (error.status === 401 || error.status === 403) ? error.message : null;
    }
  }
}
