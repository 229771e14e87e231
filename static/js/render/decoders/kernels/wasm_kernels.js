// @ts-check
/** The inner loops in WebAssembly, built from `static/wasm/src` by `static/wasm/build.py`. */
import { checked } from "../faults.js";
import { LzKind } from "./lz.js";
import { BYTES_PER_PIXEL } from "./unpack.js";
import { Scratch, WasmHeap } from "./wasm_heap.js";

/** @typedef {import("../types.js").GlzOutcome} GlzOutcome */
/** @typedef {import("../types.js").PixelLayout} PixelLayout */

const SLOT_MASK = 0xffff;
const MISSING = 100;
/** Rows are converted in steps of this many bytes, which stay in the processor's cache. */
const STEP_BYTES = 64 * 1024;
const PALETTE_BYTES = 1024;
/** A QUIC kernel may look this many bytes past the end for each pixel of a row before it notices. */
const LONGEST_QUIC_PIXEL = 10;
const PADDING = 64;

/**
 * @typedef {object} Exports
 * @property {WebAssembly.Memory} memory
 * @property {WebAssembly.Global} __heap_base
 * @property {(from: number, to: number, count: number) => void} unpack_rgb16
 * @property {(from: number, to: number, count: number) => void} unpack_rgb24
 * @property {(from: number, to: number, count: number) => void} unpack_rgb32
 * @property {(from: number, to: number, count: number) => void} unpack_rgba
 * @property {(from: number, to: number, count: number) => void} unpack_a8
 * @property {(from: number, to: number, width: number, bits: number, lowFirst: number, palette: number) => void} expand_row
 * @property {(data: number, size: number, out: number, count: number) => number} lz_bytes
 * @property {(kind: number, data: number, size: number, out: number, count: number, alpha: number) => number} lz_pixels
 * @property {(number: number, pixels: number, count: number) => void} glz_slot
 * @property {() => number} glz_missing
 * @property {(kind: number, id: number, data: number, size: number, out: number, count: number) => number} glz_pixels
 * @property {(type: number, data: number, size: number, padding: number, out: number, width: number, height: number, rows: number) => number} quic_pixels
 * @property {(data: number, size: number, to: number, bytes: number, swap: number) => number} lz4_chunks
 * @property {(data: number, size: number, to: number, bytes: number) => number} inflate
 */

/** What the blocks of an LZ4 image become on the way. @type {Readonly<Record<PixelLayout, number>>} */
const LZ4_SWAP = Object.freeze({ rgb16: 0, rgb24: 0, a8: 0, rgb32: 1, rgba: 2 });

/** Implements `Kernels`; what it returns lies in the WebAssembly memory until the next call. */
export class WasmKernels {
  transient = true;
  #wasm;
  #heap;
  #input;
  #bytes;
  #pixels;
  /** @type {WasmGlzStore|undefined} */
  #store;

  /** @param {Exports} wasm */
  constructor(wasm) {
    this.#wasm = wasm;
    this.#heap = new WasmHeap(wasm.memory, wasm.__heap_base.value);
    this.#input = new Scratch(this.#heap);
    this.#bytes = new Scratch(this.#heap);
    this.#pixels = new Scratch(this.#heap);
  }

  /**
   * @param {PixelLayout} layout
   * @param {Uint8Array} data
   * @param {number} stride
   * @param {number} width
   * @param {number} height
   * @returns {Uint32Array}
   */
  unpack(layout, data, stride, width, height) {
    const convert = this.#wasm[`unpack_${layout}`];
    const used = width * BYTES_PER_PIXEL[layout];
    const rows = Math.max(1, Math.floor(STEP_BYTES / stride));
    const to = this.#pixels.reserve(width * height * 4);
    const from = this.#input.reserve(rows * stride);
    const heap = this.#heap.bytes;
    for (let y = 0; y < height; y += rows) {
      const now = Math.min(rows, height - y);
      heap.set(data.subarray(y * stride, (y + now) * stride), from);
      if (stride === used) convert(from, to + y * width * 4, now * width);
      else for (let row = 0; row < now; row++) convert(from + row * stride, to + (y + row) * width * 4, width);
    }
    return this.#view(to, width * height);
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} bits
   * @param {boolean} lowFirst
   * @param {number} stride
   * @param {number} width
   * @param {number} height
   * @param {Uint32Array} palette
   * @returns {Uint32Array}
   */
  expand(bytes, bits, lowFirst, stride, width, height, palette) {
    const from = this.#place(bytes, 0, PALETTE_BYTES);
    const to = this.#pixels.reserve(width * height * 4 + PALETTE_BYTES);
    const colours = to + width * height * 4;
    this.#heap.words.set(palette, colours / 4);
    for (let y = 0; y < height; y++) {
      this.#wasm.expand_row(from + y * stride, to + y * width * 4, width, bits, Number(lowFirst), colours);
    }
    return this.#view(to, width * height);
  }

