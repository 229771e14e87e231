// @ts-check
/**
 * QUIC: each component is predicted from the pixels to the left and above, and the difference written in a Golomb-Rice
 * code that adapts; where the row above repeats itself and this one has begun to, a run length follows instead.
 * Facts: spice-common `common/quic.c`, `quic_tmpl.c`.
 */
import { Fault, fault } from "../faults.js";
import { ChannelModel, FAMILIES, Pace } from "./quic_model.js";

/** The type in a QUIC header. */
export const QuicType = Object.freeze({ GRAY: 1, RGB16: 2, RGB24: 3, RGB32: 4, RGBA: 5 });

/** Bytes of the header: magic, version, type, width, height. */
export const QUIC_HEADER_BYTES = 20;

/** Bits from 32-bit little-endian words, most significant first; zeros behind the end. */
class BitReader {
  #data;
  #at = QUIC_HEADER_BYTES;
  #next = 0;
  #unread = 0;

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#data = data;
    /** The next 32 bits. */
    this.bits = this.#next = this.#word();
  }

  /** True when more was read than there is. */
  get exhausted() {
    return (this.#at - 4) * 8 - this.#unread > (this.#data.length & ~3) * 8;
  }

  #word() {
    const data = this.#data;
    const at = this.#at;
    this.#at += 4;
    if (at + 4 > data.length) return 0;
    return data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24);
  }

  /** @param {number} length 1 to 26 */
  skip(length) {
    const lacking = length - this.#unread;
    if (lacking <= 0) {
      this.#unread = -lacking;
      this.bits = (this.bits << length) | (this.#next >>> this.#unread);
      return;
    }
    this.bits = (this.bits << length) | (this.#next << lacking);
    this.#next = this.#word();
    this.#unread = 32 - lacking;
    this.bits |= this.#next >>> this.#unread;
  }

  /**
   * @param {ChannelModel} model
   * @param {number} before the value that went before in this channel
   * @returns {number}
   */
  value(model, before) {
    const { family } = model;
    const code = model.best[before];
    const zeros = Math.clz32(this.bits);
    if (zeros < family.zeros[code]) {
      const length = zeros + 1 + code;
      const value = (zeros << code) | ((this.bits >>> (32 - length)) & ((1 << code) - 1));
      this.skip(length);
      return value;
    }
    const length = family.plainLength[code];
    const value = family.plainFrom[code] + ((this.bits >>> (32 - length)) & family.plainMask[code]);
    this.skip(length);
    return value & family.mask;
  }

  /**
   * @param {Pace} pace
   * @param {number} room pixels left in the row's part
   * @returns {number} length of a run
   */
  run(pace, room) {
    let length = 0;
    for (; this.bits < 0; this.skip(1)) {
      length += 1 << pace.runBits;
      pace.longer();
      if (length > room) throw fault(Fault.BAD_RUN);
    }
    this.skip(1);
    const rest = pace.runBits;
    if (rest) {
      length += this.bits >>> (32 - rest);
      this.skip(rest);
    }
    pace.shorter();
    if (length > room) throw fault(Fault.BAD_RUN);
    return length;
  }
}

/** Channels that are coded together: the three colours, or alpha, or gray. */
class Plane {
  #bits;
  #pixels;
  #width;
  #models;
  #family;
  #base;
  #mask;
  #pace = new Pace();
  /** The differences of the latest coded pixel at each place of a row, a byte a channel. */
  #residues;

  /**
   * @param {BitReader} bits
   * @param {Uint32Array} pixels
   * @param {number} width
   * @param {{channels: number, base: number, family: typeof FAMILIES[8]}} shape `base`: the lowest bit in a pixel
   */
  constructor(bits, pixels, width, { channels, base, family }) {
    this.#bits = bits;
    this.#pixels = pixels;
    this.#width = width;
    this.#family = family;
    this.#base = base;
    this.#mask = channels === 3 ? 0xffffff : 0xff << base;
    this.#models = Array.from({ length: channels }, () => new ChannelModel(family));
    this.#residues = new Uint32Array(width);
  }

  /** @param {number} y */
  row(y) {
    for (let x = 0; x < this.#width;) {
      const portion = this.#pace.portion(this.#width - x);
      if (x === 0) this.#first(y);
      this.#part(y, x, x + portion);
      x += portion;
      this.#pace.settle();
    }
    if (this.#bits.exhausted) throw fault(Fault.TRUNCATED);
  }

  /** @param {number} y */
  #first(y) {
    const start = y * this.#width;
    const before = y === 0 ? 0 : this.#residues[0];
    this.#code(start, 0, before, y === 0 ? 0 : this.#pixels[start - this.#width]);
    if (this.#pace.wait) {
      this.#pace.wait--;
    } else {
      this.#pace.wait = this.#pace.pause();
      this.#learn(before, this.#residues[0]);
    }
  }

  /**
   * @param {number} y
   * @param {number} begin
   * @param {number} end
   */
  #part(y, begin, end) {
    const pace = this.#pace;
    const start = y * this.#width;
    let x = begin || 1;
    let stop = x + pace.wait;
    let resumed = 0;
    while (x < end) {
      if (y > 0 && x !== resumed && x > 2 && this.#repeats(start + x)) {
        pace.wait = stop - x;
        resumed = x;
        x = this.#run(start, x, end);
        if (x === end) return;
        stop = x + pace.wait;
        continue;
      }
      const left = this.#pixels[start + x - 1];
      const guess = y === 0 ? left : mean(left, this.#pixels[start + x - this.#width]);
      this.#code(start + x, x, this.#residues[x - 1], guess);
      if (x === stop) {
        this.#learn(this.#residues[x - 1], this.#residues[x]);
        stop = x + 1 + pace.pause();
      }
      x++;
    }
    pace.wait = stop - end;
  }

  /** @param {number} at */
  #repeats(at) {
    const pixels = this.#pixels;
    const above = at - this.#width;
    return ((pixels[above - 1] ^ pixels[above]) & this.#mask) === 0 && ((pixels[at - 1] ^ pixels[at - 2]) & this.#mask) === 0;
  }

  /**
   * @param {number} start
   * @param {number} x
   * @param {number} end
   * @returns {number} where the run ends
   */
  #run(start, x, end) {
    const stop = x + this.#bits.run(this.#pace, end - x);
    const pixel = this.#pixels[start + x - 1] & this.#mask;
    for (let at = start + x; at < start + stop; at++) this.#pixels[at] = (this.#pixels[at] & ~this.#mask) | pixel;
    return stop;
  }

  /**
   * Decodes the pixel at index `at`.
   * @param {number} at
   * @param {number} x
   * @param {number} before the differences to its left
   * @param {number} guess a pixel
   */
  #code(at, x, before, guess) {
    const bits = this.#bits;
    const models = this.#models;
    let residue = bits.value(models[0], before & 255);
    if (models.length === 3) {
      residue |= bits.value(models[1], (before >>> 8) & 255) << 8;
      residue |= bits.value(models[2], (before >>> 16) & 255) << 16;
    }
    this.#residues[x] = residue;
    const fold = this.#family.mask * 0x010101;
    const signs = (residue & 0x010101) * 255;
    const difference = (((residue >>> 1) & 0x7f7f7f) ^ signs) & fold;
    const known = ((guess & this.#mask) >>> this.#base) & 0xffffff;
    const sum = (((known & 0x7f7f7f) + (difference & 0x7f7f7f)) ^ ((known ^ difference) & 0x808080)) & fold;
    this.#pixels[at] = (this.#pixels[at] & ~this.#mask) | ((sum << this.#base) & this.#mask);
  }

  /**
   * @param {number} before
   * @param {number} residue
   */
  #learn(before, residue) {
    const { trigger } = this.#pace;
    for (let channel = 0, shift = 0; channel < this.#models.length; channel++, shift += 8) {
      this.#models[channel].update((before >>> shift) & 255, (residue >>> shift) & 255, trigger);
    }
  }
}

