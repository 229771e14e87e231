// Makes QUIC streams, for the types and sizes libspice does not send. Itself tested: from the same picture it makes
// libspice's stream, bit for bit. It shares the adaptive model with the decoder, and nothing else.
import { ChannelModel, FAMILIES, Pace } from "../../../../static/js/render/decoders/kernels/quic_model.js";
import { quicData } from "./images.js";

/** Bits to 32-bit little-endian words, most significant first. */
class BitWriter {
  #bits = [];

  write(value, length) {
    for (let i = length - 1; i >= 0; i--) this.#bits.push(Math.floor(value / 2 ** i) & 1);
  }

  words() {
    const count = Math.ceil(this.#bits.length / 32) + 2;
    const bytes = new Uint8Array(count * 4);
    this.#bits.forEach((bit, i) => {
      const within = i % 32;
      bytes[Math.floor(i / 32) * 4 + 3 - (within >> 3)] |= bit << (7 - (within & 7));
    });
    return bytes;
  }
}

/** One group of channels; `rows[y][x]` is an array of one number a channel. */
class PlaneWriter {
  constructor(out, rows, family) {
    this.out = out;
    this.rows = rows;
    this.family = family;
    this.models = rows[0][0].map(() => new ChannelModel(family));
    this.pace = new Pace();
    this.residues = rows[0].map(() => rows[0][0].map(() => 0));
  }

  writeRow(y) {
    const row = this.rows[y];
    for (let x = 0; x < row.length;) {
      const portion = this.pace.portion(row.length - x);
      if (x === 0) this.#writeFirst(y);
      this.#writePart(y, x || 1, x + portion);
      x += portion;
      this.pace.settle();
    }
  }

  #writeFirst(y) {
    const before = y === 0 ? this.models.map(() => 0) : this.residues[0];
    const guess = y === 0 ? this.models.map(() => 0) : this.rows[y - 1][0];
    this.#writePixel(y, 0, before, guess);
    if (this.pace.wait) {
      this.pace.wait--;
    } else {
      this.pace.wait = this.pace.pause();
      this.#learn(before, this.residues[0]);
    }
  }

  #writePart(y, begin, end) {
    const [row, above] = [this.rows[y], this.rows[y - 1]];
    const same = (a, b) => a.every((value, i) => value === b[i]);
    let [x, stop, resumed] = [begin, begin + this.pace.wait, 0];
    while (x < end) {
      if (y > 0 && x !== resumed && x > 2 && same(above[x - 1], above[x]) && same(row[x - 1], row[x - 2])) {
        this.pace.wait = stop - x;
        resumed = x;
        while (x < end && same(row[x], row[x - 1])) x++;
        this.#writeRun(x - resumed);
        if (x === end) return;
        stop = x + this.pace.wait;
        continue;
      }
      const guess = y === 0 ? row[x - 1] : row[x - 1].map((left, i) => (left + above[x][i]) >> 1);
      this.#writePixel(y, x, this.residues[x - 1], guess);
      if (x === stop) {
        this.#learn(this.residues[x - 1], this.residues[x]);
        stop = x + 1 + this.pace.pause();
      }
      x++;
    }
    this.pace.wait = stop - end;
  }

  #writePixel(y, x, before, guess) {
    const { mask } = this.family;
    this.residues[x] = this.rows[y][x].map((value, i) => {
      const difference = (value - guess[i]) & mask;
      const folded = difference <= mask >> 1 ? difference * 2 : (mask - difference) * 2 + 1;
      this.#writeValue(folded, this.models[i].best[before[i]]);
      return folded;
    });
  }

  #writeValue(value, code) {
    const { plainFrom, plainLength } = this.family;
    if (value >= plainFrom[code]) this.out.write(value - plainFrom[code], plainLength[code]);
    else this.out.write((1 << code) | (value & ((1 << code) - 1)), (value >> code) + code + 1);
  }

  #writeRun(length) {
    let left = length;
    for (; left >= 1 << this.pace.runBits; this.pace.longer()) {
      left -= 1 << this.pace.runBits;
      this.out.write(1, 1);
    }
    this.out.write(left, this.pace.runBits + 1);
    this.pace.shorter();
  }

  #learn(before, residue) {
    this.models.forEach((model, i) => model.update(before[i], residue[i], this.pace.trigger));
  }
}

/**
 * @param {number} type a `QuicType`
 * @param {number[][][][]} planes each `rows[y][x]` of one number a channel, decoded in turns row by row
 * @param {number} bits of a component
 */
export function quicStream(type, planes, bits = 8) {
  const [height, width] = [planes[0].length, planes[0][0].length];
  const out = new BitWriter();
  const writers = planes.map((rows) => new PlaneWriter(out, rows, FAMILIES[bits]));
  for (let y = 0; y < height; y++) for (const writer of writers) writer.writeRow(y);
  return quicData({ type, width, height }, ...out.words());
}

/** Some channels of RGBA pixels as the planes of a stream. */
export function planeOf(pixels, width, shifts, drop = 0) {
  const rows = [];
  for (let at = 0; at < pixels.length; at += width) {
    rows.push(Array.from(pixels.subarray(at, at + width), (pixel) => shifts.map((shift) => ((pixel >>> shift) & 255) >> drop)));
  }
  return rows;
}