  /**
   * @param {number} kind
   * @param {Uint8Array} data
   * @param {number} offset
   * @param {number} count
   * @returns {Uint32Array}
   */
  lz(kind, data, offset, count) {
    const from = this.#place(data, offset);
    const alpha = kind === LzKind.RGBA ? this.#bytes.reserve(count) : 0;
    const to = this.#pixels.reserve(count * 4);
    checked(this.#wasm.lz_pixels(kind, from, data.length - offset, to, count, alpha));
    return this.#view(to, count);
  }

  /**
   * @param {Uint8Array} data
   * @param {number} offset
   * @param {number} count
   * @returns {Uint8Array}
   */
  lzBytes(data, offset, count) {
    const from = this.#place(data, offset);
    const to = this.#bytes.reserve(count);
    checked(this.#wasm.lz_bytes(from, data.length - offset, to, count));
    return this.#heap.bytes.subarray(to, to + count);
  }

  /**
   * @param {number} type
   * @param {Uint8Array} data
   * @param {number} width
   * @param {number} height
   * @returns {Uint32Array}
   */
  quic(type, data, width, height) {
    const padding = width * LONGEST_QUIC_PIXEL + PADDING;
    const from = this.#place(data, 0, padding);
    const rows = this.#bytes.reserve(width * 8);
    const to = this.#pixels.reserve(width * height * 4);
    checked(this.#wasm.quic_pixels(type, from, data.length, padding, to, width, height, rows));
    return this.#view(to, width * height);
  }

  /**
   * @param {PixelLayout} layout
   * @param {Uint8Array} data
   * @param {number} offset
   * @param {number} stride
   * @param {number} width
   * @param {number} height
   * @returns {Uint32Array}
   */
  lz4Pixels(layout, data, offset, stride, width, height) {
    const from = this.#place(data, offset);
    const swap = LZ4_SWAP[layout];
    const to = this.#pixels.reserve(width * height * 4);
    const raw = swap ? to : this.#bytes.reserve(stride * height);
    checked(this.#wasm.lz4_chunks(from, data.length - offset, raw, stride * height, swap));
    if (!swap) this.#wasm[`unpack_${layout}`](raw, to, width * height);
    return this.#view(to, width * height);
  }

  /**
   * @param {Uint8Array} data
   * @param {number} size
   * @returns {Uint8Array}
   */
  inflate(data, size) {
    const from = this.#place(data, 0);
    const to = this.#bytes.reserve(size);
    checked(this.#wasm.inflate(from, data.length, to, size));
    return this.#heap.bytes.subarray(to, to + size);
  }

  /**
   * The module has one table of images: a new window takes it over from the one before, emptied.
   * @returns {import("../types.js").GlzStore}
   */
  createGlzStore() {
    this.#store?.clear();
    this.#store = new WasmGlzStore(this.#wasm, this.#heap, (data, offset) => this.#place(data, offset));
    return this.#store;
  }

  /**
   * The data from `offset` on as a kernel sees it: where it lies, or a copy.
   * @param {Uint8Array} data
   * @param {number} offset
   * @param {number} [more] bytes of room behind it
   * @returns {number} the address
   */
  #place(data, offset, more = 0) {
    if (data.buffer === this.#wasm.memory.buffer) return data.byteOffset + offset;
    const size = data.length - offset;
    const at = this.#input.reserve(size + more);
    this.#heap.bytes.set(offset ? data.subarray(offset) : data, at);
    return at;
  }

  /**
   * @param {number} at
   * @param {number} count pixels
   * @returns {Uint32Array}
   */
  #view(at, count) {
    return this.#heap.words.subarray(at / 4, at / 4 + count);
  }
}

/** The images of a GLZ window, in the WebAssembly memory. */
class WasmGlzStore {
  #wasm;
  #heap;
  #place;
  /** @type {Map<number, {range: import("./wasm_heap.js").Range, count: number}>} */
  #images = new Map();

  /**
   * @param {Exports} wasm
   * @param {WasmHeap} heap
   * @param {(data: Uint8Array, offset: number) => number} place
   */
  constructor(wasm, heap, place) {
    this.#wasm = wasm;
    this.#heap = heap;
    this.#place = place;
  }

  /**
   * @param {number} id
   * @returns {Uint32Array} valid until the memory grows
   */
  pixels(id) {
    const image = this.#images.get(id);
    if (!image) return new Uint32Array(0);
    const at = image.range.at / 4;
    return this.#heap.words.subarray(at, at + image.count);
  }

  /**
   * @param {number} id
   * @param {number} kind
   * @param {Uint8Array} data
   * @param {number} offset
   * @param {number} count
   * @returns {GlzOutcome}
   */
  decode(id, kind, data, offset, count) {
    const size = data.length - offset;
    const from = this.#place(data, offset);
    const range = this.#heap.take(count * 4);
    const result = this.#wasm.glz_pixels(kind, id, from, size, range.at, count);
    if (result === 0) {
      this.#images.set(id, { range, count });
      this.#wasm.glz_slot(id & SLOT_MASK, range.at, count);
      return { missing: -1 };
    }
    this.#heap.give(range);
    if (result === -MISSING) return { missing: id - this.#wasm.glz_missing() };
    checked(result);
    return { missing: -1 };
  }

  /** @param {number} id */
  release(id) {
    const image = this.#images.get(id);
    if (!image) return;
    this.#images.delete(id);
    this.#wasm.glz_slot(id & SLOT_MASK, 0, 0);
    this.#heap.give(image.range);
  }

  clear() {
    for (const id of [...this.#images.keys()]) this.release(id);
  }
}

/**
 * Fetches or takes, compiles and starts the module. Each call makes kernels with a memory of their own.
 * @param {URL|string|Uint8Array|ArrayBuffer} source the address of `decoders.wasm`, or its bytes
 * @returns {Promise<WasmKernels>}
 */
export async function loadWasm(source) {
  const bytes = source instanceof URL || typeof source === "string" ? await fetched(source) : source;
  const { instance } = await WebAssembly.instantiate(/** @type {BufferSource} */ (bytes), {});
  return new WasmKernels(/** @type {Exports} */ (/** @type {unknown} */ (instance.exports)));
}

/**
 * @param {URL|string} url
 * @returns {Promise<ArrayBuffer>}
 */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.arrayBuffer();
}

