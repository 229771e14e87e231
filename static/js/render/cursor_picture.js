// @ts-check
// Cursor shapes as SPICE sends them, to pixels a browser can show (spice_protocol.txt, "Cursor channel definition").

import { CursorType } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_CURSOR_HEIGHT, MAX_CURSOR_WIDTH } from "../spice/limits.gen.js";

/**
 * `u.header` of a Cursor on the wire.
 * @typedef {object} CursorHeader
 * @property {bigint} unique
 * @property {number} type
 * @property {number} width
 * @property {number} height
 * @property {number} hot_spot_x
 * @property {number} hot_spot_y
 */

/**
 * A cursor's picture.
 * @typedef {object} CursorPicture
 * @property {number} width
 * @property {number} height
 * @property {number} hotX
 * @property {number} hotY
 * @property {Uint32Array} pixels  row-major RGBA bytes (0xAABBGGRR), alpha straight; 0 where `inverts` says so
 * @property {Uint8Array | null} inverts  one byte a pixel, 1 where what lies below is to be inverted; null: nowhere
 */

const OPAQUE = 0xff000000;
const BLACK = 0xff000000;
const WHITE = 0xffffffff;

/**
 * Checks sizes before anything is allocated, then decodes.
 * @param {CursorHeader} header
 * @param {Uint8Array} data
 * @returns {CursorPicture}
 * @throws {ProtocolError} for impossible sizes, unknown types and data too short for them
 */
export function decodeCursor(header, data) {
  const { type, width, height } = header;
  if (width > MAX_CURSOR_WIDTH || height > MAX_CURSOR_HEIGHT) {
    throw new ProtocolError(`cursor of ${width}×${height} pixels is too large`);
  }
  const decode = DECODERS[type];
  if (!decode) throw new ProtocolError(`cursor type ${type} does not exist`);
  const picture = {
    width,
    height,
    hotX: Math.min(header.hot_spot_x, Math.max(0, width - 1)),
    hotY: Math.min(header.hot_spot_y, Math.max(0, height - 1)),
  };
  return { ...picture, ...decode(data, width, height) };
}

/** @typedef {{pixels: Uint32Array, inverts: Uint8Array | null}} Decoded */

/** @type {Record<number, (data: Uint8Array, width: number, height: number) => Decoded>} */
const DECODERS = {
  [CursorType.ALPHA]: decodeAlpha,
  [CursorType.MONO]: decodeMono,
  [CursorType.COLOR4]: (data, width, height) => decodeColor(data, width, height, { bits: 4, palette: 16 }),
  [CursorType.COLOR8]: (data, width, height) => decodeColor(data, width, height, { bits: 8, palette: 256 }),
  [CursorType.COLOR16]: (data, width, height) => decodeColor(data, width, height, { bits: 16, palette: 0 }),
  [CursorType.COLOR24]: (data, width, height) => decodeColor(data, width, height, { bits: 24, palette: 0 }),
  [CursorType.COLOR32]: (data, width, height) => decodeColor(data, width, height, { bits: 32, palette: 0 }),
};

/** @param {Uint8Array} data @param {number} size @param {string} what */
function demand(data, size, what) {
  if (data.length < size) throw new ProtocolError(`${what} cursor needs ${size} bytes, ${data.length} came`);
}

/**
 * Premultiplied BGRA. A colour above its alpha cannot be premultiplied: some guests send straight alpha, and then
 * the whole shape is taken as that.
 * @param {Uint8Array} data @param {number} width @param {number} height
 * @returns {Decoded}
 */
function decodeAlpha(data, width, height) {
  demand(data, width * height * 4, "ALPHA");
  const pixels = new Uint32Array(width * height);
  const premultiplied = !someColorExceedsAlpha(data, pixels.length);
  for (let i = 0, at = 0; i < pixels.length; i++, at += 4) {
    const alpha = data[at + 3];
    if (alpha === 0) continue;
    const scale = premultiplied ? 255 / alpha : 1;
    pixels[i] = rgba(
      Math.round(data[at + 2] * scale), Math.round(data[at + 1] * scale), Math.round(data[at] * scale), alpha);
  }
  return { pixels, inverts: null };
}

