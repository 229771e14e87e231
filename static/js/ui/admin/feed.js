// @ts-check
// The one connection that the dashboard is live by.

import { call } from "../api.js";
import { State } from "./state.js";

/** Without news for so long, the connection is called lost: figures come every second. */
const SILENCE_MS = 6000;

/**
 * Calls `onchange` after each event with its name, `onwritten` with the name of a list that somebody wrote to, and
 * `onstatus` when the connection stands, is lost, or ends for a reason.
 */
export class Feed {
  state = new State();
  /** @type {(event: "snapshot" | "changes" | "figures" | "channel") => void} */
  onchange = () => {};
  /** @type {(resource: string) => void} */
  onwritten = () => {};
  /** @type {(status: "live" | "lost" | "ended", sentence: string) => void} */
  onstatus = () => {};
  #source;
  #tell;
  /** What the gateway calls this stream; null: it has not said hello. @type {string | null} */
  #reader = null;
  /** @type {string | null} */
  #watched = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /**
   * @param {string} address
   * @param {(address: string) => EventSource} [open]
   * @param {(method: string, path: string, body: object) => Promise<unknown>} [tell] the gateway
   */
  constructor(address, open = (where) => new EventSource(where), tell = call) {
    this.#source = open(address);
    this.#tell = tell;
    this.#source.addEventListener("hello", (event) => {
      this.#reader = JSON.parse(event.data).reader;
      if (this.#watched) this.#ask();
    });
    this.#on("channel", (data) => (this.state.detail = data));
    this.#on("snapshot", (data) => this.state.snapshot(data));
    this.#on("changes", (data) => this.state.change(data));
    this.#on("figures", (data) => this.state.figures(data));
    this.#source.addEventListener("changed", (event) => this.onwritten(JSON.parse(event.data).resource));
    this.#source.addEventListener("end", (event) => {
      this.close();
      this.onstatus("ended", event.data);
    });
    this.#source.onerror = () => this.#lost();
  }

  /** Has everything told of one channel, as `state.detail`. @param {string | null} channel null: of none */
  watch(channel) {
    this.#watched = channel;
    this.state.detail = null;
    this.#ask();
  }

  #ask() {
    // refused: the stream is over, and the next one begins with what is watched then
    if (this.#reader) this.#tell("PUT", `events/${this.#reader}`, { channel: this.#watched }).catch(() => null);
  }

  close() {
    clearTimeout(this.#silence);
    this.#source.close();
  }

  /** @param {"snapshot" | "changes" | "figures" | "channel"} name @param {(data: any) => void} take */
  #on(name, take) {
    this.#source.addEventListener(name, (event) => {
      take(JSON.parse(event.data));
      this.onstatus("live", "");
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
      this.onchange(name);
    });
  }

  #lost() {
    const over = this.#source.readyState === 2; // EventSource.CLOSED: the browser has given up
    this.onstatus(over ? "ended" : "lost", over ? "The gateway refuses to go on: load the page again." : "");
  }
}