/**
 * The mean of two pixels, byte by byte, rounded down.
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function mean(a, b) {
  return (a & b) + (((a ^ b) >>> 1) & 0x7f7f7f7f);
}

/**
 * @param {Uint32Array} pixels 5 bits a component
 */
function widen(pixels) {
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] & 0x1f1f1f;
    pixels[i] = 0xff000000 | (value << 3) | ((value >>> 2) & 0x070707);
  }
}

/**
 * @param {number} type a `QuicType`
 * @param {Uint8Array} data with its header, whose fields were checked
 * @param {number} width
 * @param {number} height
 * @returns {Uint32Array}
 */
export function quic(type, data, width, height) {
  const pixels = new Uint32Array(width * height);
  if (type !== QuicType.RGBA) pixels.fill(0xff000000);
  const bits = new BitReader(data);
  const family = FAMILIES[type === QuicType.RGB16 ? 5 : 8];
  const colours = new Plane(bits, pixels, width, { channels: type === QuicType.GRAY ? 1 : 3, base: 0, family });
  const alpha = type === QuicType.RGBA ? new Plane(bits, pixels, width, { channels: 1, base: 24, family }) : null;
  for (let y = 0; y < height; y++) {
    colours.row(y);
    alpha?.row(y);
  }
  if (type === QuicType.RGB16) widen(pixels);
  if (type === QuicType.GRAY) for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | ((pixels[i] & 255) * 0x010101);
  return pixels;
}