/** @param {Uint8Array} data @param {number} count */
function someColorExceedsAlpha(data, count) {
  for (let i = 0, at = 0; i < count; i++, at += 4) {
    const alpha = data[at + 3];
    if (data[at] > alpha || data[at + 1] > alpha || data[at + 2] > alpha) return true;
  }
  return false;
}

/**
 * AND mask, then XOR mask, rows padded to bytes, most significant bit first.
 * @param {Uint8Array} data @param {number} width @param {number} height
 * @returns {Decoded}
 */
function decodeMono(data, width, height) {
  const stride = (width + 7) >> 3;
  demand(data, 2 * stride * height, "MONO");
  const pixels = new Uint32Array(width * height);
  const inverts = new Uint8Array(width * height);
  let inverted = false;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const at = y * stride + (x >> 3);
      const bit = 0x80 >> (x & 7);
      const and = (data[at] & bit) !== 0;
      const xor = (data[stride * height + at] & bit) !== 0;
      if (!and) pixels[i] = xor ? WHITE : BLACK;
      else if (xor) inverted = (inverts[i] = 1) === 1;
    }
  }
  return { pixels, inverts: inverted ? inverts : null };
}

/**
 * Pixels, then a palette of 32-bit colours where the type has one, then a 1-bit mask.
 * Mask bit clear: the colour is opaque. Set: black leaves what is below, white inverts it, others are put as they are.
 * @param {Uint8Array} data @param {number} width @param {number} height
 * @param {{bits: number, palette: number}} kind
 * @returns {Decoded}
 */
function decodeColor(data, width, height, { bits, palette }) {
  const stride = bits === 4 ? (width + 1) >> 1 : (width * bits) >> 3;
  const paletteAt = stride * height;
  const maskAt = paletteAt + palette * 4;
  const maskStride = (width + 7) >> 3;
  // The specification pads the mask's rows to bytes; libspice's own clients read it unpadded. The size tells.
  const padded = data.length >= maskAt + maskStride * height;
  demand(data, maskAt + ((width * height + 7) >> 3), `COLOR${bits}`);
  const read = colorReader(data, bits, paletteAt);
  const pixels = new Uint32Array(width * height);
  const inverts = new Uint8Array(width * height);
  let inverted = false;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const maskBit = padded ? y * maskStride * 8 + x : i;
      const masked = (data[maskAt + (maskBit >> 3)] & (0x80 >> (maskBit & 7))) !== 0;
      const color = read(y * stride, x);
      if (!masked || (color !== BLACK && color !== WHITE)) pixels[i] = color;
      else if (color === WHITE) inverted = (inverts[i] = 1) === 1;
    }
  }
  return { pixels, inverts: inverted ? inverts : null };
}

/**
 * A function from (row offset in bytes, column) to an opaque RGBA colour.
 * @param {Uint8Array} data @param {number} bits @param {number} paletteAt
 * @returns {(row: number, x: number) => number}
 */
function colorReader(data, bits, paletteAt) {
  /** @param {number} at */
  const bgr = (at) => rgba(data[at + 2], data[at + 1], data[at], 255);
  switch (bits) {
    case 4:
      return (row, x) => bgr(paletteAt + 4 * ((data[row + (x >> 1)] >> (x & 1 ? 0 : 4)) & 15));
    case 8:
      return (row, x) => bgr(paletteAt + 4 * data[row + x]);
    case 16:
      return (row, x) => fromRgb555(data[row + 2 * x] | (data[row + 2 * x + 1] << 8));
    case 24:
      return (row, x) => bgr(row + 3 * x);
    default:
      return (row, x) => bgr(row + 4 * x);
  }
}

/** @param {number} r @param {number} g @param {number} b @param {number} a */
function rgba(r, g, b, a) {
  return ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** @param {number} value */
function fromRgb555(value) {
  /** @param {number} five */
  const widen = (five) => (five << 3) | (five >> 2);
  return (OPAQUE | (widen(value & 31) << 16) | (widen((value >> 5) & 31) << 8) | widen((value >> 10) & 31)) >>> 0;
}
