// @ts-check
/** Inflate (RFC 1950 and 1951) into a buffer of known size: never one byte more, and no other allocation. */
import { Fault, fault } from "../faults.js";

const LONGEST = 15;
const END = 256;
// prettier-ignore
const LENGTH_BASE = Uint16Array.of(3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258);
// prettier-ignore
const LENGTH_BITS = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0);
// prettier-ignore
const DISTANCE_BASE = Uint16Array.of(
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
  12289, 16385, 24577,
);
// prettier-ignore
const DISTANCE_BITS = Uint8Array.of(0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13);
const CODE_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Canonical Huffman codes as a table of `symbol << 4 | length`, indexed by the next bits. */
class Codes {
  /** @param {Uint8Array} lengths of each symbol's code; 0: unused */
  constructor(lengths) {
    const counts = new Uint16Array(LONGEST + 1);
    for (const length of lengths) counts[length]++;
    counts[0] = 0;
    this.longest = counts.findLastIndex((count) => count > 0);
    const next = new Uint16Array(LONGEST + 2);
    let space = 1 << LONGEST;
    for (let length = 1; length <= LONGEST; length++) {
      next[length + 1] = (next[length] + counts[length]) << 1;
      space -= counts[length] << (LONGEST - length);
    }
    if (space < 0) throw fault(Fault.BAD_CODES);
    this.table = new Uint16Array(1 << Math.max(this.longest, 0));
    lengths.forEach((length, symbol) => {
      if (length) this.#place(reversed(next[length]++, length), length, (symbol << 4) | length);
    });
  }

  /**
   * @param {number} code
   * @param {number} length
   * @param {number} entry
   */
  #place(code, length, entry) {
    for (let at = code; at < this.table.length; at += 1 << length) this.table[at] = entry;
  }
}

/**
 * @param {number} code
 * @param {number} length
 * @returns {number}
 */
function reversed(code, length) {
  let back = 0;
  for (let i = 0; i < length; i++) back |= ((code >> i) & 1) << (length - 1 - i);
  return back;
}

/** @type {{literals: Codes, distances: Codes}|undefined} */
let fixed;

function fixedCodes() {
  if (!fixed) {
    const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
    fixed = { literals: new Codes(lengths), distances: new Codes(new Uint8Array(30).fill(5)) };
  }
  return fixed;
}

class Inflater {
  #data;
  #out;
  #at;
  #hold = 0;
  #held = 0;
  #written = 0;

  /**
   * @param {Uint8Array} data
   * @param {number} at where the first block begins
   * @param {Uint8Array} out
   */
  constructor(data, at, out) {
    this.#data = data;
    this.#at = at;
    this.#out = out;
  }

  get written() {
    return this.#written;
  }

  /** Decodes all blocks. */
  run() {
    for (let last = 0; !last;) {
      last = this.#bits(1);
      const kind = this.#bits(2);
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#coded(fixedCodes());
      else if (kind === 2) this.#coded(this.#dynamicCodes());
      else throw fault(Fault.BAD_BLOCK);
    }
  }

