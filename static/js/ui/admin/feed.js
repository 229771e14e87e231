// @ts-check
// The one connection that the dashboard is live by.

import { call } from "../api.js";
import { State } from "./state.js";

/** Without news for so long, the connection is called lost: figures come every second. */
const SILENCE_MS = 6000;
/** What is read by the API, and again when somebody wrote to it. */
const LISTS = ["users", "tickets"];

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
  #stream;
  #tell;
  /** What the gateway calls this stream; null: it has not said hello. @type {string | null} */
  #reader = null;
  /** @type {string | null} */
  #watched = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /**
   * @param {import("../event_stream.js").EventStream} stream
   * @param {(method: string, path: string, body: object) => Promise<unknown>} [tell] the gateway
   */
  constructor(stream, tell = call) {
    this.#stream = stream;
    this.#tell = tell;
    stream.onlost = (sentence) => this.#lost(sentence);
    stream.onended = (sentence) => this.onstatus("ended", sentence);
    stream.on("hello", (event) => {
      if (this.#reader !== null) for (const resource of LISTS) this.onwritten(resource); // who knows what was missed
      this.#reader = JSON.parse(event.data).reader;
      if (this.#watched) this.#ask();
    });
    this.#on("channel", (data) => (this.state.detail = data));
    this.#on("snapshot", (data) => this.state.snapshot(data));
    this.#on("changes", (data) => this.state.change(data));
    this.#on("figures", (data) => this.state.figures(data));
    stream.on("changed", (event) => this.onwritten(JSON.parse(event.data).resource));
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
    this.#stream.close();
  }

  /** Nobody looks: nothing need be told. */
  rest() {
    clearTimeout(this.#silence);
    this.#stream.rest();
  }

  wake() {
    this.#stream.wake();
  }

  /** @param {"snapshot" | "changes" | "figures" | "channel"} name @param {(data: any) => void} take */
  #on(name, take) {
    this.#stream.on(name, (event) => {
      take(JSON.parse(event.data));
      this.onstatus("live", "");
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => this.#lost(""), SILENCE_MS);
      this.onchange(name);
    });
  }

  /** @param {string} sentence why, if that is known */
  #lost(sentence) {
    clearTimeout(this.#silence);
    this.onstatus("lost", sentence);
  }
}
