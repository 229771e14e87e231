// @ts-check
// The page's side of a display: hands a canvas to the session's worker and hears from it.
import { LinkRefused, ProtocolError } from "../spice/errors.js";

/** @typedef {{code: number, reason: string, error: Error | null}} End */
/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Shot RGBA */

/** @returns {Worker} */
function newWorker() {
  return new Worker(new URL("./display_worker.js", import.meta.url), { type: "module", name: "display" });
}

/** One worker for all displays of a session, as long as one of them is open. */
class DisplayWorker {
  /** @type {Map<number, DisplayWorker>} by connection id */
  static #open = new Map();
  static #last = 0;
  /** Begun before there was a session, so that its modules load meanwhile. @type {Worker | null} */
  static #spare = null;

  static prepare() {
    DisplayWorker.#spare ??= newWorker();
  }

  static #take() {
    const worker = DisplayWorker.#spare ?? newWorker();
    DisplayWorker.#spare = null;
    return worker;
  }

  /** @param {number} connectionId @returns {DisplayWorker} */
  static of(connectionId) {
    const worker = DisplayWorker.#open.get(connectionId) ?? new DisplayWorker(connectionId);
    DisplayWorker.#open.set(connectionId, worker);
    return worker;
  }

  #connectionId;
  #worker = DisplayWorker.#take();
  /** @type {Map<number, {hear: (message: any) => void, fail: (sentence: string) => void}>} */
  #displays = new Map();

  /** @param {number} connectionId */
  constructor(connectionId) {
    this.#connectionId = connectionId;
    this.#worker.onmessage = ({ data }) => this.#displays.get(data.display)?.hear(data);
    this.#worker.onerror = ({ message }) => {
      for (const { fail } of [...this.#displays.values()]) fail(message || "it could not be loaded");
    };
  }

  /**
   * @param {(message: any) => void} hear @param {(sentence: string) => void} fail
   * @returns {number} the display's number in messages
   */
  add(hear, fail) {
    const number = ++DisplayWorker.#last;
    this.#displays.set(number, { hear, fail });
    return number;
  }

  /** @param {object} message @param {Transferable[]} [transfer] */
  post(message, transfer = []) {
    this.#worker.postMessage(message, transfer);
  }

  /** @param {number} number */
  remove(number) {
    this.post({ type: "close", display: number });
    this.#displays.delete(number);
    if (this.#displays.size) return;
    this.#worker.terminate();
    if (DisplayWorker.#open.get(this.#connectionId) === this) DisplayWorker.#open.delete(this.#connectionId);
  }
}

/**
 * Shows one display channel on a canvas. The canvas goes to a worker for good: a new client needs a new canvas.
 *
 * Displays with the same connection id share a worker, and with it the image cache and the GLZ window.
 */
export class DisplayClient {
  /** The machine's picture has another size. @type {(size: {width: number, height: number}) => void} */
  onresize = () => {};
  /** "linked", "drawing", "blank" or "closed". @type {(state: string) => void} */
  onstate = () => {};
  /** The first complete picture is on the canvas. @type {(milliseconds: number) => void} */
  onfirstframe = () => {};
  /** About once a second. @type {(stats: Record<string, any>) => void} */
  onstats = () => {};
  /** The machine's monitors on this display. @type {(heads: object[], most: number) => void} */
  onmonitors = () => {};
  /** It is over, and not by `close`. @type {(end: End) => void} */
  onclose = () => {};

  #worker;
  #number;
  #requests = 0;
  #open = true;
  /** Questions to the worker, by their numbers. @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
  #asked = new Map();

  /** Starts the next session's worker already now: loading it is what a first picture waits for longest. */
  static prepare() {
    DisplayWorker.prepare();
  }

  /**
   * Connects at once.
   * @param {object} options
   * @param {HTMLCanvasElement} options.canvas that has no context yet
   * @param {string} options.url of the machine's WebSocket, may be relative to the page
   * @param {number} options.connectionId MAIN's session id
   * @param {number} options.channelId
   * @param {string | null} options.ticket null: the gateway knows us by cookie
   * @param {number | null} [options.compression] an `ImageCompression` to ask the machine for
   */
  constructor({ canvas, url, connectionId, channelId, ticket, compression = null }) {
    this.#worker = DisplayWorker.of(connectionId);
    this.#number = this.#worker.add((message) => this.#hear(message), (sentence) => this.#fail(sentence));
    const address = new URL(url, document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const surface = canvas.transferControlToOffscreen();
    const open = { type: "open", display: this.#number, canvas: surface, url: address.href, connectionId, channelId, ticket, compression };
    this.#worker.post(open, [surface]);
  }

  /** Asks the machine to compress differently from now on. @param {number} compression an `ImageCompression` */
  preferCompression(compression) {
    this.#post("compression", { compression });
  }

  /**
   * Tells the display what the machine's clock says; video is judged by it.
   * @param {number} time milliseconds, now; while sound plays, those that are heard
   * @param {number | null} audioDelay how many milliseconds sound is late, null: there is none
   */
  setMultimediaTime(time, audioDelay) {
    this.#post("time", { time, audioDelay });
  }

  /** The machine's picture, pixel for pixel, as drawn so far. @returns {Promise<Shot>} */
  snapshot() {
    return this.#ask("snapshot");
  }

  /** A small JPEG of what is shown; null: there is nothing to show. @returns {Promise<ArrayBuffer | null>} */
  thumbnail() {
    return this.#ask("thumbnail");
  }

  /** Ends the channel; no callback follows. */
  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#worker.remove(this.#number);
    for (const { reject } of this.#asked.values()) reject(new Error("the display was closed"));
    this.#asked.clear();
  }

  /** @param {string} question @returns {Promise<any>} */
  #ask(question) {
    if (!this.#open) return Promise.reject(new Error("the display is closed"));
    return new Promise((resolve, reject) => {
      const request = ++this.#requests;
      this.#asked.set(request, { resolve, reject });
      this.#post(question, { request });
    });
  }

  /** @param {number} request @param {any} answer */
  #answered(request, answer) {
    const waiting = this.#asked.get(request);
    this.#asked.delete(request);
    waiting?.resolve(answer);
  }

  /** @param {string} type @param {object} fields */
  #post(type, fields) {
    if (this.#open) this.#worker.post({ type, display: this.#number, ...fields });
  }

  /** @param {any} message from the worker */
  #hear(message) {
    if (message.type === "resize") this.onresize({ width: message.width, height: message.height });
    else if (message.type === "state") this.onstate(message.state);
    else if (message.type === "firstframe") this.onfirstframe(message.milliseconds);
    else if (message.type === "stats") this.onstats(message.stats);
    else if (message.type === "monitors") this.onmonitors(message.heads, message.most);
    else if (message.type === "snapshot") this.#answered(message.request, shotOf(message));
    else if (message.type === "thumbnail") this.#answered(message.request, message.picture);
    else if (message.type === "closed") this.#end({ code: message.code, reason: message.reason, error: revived(message.error) });
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.#end({ code: 1006, reason: "", error: new Error(`The display's worker failed: ${sentence}`) });
  }

  /** @param {End} end */
  #end(end) {
    if (!this.#open) return;
    this.close();
    this.onstate("closed");
    this.onclose(end);
  }
}

/** @param {{width: number, height: number, pixels: Uint32Array}} message @returns {Shot} */
function shotOf({ width, height, pixels }) {
  return { width, height, data: new Uint8ClampedArray(/** @type {ArrayBuffer} */ (pixels.buffer)) };
}

/** @param {{name: string, message: string, code?: number} | null} error as the worker sent it */
function revived(error) {
  if (!error) return null;
  if (error.name === "LinkRefused") return new LinkRefused(error.code ?? 0, error.message);
  return error.name === "ProtocolError" ? new ProtocolError(error.message) : new Error(error.message);
}
