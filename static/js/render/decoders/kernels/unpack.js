// @ts-check
/** Direct colour and palette indices into RGBA pixels, in stream order. */

/** @typedef {import("../types.js").PixelLayout} PixelLayout */
/** @typedef {(data: Uint8Array, at: number, out: Uint32Array, to: number, width: number) => void} RowUnpacker */

/** Bytes a pixel takes in each layout. */
export const BYTES_PER_PIXEL = Object.freeze({ rgb16: 2, rgb24: 3, rgb32: 4, rgba: 4, a8: 1 });

/**
 * 5-5-5 bits to a pixel; the top three bits of a component are repeated below it, so that 31 becomes 255.
 * @param {number} value
 * @returns {number}
 */
export function rgb555(value) {
  const spread = ((value & 0x1f) << 19) | ((value & 0x3e0) << 6) | ((value & 0x7c00) >>> 7);
  return (0xff000000 | spread | ((spread >>> 5) & 0x070707)) >>> 0;
}

/** @type {Readonly<Record<PixelLayout, RowUnpacker>>} */
const ROWS = Object.freeze({
  rgb16(data, at, out, to, width) {
    for (let i = 0; i < width; i++, at += 2) out[to + i] = rgb555(data[at] | (data[at + 1] << 8));
  },
  rgb24(data, at, out, to, width) {
    for (let i = 0; i < width; i++, at += 3) {
      out[to + i] = 0xff000000 | (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    }
  },
  rgb32(data, at, out, to, width) {
    for (let i = 0; i < width; i++, at += 4) {
      out[to + i] = 0xff000000 | (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    }
  },
  rgba(data, at, out, to, width) {
    for (let i = 0; i < width; i++, at += 4) {
      out[to + i] = (data[at + 3] << 24) | (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    }
  },
  a8(data, at, out, to, width) {
    for (let i = 0; i < width; i++) out[to + i] = data[at + i] << 24;
  },
});

/**
 * Rows of four bytes a pixel, read a word at a time; where they are not aligned, from a copy.
 * @param {Uint8Array} data
 * @param {number} count pixels, without padding between rows
 * @param {number} opaque 0xff000000, or 0 to keep the alpha
 * @returns {Uint32Array}
 */
function unpackWords(data, count, opaque) {
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice(0, count * 4);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const word = words[i];
    out[i] = opaque | (word & 0xff00ff00) | ((word & 0xff) << 16) | ((word >>> 16) & 0xff);
  }
  return out;
}

/**
 * @param {PixelLayout} layout
 * @param {Uint8Array} data at least `stride * height` bytes
 * @param {number} stride bytes a row
 * @param {number} width pixels
 * @param {number} height
 * @returns {Uint32Array}
 */
export function unpack(layout, data, stride, width, height) {
  if (stride === width * 4 && (layout === "rgb32" || layout === "rgba")) {
    return unpackWords(data, width * height, layout === "rgb32" ? 0xff000000 : 0);
  }
  const out = new Uint32Array(width * height);
  const row = ROWS[layout];
  for (let y = 0; y < height; y++) row(data, y * stride, out, y * width, width);
  return out;
}

/**
 * Rows of palette indices.
 * @param {Uint8Array} bytes at least `stride * height`
 * @param {number} bits an index has 1, 4 or 8 of them
 * @param {boolean} lowFirst the leftmost pixel is in the low bits
 * @param {number} stride bytes a row
 * @param {number} width pixels
 * @param {number} height
 * @param {Uint32Array} palette a pixel for every possible index
 * @returns {Uint32Array}
 */
export function expand(bytes, bits, lowFirst, stride, width, height, palette) {
  const out = new Uint32Array(width * height);
  const perByte = 8 / bits;
  const shift = bits === 8 ? 0 : Math.log2(perByte);
  const mask = (1 << bits) - 1;
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * stride;
    for (let x = 0; x < width; x++) {
      const place = x & (perByte - 1);
      const down = (lowFirst ? place : perByte - 1 - place) * bits;
      out[to++] = palette[(bytes[row + (x >> shift)] >>> down) & mask];
    }
  }
  return out;
}
