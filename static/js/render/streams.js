// @ts-check
// Video streams of a display channel: pictures drawn as they arrive, and the reports the machine paces itself by.
import { StreamFlags, VideoCodecType } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_IMAGE_PIXELS, MAX_STREAMS } from "../spice/limits.gen.js";
import { covered, paint } from "./blit.js";
import { jpegSize } from "./decoders/jpeg.js";
import { HeldPictures } from "./held_pictures.js";
import { adapterFor, PictureInk } from "./ink.js";
import { clippedRegion, isEmpty } from "./region.js";
import { Rop } from "./rop.js";
import { ScaledInk } from "./scale.js";

/** @typedef {import("./surface.js").Picture} Picture */
/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./drawing.js").Canvas} Canvas */
/** @typedef {import("./region.js").Rect} Rect */

const NO_AUDIO = 0xffffffff;
const NO_SUCH_STREAM = 0xffffffff;
// Three late pictures in a row are reported at once, as other clients do.
const LATE_IN_A_ROW = 3;

/**
 * The machine's multimedia clock as far as this channel knows it. Until MAIN's time is set, the first picture is taken to
 * have come `HEADROOM` milliseconds early.
 */
export class StreamClock {
  static HEADROOM = 100;
  /** Nobody notices that sound is so much later than its picture (ITU-R BT.1359: 125 ms). */
  static UNNOTICED = 80;
  /** No picture waits longer for its sound. */
  static LONGEST = 1000;
  /** @type {number | null} machine time minus local time */
  #offset = null;
  /** By how many milliseconds sound is late; null: none is heard. @type {number | null} */
  audioDelay = null;
  #now;

  /** @param {() => number} [now] local milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {number} time the machine's multimedia time at this moment @param {number | null} [audioDelay] */
  set(time, audioDelay = null) {
    this.#offset = time - this.#now();
    this.audioDelay = audioDelay;
  }

  /** @returns {number} local milliseconds */
  now() {
    return this.#now();
  }

