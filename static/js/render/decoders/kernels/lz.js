// @ts-check
/**
 * The LZ streams of SPICE: a control byte below 32 brings that many literal units plus one; any other refers back, with
 * a length in its top three bits and a distance of 13 bits, or of 16 bits more when that is all ones. A unit is a pixel,
 * or a byte for palette indices and alpha. Facts: spice-common `common/lz.c`.
 */
import { Fault, fault } from "../faults.js";
import { rgb555 } from "./unpack.js";

/** How a pixel is written; the same numbers as `lz_kind` in `static/wasm/src/lz.c`. */
export const LzKind = Object.freeze({ RGB16: 0, RGB24: 1, RGBA: 2 });

const LITERALS = 32;
const LONG_LENGTH = 7;
const FAR_OFFSET = 31 * 256 + 255;
const FAR_BIAS = 8191;

/** Reads one stream; knows where it is in the data and what the last reference said. */
class LzReader {
  /**
   * @param {Uint8Array} data
   * @param {number} offset
   */
  constructor(data, offset) {
    this.data = data;
    this.at = offset;
    this.length = 0;
    this.distance = 0;
  }

  byte() {
    if (this.at >= this.data.length) throw fault(Fault.TRUNCATED);
    return this.data[this.at++];
  }

  /**
   * Makes sure that `count` bytes are there, and passes over them.
   * @param {number} count
   * @returns {number} where they begin
   */
  take(count) {
    const begin = this.at;
    if (count > this.data.length - begin) throw fault(Fault.TRUNCATED);
    this.at = begin + count;
    return begin;
  }

  /**
   * Reads the rest of a reference into `length` and `distance`.
   * @param {number} control
   * @param {number} bias added to the length
   * @param {number} done units written so far
   * @param {number} count units in the image
   */
  reference(control, bias, done, count) {
    let length = (control >>> 5) - 1 + bias;
    if (control >>> 5 === LONG_LENGTH) {
      for (let more = 255; more === 255;) {
        more = this.byte();
        length += more;
        if (length > count - done) throw fault(Fault.OVERRUN);
      }
    }
    let distance = ((control & 31) << 8) + this.byte();
    if (distance === FAR_OFFSET) {
      distance = (this.byte() << 8) + FAR_BIAS;
      distance += this.byte();
    }
    if (length > count - done) throw fault(Fault.OVERRUN);
    if (distance + 1 > done) throw fault(Fault.BAD_REFERENCE);
    this.length = length;
    this.distance = distance + 1;
  }
}

/**
 * @template {Uint32Array|Uint8Array} T
 * @param {T} out
 * @param {number} to where the copy goes
 * @param {number} distance units back; smaller than the length: the copy repeats itself
 * @param {number} length
 */
export function copyBack(out, to, distance, length) {
  const end = to + length;
  if (distance === 1) out.fill(out[to - 1], to, end);
  else if (distance >= length && length > 16) out.copyWithin(to, to - distance, end - distance);
  else for (let i = to; i < end; i++) out[i] = out[i - distance];
}

/**
 * @param {LzReader} reader
 * @param {Uint32Array} out
 * @param {number} count
 */
function readColours(reader, out, count) {
  for (let done = 0; done < count;) {
    const control = reader.byte();
    if (control >= LITERALS) {
      reader.reference(control, 1, done, count);
      copyBack(out, done, reader.distance, reader.length);
      done += reader.length;
      continue;
    }
    if (control + 1 > count - done) throw fault(Fault.OVERRUN);
    const { data } = reader;
    let at = reader.take((control + 1) * 3);
    for (const end = done + control + 1; done < end; at += 3) {
      out[done++] = 0xff000000 | (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    }
  }
}

/**
 * @param {LzReader} reader
 * @param {Uint32Array} out
 * @param {number} count
 */
function readShorts(reader, out, count) {
  for (let done = 0; done < count;) {
    const control = reader.byte();
    if (control >= LITERALS) {
      reader.reference(control, 2, done, count);
      copyBack(out, done, reader.distance, reader.length);
      done += reader.length;
      continue;
    }
    if (control + 1 > count - done) throw fault(Fault.OVERRUN);
    const { data } = reader;
    let at = reader.take((control + 1) * 2);
    for (const end = done + control + 1; done < end; at += 2) out[done++] = rgb555((data[at] << 8) | data[at + 1]);
  }
}

/**
 * @param {LzReader} reader
 * @param {number} count
 * @returns {Uint8Array}
 */
function readBytes(reader, count) {
  const out = new Uint8Array(count);
  for (let done = 0; done < count;) {
    const control = reader.byte();
    if (control >= LITERALS) {
      reader.reference(control, 3, done, count);
      copyBack(out, done, reader.distance, reader.length);
      done += reader.length;
      continue;
    }
    if (control + 1 > count - done) throw fault(Fault.OVERRUN);
    const at = reader.take(control + 1);
    out.set(reader.data.subarray(at, reader.at), done);
    done += control + 1;
  }
  return out;
}

/**
 * `count` pixels in stream order.
 * @param {number} kind an `LzKind`; RGBA's alpha follows its colours as a stream of its own
 * @param {Uint8Array} data
 * @param {number} offset where the stream begins
 * @param {number} count
 * @returns {Uint32Array}
 */
export function lz(kind, data, offset, count) {
  const reader = new LzReader(data, offset);
  const out = new Uint32Array(count);
  if (kind === LzKind.RGB16) readShorts(reader, out, count);
  else readColours(reader, out, count);
  if (kind === LzKind.RGBA) mergeAlpha(out, readBytes(reader, count));
  return out;
}

/**
 * @param {Uint8Array} data
 * @param {number} offset
 * @param {number} count bytes
 * @returns {Uint8Array}
 */
export function lzBytes(data, offset, count) {
  return readBytes(new LzReader(data, offset), count);
}

/**
 * Replaces the alpha of every pixel.
 * @param {Uint32Array} pixels
 * @param {Uint8Array} alpha
 */
export function mergeAlpha(pixels, alpha) {
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] & 0xffffff) | (alpha[i] << 24);
}
