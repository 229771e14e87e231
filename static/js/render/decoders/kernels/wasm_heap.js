// @ts-check
/** The WebAssembly memory: who has which part of it, and views of it that stay right when it grows. */
import { Fault, fault } from "../faults.js";

const PAGE = 65536;
const GRAIN = 64;
/** Kernels may read and write this much behind a buffer: `SLACK` in `static/wasm/src/kernel.h`. */
const SLACK = 64;

/** @typedef {{at: number, size: number}} Range bytes */

/** Hands out ranges of the memory, first fit; neighbours that come back are joined. */
export class WasmHeap {
  #memory;
  #bytes;
  #words;
  /** Free ranges in order of address. @type {Range[]} */
  #free = [];

  /**
   * @param {WebAssembly.Memory} memory
   * @param {number} base the first byte that the module does not use itself
   */
  constructor(memory, base) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
    const at = aligned(base);
    this.#free.push({ at, size: memory.buffer.byteLength - at });
  }

  /** All of the memory; asked for anew after each `take`. */
  get bytes() {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  get words() {
    if (this.#words.buffer !== this.#memory.buffer) this.#words = new Uint32Array(this.#memory.buffer);
    return this.#words;
  }

  /**
   * Room for `size` bytes and the slack behind them.
   * @param {number} size
   * @returns {Range}
   */
  take(size) {
    const wanted = aligned(size + SLACK);
    let index = this.#free.findIndex((range) => range.size >= wanted);
    if (index < 0) {
      this.#grow(wanted);
      index = this.#free.length - 1;
    }
    const range = this.#free[index];
    const { at } = range;
    range.at += wanted;
    range.size -= wanted;
    if (range.size === 0) this.#free.splice(index, 1);
    return { at, size: wanted };
  }

  /** @param {Range} range from `take` */
  give({ at, size }) {
    let index = this.#free.findIndex((range) => range.at > at);
    if (index < 0) index = this.#free.length;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    if (before && before.at + before.size === at) {
      before.size += size;
      if (after && before.at + before.size === after.at) {
        before.size += after.size;
        this.#free.splice(index, 1);
      }
    } else if (after && at + size === after.at) {
      after.at = at;
      after.size += size;
    } else {
      this.#free.splice(index, 0, { at, size });
    }
  }

  /** @param {number} wanted bytes that the last free range must have afterwards */
  #grow(wanted) {
    const end = this.#memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const open = last && last.at + last.size === end ? last : { at: end, size: 0 };
    const pages = Math.ceil((wanted - open.size) / PAGE);
    try {
      this.#memory.grow(pages);
    } catch {
      throw fault(Fault.NO_MEMORY);
    }
    if (open.size === 0) this.#free.push(open);
    open.size += pages * PAGE;
  }
}

/** A range that is reused, and replaced by a larger one when it is too small. */
export class Scratch {
  #heap;
  /** @type {Range} */
  #range = { at: 0, size: 0 };

  /** @param {WasmHeap} heap */
  constructor(heap) {
    this.#heap = heap;
  }

  /**
   * @param {number} size bytes; slack is added
   * @returns {number} the address
   */
  reserve(size) {
    if (size + SLACK > this.#range.size) {
      if (this.#range.size) this.#heap.give(this.#range);
      this.#range = { at: 0, size: 0 };
      this.#range = this.#heap.take(size);
    }
    return this.#range.at;
  }
}

/**
 * @param {number} size
 * @returns {number}
 */
function aligned(size) {
  return Math.ceil(size / GRAIN) * GRAIN;
}
