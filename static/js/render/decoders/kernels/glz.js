// @ts-check
/**
 * GLZ: LZ whose references may also name an earlier image, by the distance of its number, and a pixel counted from that
 * image's beginning. Facts: libspice `server/glz-encode-match.tmpl.c` (how a reference is written).
 *
 *     control  LLLFpppp     length, far flag, pixel bits 0-3
 *     [length bytes]        when LLL is 7: added until one is not 255
 *     pixels               bits 4-11
 *     near:    NNiiiiii    NN more image bytes follow, image bits 0-5
 *     far:     NNVppppp    NN image bytes follow, V one more pixel byte after them, pixel bits 12-16
 */
import { Fault, fault } from "../faults.js";
import { copyBack, LzKind } from "./lz.js";
import { rgb555 } from "./unpack.js";

/** @typedef {import("../types.js").GlzStore} GlzStore */

const LITERALS = 32;
const LONG_LENGTH = 7;
const FOUND = Object.freeze({ missing: -1 });

/** Thrown inside a decode when an image is referenced that is not there; never leaves this module. */
class Missing {
  /** @param {number} id */
  constructor(id) {
    this.id = id;
  }
}

/** What a reference said, and where reading goes on. */
class GlzReader {
  /**
   * @param {Uint8Array} data
   * @param {number} at
   */
  constructor(data, at) {
    this.data = data;
    this.at = at;
    this.length = 0;
    this.pixel = 0;
    this.image = 0;
  }

  byte() {
    if (this.at >= this.data.length) throw fault(Fault.TRUNCATED);
    return this.data[this.at++];
  }

  /**
   * @param {number} count
   * @returns {number}
   */
  take(count) {
    const begin = this.at;
    if (count > this.data.length - begin) throw fault(Fault.TRUNCATED);
    this.at = begin + count;
    return begin;
  }

  /**
   * @param {number} control
   * @param {number} bias
   * @param {number} room units left in the image
   */
  reference(control, bias, room) {
    let length = (control >>> 5) + bias;
    if (control >>> 5 === LONG_LENGTH) {
      for (let more = 255; more === 255;) {
        more = this.byte();
        length += more;
        if (length > room) throw fault(Fault.OVERRUN);
      }
    }
    this.pixel = (control & 15) | (this.byte() << 4);
    this.image = 0;
    const last = this.byte();
    if (control & 16) this.#far(last);
    else this.#near(last);
    if (length > room) throw fault(Fault.OVERRUN);
    this.length = length;
  }

  /** @param {number} last */
  #near(last) {
    this.image = last & 63;
    for (let i = last >>> 6, scale = 64; i > 0; i--, scale *= 256) this.image += this.byte() * scale;
  }

  /** @param {number} last */
  #far(last) {
    this.pixel |= (last & 31) << 12;
    for (let i = last >>> 6, scale = 1; i > 0; i--, scale *= 256) this.image += this.byte() * scale;
    if (last & 32) this.pixel |= this.byte() << 17;
  }
}

/** The images of a window, each an array of its own. */
export class JsGlzStore {
  /** @type {Map<number, Uint32Array>} */
  #images = new Map();

  /**
   * @param {number} id
   * @returns {Uint32Array}
   */
  pixels(id) {
    return this.#images.get(id) ?? new Uint32Array(0);
  }

  /** @param {number} id */
  release(id) {
    this.#images.delete(id);
  }

  clear() {
    this.#images.clear();
  }

  /**
   * @param {number} id
   * @param {number} kind
   * @param {Uint8Array} data
   * @param {number} offset
   * @param {number} count pixels
   * @returns {import("../types.js").GlzOutcome}
   */
  decode(id, kind, data, offset, count) {
    const reader = new GlzReader(data, offset);
    const out = new Uint32Array(count);
    try {
      this.#colours(reader, out, id, kind);
      if (kind === LzKind.RGBA) this.#alpha(reader, out, id);
    } catch (error) {
      if (error instanceof Missing) return { missing: error.id };
      throw error;
    }
    this.#images.set(id, out);
    return FOUND;
  }

  /**
   * @param {GlzReader} reader
   * @param {Uint32Array} out
   * @param {number} id
   * @param {number} kind
   */
  #colours(reader, out, id, kind) {
    const short = kind === LzKind.RGB16;
    const opaque = 0xff000000;
    for (let done = 0; done < out.length;) {
      const control = reader.byte();
      if (control < LITERALS) {
        if (control + 1 > out.length - done) throw fault(Fault.OVERRUN);
        const { data } = reader;
        const end = done + control + 1;
        let at = reader.take((control + 1) * (short ? 2 : 3));
        if (short) for (; done < end; at += 2) out[done++] = rgb555((data[at] << 8) | data[at + 1]);
        else for (; done < end; at += 3) out[done++] = opaque | (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
        continue;
      }
      reader.reference(control, short ? 1 : 0, out.length - done);
      const { length } = reader;
      if (reader.image === 0) {
        if (reader.pixel + 1 > done) throw fault(Fault.BAD_REFERENCE);
        copyBack(out, done, reader.pixel + 1, length);
      } else {
        const from = this.#referenced(reader, id);
        for (let i = 0; i < length; i++) out[done + i] = from[reader.pixel + i] | opaque;
      }
      done += length;
    }
  }

  /**
   * @param {GlzReader} reader
   * @param {Uint32Array} out
   * @param {number} id
   */
  #alpha(reader, out, id) {
    for (let done = 0; done < out.length;) {
      const control = reader.byte();
      if (control < LITERALS) {
        if (control + 1 > out.length - done) throw fault(Fault.OVERRUN);
        const { data } = reader;
        const end = done + control + 1;
        for (let at = reader.take(control + 1); done < end; done++, at++) {
          out[done] = (out[done] & 0xffffff) | (data[at] << 24);
        }
        continue;
      }
      reader.reference(control, 2, out.length - done);
      const inside = reader.image === 0;
      if (inside && reader.pixel + 1 > done) throw fault(Fault.BAD_REFERENCE);
      const from = inside ? out : this.#referenced(reader, id);
      let source = inside ? done - reader.pixel - 1 : reader.pixel;
      for (const end = done + reader.length; done < end; done++, source++) {
        out[done] = (out[done] & 0xffffff) | (from[source] & 0xff000000);
      }
    }
  }

  /**
   * The image a reference names, when all its pixels are in it.
   * @param {GlzReader} reader
   * @param {number} id the image being decoded
   * @returns {Uint32Array}
   */
  #referenced(reader, id) {
    const wanted = id - reader.image;
    if (wanted < 0) throw fault(Fault.BAD_REFERENCE);
    const from = this.#images.get(wanted);
    if (!from) throw new Missing(wanted);
    if (reader.pixel + reader.length > from.length) throw fault(Fault.BAD_REFERENCE);
    return from;
  }
}
