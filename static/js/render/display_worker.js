// @ts-check
// The worker of a session's displays: sockets, decoding and drawing, away from the page's thread.
import { SerialBoard } from "../spice/serial_board.js";
import { openWebSocket } from "../transport/websocket.js";
import { GlzWindow } from "./decoders/index.js";
import { DisplayChannel } from "./display_channel.js";
import { ImageCache } from "./image_cache.js";
import { browserJpeg } from "./jpeg_browser.js";
import { kernels } from "./kernels.js";
import { Presenter } from "./presenter.js";
import { thumbnailOf } from "./thumbnail.js";

/** @typedef {import("./display_channel.js").Shared} Shared */
/** @typedef {import("./decoders/types.js").Kernels} Kernels */

/**
 * From the page. `display` is the page's number for a display.
 * @typedef {{type: "open", display: number, canvas: OffscreenCanvas, url: string, connectionId: number, channelId: number,
 *   ticket: string | null, compression: number | null}} Open
 * @typedef {{type: "close", display: number}} Close
 * @typedef {{type: "snapshot", display: number, request: number}} Snapshot
 * @typedef {{type: "thumbnail", display: number, request: number}} Thumbnail
 * @typedef {{type: "compression", display: number, compression: number}} Compression
 * @typedef {{type: "time", display: number, time: number, audioDelay: number | null}} Time
 * @typedef {Open | Close | Snapshot | Thumbnail | Compression | Time} PageMessage
 */

const STATS_MS = 1000;

/** @param {Error | null} error @returns {object | null} what survives the way to the page */
function portable(error) {
  return error && { name: error.name, message: error.message, code: /** @type {any} */ (error).code };
}

/** One display channel and the canvas it is shown on. */
class Display {
  #number;
  #post;
  #canvas;
  #presenter;
  #channel;
  #opened = performance.now();
  #first = true;
  #kernels;
  #timer;

  /**
   * @param {Open} open @param {Shared} shared
   * @param {(message: object, transfer?: Transferable[]) => void} post to the page
   */
  constructor(open, shared, post) {
    const { display, canvas, url, connectionId, channelId, ticket, compression } = open;
    this.#number = display;
    this.#post = post;
    this.#kernels = shared.wasm ? "WebAssembly" : "JavaScript";
    this.#canvas = canvas;
    this.#presenter = new Presenter(canvas);
    this.#presenter.onframe = () => this.#framed();
    this.#channel = new DisplayChannel(openWebSocket(url), { connectionId, channelId, ticket }, shared, {
      onprimary: (surface) => {
        this.#presenter.attach(surface);
        if (surface) this.#tell("resize", { width: surface.width, height: surface.height });
        this.#tell("state", { state: surface ? "drawing" : "blank" });
      },
      ondamage: (surface, region) => this.#presenter.damage(surface, region),
      onmark: (shown) => this.#presenter.show(shown),
      onmonitors: (heads, most) => this.#tell("monitors", { heads, most }),
    });
    this.#listen(compression);
    this.#timer = setInterval(() => this.#tellStats(), STATS_MS);
  }

  /** @param {number | null} compression */
  #listen(compression) {
    const channel = this.#channel;
    channel.onready = () => {
      channel.sendInit();
      if (compression !== null) channel.preferCompression(compression);
      this.#tell("state", { state: "linked" });
    };
    channel.onclose = ({ code, reason, error }) => {
      this.#tellStats();
      this.#tell("closed", { code, reason, error: portable(error) });
    };
    channel.onunknown = ({ number, size }) => this.#tell("unknown", { number, size });
    channel.onnotify = (notice) => this.#tell("notify", { notice });
  }

  /** @param {string} type @param {object} fields @param {Transferable[]} [transfer] */
  #tell(type, fields, transfer) {
    this.#post({ type, display: this.#number, ...fields }, transfer);
  }

  #framed() {
    if (!this.#first) return;
    this.#first = false;
    this.#tell("firstframe", { milliseconds: performance.now() - this.#opened });
    this.#tellStats();
  }

  #tellStats() {
    const { totals } = this.#channel;
    const { frames, presentMs, pixels } = this.#presenter.stats;
    const video = totals.streamFrames;
    const kinds = Object.entries(video ? { ...totals.byType, "MJPEG video": video } : totals.byType);
    this.#tell("stats", {
      stats: {
        ...totals,
        updates: totals.updates + video,
        kernels: this.#kernels,
        frames,
        presentMs,
        presentedPixels: pixels,
        queue: totals.queuedBytes,
        codecs: kinds.map(([name, count]) => `${name} ${count}`).join(", "),
      },
    });
  }

  /** @param {number} request */
  snapshot(request) {
    const { primary } = this.#channel;
    if (!primary) {
      this.#tell("snapshot", { request, width: 0, height: 0, pixels: new Uint32Array(0) });
      return;
    }
    const pixels = primary.pixels.slice();
    this.#tell("snapshot", { request, width: primary.width, height: primary.height, pixels }, [pixels.buffer]);
  }

  /** @param {number} request */
  async thumbnail(request) {
    const picture = this.#first ? null : await thumbnailOf(this.#canvas);
    this.#tell("thumbnail", { request, picture }, picture ? [picture] : []);
  }

  /** @param {number} compression */
  preferCompression(compression) {
    this.#channel.preferCompression(compression);
  }

  /** @param {number} time @param {number | null} audioDelay */
  setMultimediaTime(time, audioDelay) {
    this.#channel.setMultimediaTime(time, audioDelay);
  }

  close() {
    clearInterval(this.#timer);
    this.#channel.close();
    this.#presenter.close();
  }
}

/** All displays of one session. */
class Displays {
  /** @type {Map<number, Display>} */
  #displays = new Map();
  #shared;
  #post;

  /** @param {Kernels | undefined} wasm @param {(message: object, transfer?: Transferable[]) => void} post */
  constructor(wasm, post) {
    this.#post = post;
    /** @type {Shared} */
    this.#shared = {
      cache: new ImageCache(),
      glz: new GlzWindow(wasm ? { kernels: wasm } : {}),
      serials: new SerialBoard(),
      decodeJpeg: browserJpeg().decode,
      channels: new Set(),
      wasm,
    };
  }

  /** @param {PageMessage} message */
  handle(message) {
    if (message.type === "open") {
      this.#displays.set(message.display, new Display(message, this.#shared, this.#post));
      return;
    }
    const display = this.#displays.get(message.display);
    if (!display) return;
    if (message.type === "snapshot") display.snapshot(message.request);
    else if (message.type === "thumbnail") display.thumbnail(message.request);
    else if (message.type === "compression") display.preferCompression(message.compression);
    else if (message.type === "time") display.setMultimediaTime(message.time, message.audioDelay);
    else if (message.type === "close") {
      display.close();
      this.#displays.delete(message.display);
    }
  }
}

const scope = /** @type {any} */ (globalThis);
const displays = kernels().then((wasm) => new Displays(wasm, (message, transfer) => scope.postMessage(message, transfer ?? [])));
scope.addEventListener("message", async (/** @type {MessageEvent<PageMessage>} */ { data }) => (await displays).handle(data));
