// @ts-check
// DISPLAY: the machine's drawing messages in order, on surfaces, through the caches that a session's displays share.
import { Channel } from "../spice/channel.js";
import { ChannelType, CommonCap, DisplayCap, ResourceType, SurfaceFlags, SurfaceFmt } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { GLZ_WINDOW_PIXELS, MAX_MONITORS } from "../spice/limits.gen.js";
import { PaletteCache } from "./palette.js";
import { OPERATIONS } from "./ops.js";
import { Pictures } from "./pictures.js";
import { StreamClock, Streams } from "./streams.js";
import { SurfaceTable } from "./surface.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {{monitor_id: number, surface_id: number, width: number, height: number, x: number, y: number}} Head */

/** What we draw, and so what the machine may send. */
export const DISPLAY_CAPS = Object.freeze([
  DisplayCap.SIZED_STREAM,
  DisplayCap.MONITORS_CONFIG,
  DisplayCap.COMPOSITE,
  DisplayCap.A8_SURFACE,
  DisplayCap.STREAM_REPORT,
  DisplayCap.LZ4_COMPRESSION,
  DisplayCap.PREF_COMPRESSION,
  DisplayCap.MULTI_CODEC,
  DisplayCap.CODEC_MJPEG,
]);

const COMMON_CAPS = [CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER];
// One image cache and one GLZ dictionary for all displays of a session.
const SHARED_ID = 1;

/**
 * What all display channels of a session have in common.
 * @typedef {object} Shared
 * @property {import("./image_cache.js").ImageCache} cache
 * @property {import("./decoders/glz_window.js").GlzWindow} glz
 * @property {import("../spice/serial_board.js").SerialBoard} serials
 * @property {(bytes: Uint8Array, width: number, height: number) => Promise<Picture>} decodeJpeg
 * @property {import("./decoders/types.js").Kernels} [wasm]
 * @property {Set<DisplayChannel>} channels those that are open
 */

/**
 * What a display channel tells its owner.
 * @typedef {object} DisplayEvents
 * @property {(surface: Surface | null) => void} onprimary another surface is shown, or none
 * @property {(surface: Surface, region: Region) => void} ondamage pixels changed
 * @property {(shown: boolean) => void} onmark the picture is complete and to be shown, or not any more
 * @property {(heads: Head[], most: number) => void} [onmonitors]
 */

export class DisplayChannel extends Channel {
  #shared;
  /** @type {DisplayEvents} */
  #events;
  #surfaces = new SurfaceTable();
  #palettes = new PaletteCache();
  #pictures;
  #streams;
  #clock = new StreamClock();
  #marked = false;
  /** @type {number | null} */
  #preferred = null;
  stats = { updates: 0, ignored: /** @type {Record<string, number>} */ ({}) };

