// @ts-check
/**
 * LZ4 as SPICE uses it: chunks of a 4-byte big-endian length and an LZ4 block, each block seeing what the ones before it
 * wrote. Facts: libspice `server/lz4-encoder.c`; the block format is LZ4's own.
 */
import { Fault, fault } from "../faults.js";
import { unpack } from "./unpack.js";

/** @typedef {import("../types.js").PixelLayout} PixelLayout */

const LONG = 15;
const SHORTEST_MATCH = 4;
/** Shorter copies are quicker byte by byte. */
const WORTH_A_CALL = 48;

/** Decodes blocks one behind the other into one buffer. */
class BlockReader {
  #data;
  #out;
  #at = 0;
  #end = 0;
  written = 0;

  /**
   * @param {Uint8Array} data
   * @param {Uint8Array} out
   */
  constructor(data, out) {
    this.#data = data;
    this.#out = out;
  }

  /**
   * A block is sequences of literals and a copy; its last sequence has no copy.
   * @param {number} begin
   * @param {number} end
   */
  block(begin, end) {
    this.#at = begin;
    this.#end = end;
    for (;;) {
      const token = this.#byte();
      this.#literals(this.#length(token >>> 4));
      if (this.#at === this.#end) return;
      this.#copy(token & 15);
    }
  }

  #byte() {
    if (this.#at >= this.#end) throw fault(Fault.TRUNCATED);
    return this.#data[this.#at++];
  }

  /**
   * @param {number} nibble
   * @returns {number}
   */
  #length(nibble) {
    let length = nibble;
    if (nibble === LONG) {
      for (let more = 255; more === 255;) {
        more = this.#byte();
        length += more;
        if (length > this.#out.length) throw fault(Fault.OVERRUN);
      }
    }
    return length;
  }

  /** @param {number} length */
  #literals(length) {
    if (length > this.#end - this.#at) throw fault(Fault.TRUNCATED);
    if (length > this.#out.length - this.written) throw fault(Fault.OVERRUN);
    const data = this.#data;
    const out = this.#out;
    const { written } = this;
    if (length >= WORTH_A_CALL) out.set(data.subarray(this.#at, this.#at + length), written);
    else for (let i = 0; i < length; i++) out[written + i] = data[this.#at + i];
    this.#at += length;
    this.written += length;
  }

  /** @param {number} nibble */
  #copy(nibble) {
    const distance = this.#byte() | (this.#byte() << 8);
    const length = this.#length(nibble) + SHORTEST_MATCH;
    if (distance === 0 || distance > this.written) throw fault(Fault.BAD_REFERENCE);
    if (length > this.#out.length - this.written) throw fault(Fault.OVERRUN);
    const out = this.#out;
    const to = this.written;
    if (distance >= length && length >= WORTH_A_CALL) out.copyWithin(to, to - distance, to - distance + length);
    else for (let i = to; i < to + length; i++) out[i] = out[i - distance];
    this.written += length;
  }
}

/**
 * @param {Uint8Array} data
 * @param {number} offset where the first chunk begins
 * @param {number} size bytes to come out, exactly
 * @returns {Uint8Array}
 */
export function lz4(data, offset, size) {
  const out = new Uint8Array(size);
  const reader = new BlockReader(data, out);
  for (let at = offset; at < data.length;) {
    if (data.length - at < 4) throw fault(Fault.TRUNCATED);
    const length = ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
    at += 4;
    if (length > data.length - at) throw fault(Fault.TRUNCATED);
    reader.block(at, at + length);
    at += length;
  }
  if (reader.written !== size) throw fault(Fault.WRONG_SIZE);
  return out;
}

/**
 * @param {PixelLayout} layout
 * @param {Uint8Array} data
 * @param {number} offset
 * @param {number} stride bytes a row
 * @param {number} width pixels
 * @param {number} height
 * @returns {Uint32Array}
 */
export function lz4Pixels(layout, data, offset, stride, width, height) {
  return unpack(layout, lz4(data, offset, stride * height), stride, width, height);
}