  /** @param {number} time of a picture @returns {number} milliseconds before (negative: after) it was due */
  margin(time) {
    this.#offset ??= time - this.#now() - StreamClock.HEADROOM;
    return (time - Math.round(this.#now() + this.#offset)) | 0;
  }

  /**
   * Pictures are shown as they come, unless their sound would be heard too long afterwards.
   * @param {number} time of a picture @returns {number} milliseconds that it should wait
   */
  wait(time) {
    if (this.audioDelay === null) return 0;
    return Math.min(StreamClock.LONGEST, Math.max(0, this.margin(time) - StreamClock.UNNOTICED));
  }
}

/** What one stream reports, once the machine asked for it. */
class StreamReport {
  #wanted;
  #started = 0;
  #first = 0;
  #frames = 0;
  #drops = 0;
  #lateInARow = 0;

  /** @param {{stream_id: number, unique_id: number, max_window_size: number, timeout_ms: number}} wanted */
  constructor(wanted) {
    this.#wanted = wanted;
  }

  /**
   * @param {number} time of the picture @param {number} margin as `StreamClock.margin` @param {StreamClock} clock
   * @returns {object | null} a `stream_report` that is due
   */
  count(time, margin, clock) {
    const now = clock.now();
    if (this.#frames === 0) {
      this.#started = now;
      this.#first = time;
    }
    this.#frames += 1;
    this.#drops += margin < 0 ? 1 : 0;
    this.#lateInARow = margin < 0 ? this.#lateInARow + 1 : 0;
    const { max_window_size: most, timeout_ms: longest } = this.#wanted;
    if (this.#frames < most && now - this.#started < longest && this.#lateInARow < LATE_IN_A_ROW) return null;
    const report = this.#report(time, margin, clock.audioDelay);
    this.#frames = 0;
    this.#drops = 0;
    this.#lateInARow = 0;
    return report;
  }

  /** @param {number} time @param {number} margin @param {number | null} audioDelay */
  #report(time, margin, audioDelay) {
    return {
      stream_id: this.#wanted.stream_id,
      unique_id: this.#wanted.unique_id,
      start_frame_mm_time: this.#first,
      end_frame_mm_time: time,
      num_frames: this.#frames,
      num_drops: this.#drops,
      last_frame_delay: margin,
      audio_delay: audioDelay ?? NO_AUDIO,
    };
  }
}

/**
 * @typedef {object} Stream
 * @property {number} surface
 * @property {boolean} topDown
 * @property {number} width of its pictures
 * @property {number} height
 * @property {Rect} dest
 * @property {any} clip
 * @property {StreamReport | null} report
 * @property {HeldPictures<{picture: Picture, dest: Rect}>} held
 */

/** The streams of one display channel, by id. */
export class Streams {
  /** @type {Map<number, Stream>} */
  #streams = new Map();
  #canvas;
  #decodeJpeg;
  #sendReport;
  #clock;
  stats = { frames: 0, late: 0, decodeMs: 0 };

  /**
   * @param {object} parts
   * @param {Canvas} parts.canvas
   * @param {(bytes: Uint8Array, width: number, height: number) => Promise<Picture>} parts.decodeJpeg
   * @param {(report: object) => void} parts.sendReport
   * @param {StreamClock} [parts.clock]
   */
  constructor({ canvas, decodeJpeg, sendReport, clock = new StreamClock() }) {
    this.#canvas = canvas;
    this.#decodeJpeg = decodeJpeg;
    this.#sendReport = sendReport;
    this.#clock = clock;
  }

  get size() {
    return this.#streams.size;
  }

  /** @param {any} message stream_create @throws {ProtocolError} */
  create(message) {
    const { id, codec_type: codec, stream_width: width, stream_height: height } = message;
    if (this.#streams.has(id)) throw new ProtocolError(`stream ${id} exists already`);
    if (this.#streams.size >= MAX_STREAMS) throw new ProtocolError("too many streams");
    if (codec !== VideoCodecType.MJPEG) {
      this.#reportMissing(id);
      return;
    }
    checkSize(width, height);
    /** @type {Stream} */
    const stream = {
      surface: message.surface_id,
      topDown: (message.flags & StreamFlags.TOP_DOWN) !== 0,
      width,
      height,
      dest: message.dest,
      clip: copiedClip(message.clip),
      report: null,
      held: new HeldPictures(({ picture, dest }) => this.#draw(stream, picture, dest), () => this.#clock.now()),
    };
    this.#streams.set(id, stream);
  }

  /**
   * @param {any} message stream_data or stream_data_sized; a picture for a stream that is gone is answered, not drawn
   * @returns {void | Promise<void>} done when it is drawn
   */
  data(message) {
    const { base: { id, multi_media_time: time }, data, dest } = message;
    const stream = this.#streams.get(id);
    if (!stream) {
      this.#reportMissing(id);
      return undefined;
    }
    const { width, height } = "width" in message ? message : stream;
    checkSize(width, height);
    checkFrame(data, width, height);
    const started = this.#clock.now();
    return this.#decodeJpeg(data, width, height).then((picture) => {
      this.stats.decodeMs += this.#clock.now() - started;
      this.stats.frames += 1;
      this.#count(stream, time);
      const wait = this.#clock.wait(time);
      const kept = wait > 0 && picture.transient ? { ...picture, pixels: picture.pixels.slice() } : picture;
      stream.held.show({ picture: kept, dest: dest ?? stream.dest }, wait);
    });
  }

  /** @param {Stream} stream @param {Picture} picture @param {Rect} dest */
  #draw(stream, picture, dest) {
    if (isEmpty(dest) || !this.#canvas.surfaces.has(stream.surface)) return;
    const surface = this.#canvas.surfaces.get(stream.surface);
    const region = clippedRegion(surface, dest, stream.clip);
    if (!region.length) return;
    const upright = stream.topDown ? picture : flipped(picture);
    const adapt = adapterFor(surface, upright, false);
    if (dest.right - dest.left === upright.width && dest.bottom - dest.top === upright.height) {
      const ink = new PictureInk(upright, dest.left, dest.top, surface, adapt);
      paint(surface, covered(region, upright, dest.left, dest.top), ink, Rop.COPY);
    } else {
      const whole = { left: 0, top: 0, right: upright.width, bottom: upright.height };
      paint(surface, region, new ScaledInk(upright, whole, dest, false, surface, adapt), Rop.COPY);
    }
    this.#canvas.damage(surface, region);
  }

  /** @param {Stream} stream @param {number} time */
  #count(stream, time) {
    const margin = this.#clock.margin(time);
    if (margin < 0) this.stats.late += 1;
    const report = stream.report?.count(time, margin, this.#clock);
    if (report) this.#sendReport(report);
  }

  /** @param {any} message stream_clip */
  clip({ id, clip }) {
    const stream = this.#streams.get(id);
    if (stream) stream.clip = copiedClip(clip);
    else this.#reportMissing(id);
  }

  /** @param {any} message stream_activate_report */
  activateReport(message) {
    const stream = this.#streams.get(message.stream_id);
    if (stream) stream.report = new StreamReport(message);
    else this.#reportMissing(message.stream_id);
  }

  /** @param {number} id */
  destroy(id) {
    this.#streams.get(id)?.held.close();
    this.#streams.delete(id);
  }

  clear() {
    for (const { held } of this.#streams.values()) held.close();
    this.#streams.clear();
  }

  /** Says that there is no such stream, in the way the protocol has for it. @param {number} id */
  #reportMissing(id) {
    this.#sendReport({
      stream_id: id, unique_id: 0, start_frame_mm_time: 0, end_frame_mm_time: 0,
      num_frames: 0, num_drops: NO_SUCH_STREAM, last_frame_delay: 0, audio_delay: 0,
    });
  }
}

/** @param {number} width @param {number} height */
function checkSize(width, height) {
  if (width === 0 || height === 0 || width * height > MAX_IMAGE_PIXELS) {
    throw new ProtocolError(`a video picture of ${width}×${height} pixels is not possible`);
  }
}

/**
 * A browser makes room for what a JPEG says of itself: that is looked at first.
 * @param {Uint8Array} data @param {number} width @param {number} height
 */
function checkFrame(data, width, height) {
  const size = jpegSize(data);
  if (size.width !== width || size.height !== height) {
    throw new ProtocolError(`a video picture has ${size.width}×${size.height} pixels, not ${width}×${height}`);
  }
}

/** A clip that does not hold on to the message it came in. @param {any} clip */
function copiedClip(clip) {
  return structuredClone(clip);
}

/** @param {Picture} picture @returns {Picture} upside down */
function flipped({ width, height, pixels, alpha }) {
  const turned = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) turned.set(pixels.subarray(y * width, (y + 1) * width), (height - 1 - y) * width);
  return { width, height, pixels: turned, alpha };
}