  /**
   * @param {import("../spice/channel.js").Transport} transport
   * @param {{connectionId: number, channelId: number, ticket: string | null}} link
   * @param {Shared} shared
   * @param {DisplayEvents} events
   */
  constructor(transport, { connectionId, channelId, ticket }, shared, events) {
    super(transport, {
      type: ChannelType.DISPLAY, id: channelId, connectionId, ticket,
      commonCaps: COMMON_CAPS, caps: [...DISPLAY_CAPS], serials: shared.serials,
    });
    this.#shared = shared;
    this.#events = events;
    this.#pictures = new Pictures({
      surfaces: this.#surfaces,
      cache: shared.cache,
      decoding: { glz: shared.glz, palettes: this.#palettes, decodeJpeg: shared.decodeJpeg, wasm: shared.wasm },
      mayWait: () => shared.channels.size > 1,
    });
    const canvas = {
      surfaces: this.#surfaces,
      pictures: this.#pictures,
      damage: (/** @type {Surface} */ surface, /** @type {Region} */ region) => {
        if (surface.primary) events.ondamage(surface, region);
      },
      ignored: (/** @type {string} */ what) => {
        this.stats.ignored[what] = (this.stats.ignored[what] ?? 0) + 1;
      },
    };
    this.canvas = canvas;
    this.#streams = new Streams({
      canvas,
      decodeJpeg: shared.decodeJpeg,
      sendReport: (report) => this.send("stream_report", report),
      clock: this.#clock,
    });
    shared.channels.add(this);
  }

  /** The surface that is shown. */
  get primary() {
    return this.#surfaces.primary;
  }

  /** The machine said that its picture is complete. */
  get marked() {
    return this.#marked;
  }

  /** Counts and times since the beginning. */
  get totals() {
    return {
      ...this.stats,
      ...this.counters,
      ...this.#pictures.stats,
      streamFrames: this.#streams.stats.frames,
      streamLate: this.#streams.stats.late,
      streamDecodeMs: this.#streams.stats.decodeMs,
      surfaces: this.#surfaces.size,
      cachedImages: this.#shared.cache.size,
      cachedPixels: this.#shared.cache.pixels,
      queuedBytes: this.backlog,
    };
  }

  /** Announces the caches; to be called when the channel is ready. */
  sendInit() {
    this.send("init", {
      pixmap_cache_id: SHARED_ID,
      pixmap_cache_size: BigInt(this.#shared.cache.budget),
      glz_dictionary_id: SHARED_ID,
      glz_dictionary_window_size: GLZ_WINDOW_PIXELS,
    });
    if (this.#preferred !== null) this.send("preferred_compression", { image_compression: this.#preferred });
  }

  /** Asks the machine for a way of compressing. @param {number} compression an `ImageCompression` */
  preferCompression(compression) {
    this.#preferred = compression;
    this.send("preferred_compression", { image_compression: compression });
  }

  /**
   * @param {number} time the machine's multimedia time now (with sound: that is heard now), milliseconds
   * @param {number | null} [audioDelay] by how many milliseconds sound is late, null: there is none
   */
  setMultimediaTime(time, audioDelay = null) {
    this.#clock.set(time, audioDelay);
  }

  /** @param {number} [code] */
  close(code) {
    this.#shared.channels.delete(this);
    this.#streams.clear();
    super.close(code);
  }

  // --- surfaces ------------------------------------------------------------------------------------------------------

  /** @param {any} message of servers before surfaces existed */
  on_mode({ x_res: width, y_res: height, bits }) {
    const format = bits === 32 ? SurfaceFmt.FMT_32_xRGB : SurfaceFmt.FMT_16_555;
    this.on_surface_create({ surface_id: 0, width, height, format, flags: SurfaceFlags.PRIMARY });
  }

  /** @param {any} message */
  on_surface_create(message) {
    const before = this.#surfaces.primary;
    const surface = this.#surfaces.create(message);
    if (surface.primary && surface !== before) this.#events.onprimary(surface);
  }

  /** @param {any} message */
  on_surface_destroy({ surface_id: id }) {
    const before = this.#surfaces.primary;
    this.#surfaces.destroy(id);
    if (before && !this.#surfaces.primary) this.#events.onprimary(null);
  }

  on_mark() {
    this.#marked = true;
    this.#events.onmark(true);
  }

  on_reset() {
    const { primary } = this.#surfaces;
    if (primary) {
      primary.clear();
      this.#events.ondamage(primary, [0, 0, primary.width, primary.height]);
    }
    this.#palettes.clear();
    this.#marked = false;
    this.#events.onmark(false);
  }

  /** @param {any} message */
  on_monitors_config({ heads, max_allowed: most }) {
    if (heads.length > MAX_MONITORS) throw new ProtocolError(`${heads.length} monitors are too many`);
    if (heads.length) this.#events.onmonitors?.(heads.map((/** @type {Head} */ head) => ({ ...head })), most);
  }

  // --- caches --------------------------------------------------------------------------------------------------------

  /** @param {any} message */
  on_inval_list({ resources }) {
    for (const { type, id } of resources) {
      if (type === ResourceType.PIXMAP) this.#shared.cache.remove(id);
    }
  }

  /** Other displays may still have to use what is in the cache. @param {any} message */
  on_inval_all_pixmaps(message) {
    const others = this.on_wait_for_channels(message);
    if (!others) return this.#shared.cache.clear();
    return others.then(() => this.#shared.cache.clear());
  }

  /** @param {any} message */
  on_inval_palette({ id }) {
    this.#palettes.remove(id);
  }

  on_inval_all_palettes() {
    this.#palettes.clear();
  }

  // --- video ---------------------------------------------------------------------------------------------------------

  /** @param {any} message */
  on_stream_create(message) {
    this.#streams.create(message);
  }

  /** @param {any} message @returns {void | Promise<void>} */
  on_stream_data(message) {
    return this.#streams.data(message);
  }

  /** @param {any} message @returns {void | Promise<void>} */
  on_stream_data_sized(message) {
    return this.#streams.data(message);
  }

  /** @param {any} message */
  on_stream_clip(message) {
    this.#streams.clip(message);
  }

  /** @param {any} message */
  on_stream_destroy({ id }) {
    this.#streams.destroy(id);
  }

  on_stream_destroy_all() {
    this.#streams.clear();
  }

  /** @param {any} message */
  on_stream_activate_report(message) {
    this.#streams.activateReport(message);
  }
}

// The drawing messages, straight from the table of operations.
for (const [name, operate] of Object.entries(OPERATIONS)) {
  Object.defineProperty(DisplayChannel.prototype, `on_${name}`, {
    /** @this {DisplayChannel} @param {any} message */
    value(message) {
      this.stats.updates += 1;
      return operate(this.canvas, message);
    },
  });
}