  /** The big-endian Adler-32 behind the blocks. */
  checksum() {
    this.#at -= this.#held >> 3;
    const at = this.#at;
    if (at + 4 > this.#data.length) throw fault(Fault.TRUNCATED);
    const [a, b, c, d] = this.#data.subarray(at, at + 4);
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  /**
   * @param {number} count at most 16
   * @returns {number}
   */
  #bits(count) {
    this.#fill(count);
    if (this.#held < count) throw fault(Fault.TRUNCATED);
    const value = this.#hold & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  /** @param {number} count */
  #fill(count) {
    while (this.#held < count && this.#at < this.#data.length) {
      this.#hold |= this.#data[this.#at++] << this.#held;
      this.#held += 8;
    }
  }

  /** @param {number} count */
  #drop(count) {
    this.#hold >>>= count;
    this.#held -= count;
  }

  /**
   * @param {Codes} codes
   * @returns {number}
   */
  #symbol(codes) {
    this.#fill(LONGEST);
    const entry = codes.table[this.#hold & (codes.table.length - 1)];
    const length = entry & 15;
    if (length > this.#held) throw fault(Fault.TRUNCATED);
    if (!length) throw fault(this.#held < LONGEST ? Fault.TRUNCATED : Fault.BAD_CODES);
    this.#drop(length);
    return entry >> 4;
  }

  #stored() {
    this.#at -= this.#held >> 3;
    this.#hold = this.#held = 0;
    if (this.#data.length - this.#at < 4) throw fault(Fault.TRUNCATED);
    const [a, b, c, d] = this.#data.subarray(this.#at, this.#at + 4);
    const length = a | (b << 8);
    if (length !== ((c | (d << 8)) ^ 0xffff)) throw fault(Fault.BAD_BLOCK);
    const begin = this.#at + 4;
    if (length > this.#data.length - begin) throw fault(Fault.TRUNCATED);
    if (length > this.#out.length - this.#written) throw fault(Fault.OVERRUN);
    this.#out.set(this.#data.subarray(begin, begin + length), this.#written);
    this.#written += length;
    this.#at = begin + length;
  }

  #dynamicCodes() {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const count = this.#bits(4) + 4;
    if (literals > 286 || distances > 30) throw fault(Fault.BAD_CODES);
    const small = new Uint8Array(19);
    for (let i = 0; i < count; i++) small[CODE_ORDER[i]] = this.#bits(3);
    const lengths = this.#lengths(new Codes(small), literals + distances);
    if (!lengths[END]) throw fault(Fault.BAD_CODES);
    return { literals: new Codes(lengths.subarray(0, literals)), distances: new Codes(lengths.subarray(literals)) };
  }

  /**
   * @param {Codes} codes
   * @param {number} count
   * @returns {Uint8Array}
   */
  #lengths(codes, count) {
    const lengths = new Uint8Array(count);
    for (let i = 0; i < count;) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw fault(Fault.BAD_CODES);
      const value = symbol === 16 ? lengths[i - 1] : 0;
      const times = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (times > count - i) throw fault(Fault.BAD_CODES);
      lengths.fill(value, i, i + times);
      i += times;
    }
    return lengths;
  }

  /** @param {{literals: Codes, distances: Codes}} codes */
  #coded({ literals, distances }) {
    const out = this.#out;
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < END) {
        if (this.#written >= out.length) throw fault(Fault.OVERRUN);
        out[this.#written++] = symbol;
        continue;
      }
      if (symbol === END) return;
      if (symbol > 285) throw fault(Fault.BAD_CODES);
      const length = LENGTH_BASE[symbol - 257] + this.#bits(LENGTH_BITS[symbol - 257]);
      const far = this.#symbol(distances);
      if (far > 29) throw fault(Fault.BAD_CODES);
      const distance = DISTANCE_BASE[far] + this.#bits(DISTANCE_BITS[far]);
      if (distance > this.#written) throw fault(Fault.BAD_REFERENCE);
      if (length > out.length - this.#written) throw fault(Fault.OVERRUN);
      for (const end = this.#written + length; this.#written < end; this.#written++) {
        out[this.#written] = out[this.#written - distance];
      }
    }
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {number}
 */
function adler32(bytes) {
  let low = 1;
  let high = 0;
  for (let i = 0; i < bytes.length;) {
    const end = Math.min(i + 3800, bytes.length);
    for (; i < end; i++) high += low += bytes[i];
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/**
 * @param {Uint8Array} data a zlib stream
 * @param {number} size bytes to come out, exactly
 * @returns {Uint8Array}
 */
export function inflate(data, size) {
  if (data.length < 2) throw fault(Fault.TRUNCATED);
  const [method, flags] = data;
  if ((method & 15) !== 8 || method >> 4 > 7 || flags & 32 || ((method << 8) | flags) % 31) throw fault(Fault.BAD_HEADER);
  const out = new Uint8Array(size);
  const inflater = new Inflater(data, 2, out);
  inflater.run();
  if (inflater.written !== size) throw fault(Fault.WRONG_SIZE);
  if (inflater.checksum() !== adler32(out)) throw fault(Fault.BAD_CHECKSUM);
  return out;
}
