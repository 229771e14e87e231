// @ts-check
/** LZ_RGB and LZ_PLT: an LZ stream behind a header of seven big-endian words. */
import { ProtocolError } from "../../spice/errors.js";
import { jsKernels } from "./kernels/js_kernels.js";
import { LzKind } from "./kernels/lz.js";
import { palettePixels, resolvePalette } from "./palettes.js";
import { expectSize, flipRows } from "./sizes.js";

/** @typedef {import("./types.js").BinaryData} BinaryData */
/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").PaletteSource} PaletteSource */
/** @typedef {import("./types.js").Picture} Picture */

/** The type in an LZ or GLZ header. Facts: spice-common `common/lz_common.h`. */
export const LzType = Object.freeze({
  PLT1_LE: 1,
  PLT1_BE: 2,
  PLT4_LE: 3,
  PLT4_BE: 4,
  PLT8: 5,
  RGB16: 6,
  RGB24: 7,
  RGB32: 8,
  RGBA: 9,
  XXXA: 10,
  A8: 11,
});

export const LZ_MAGIC = 0x20205a4c;
export const LZ_VERSION = 0x00010001;
export const LZ_HEADER_BYTES = 28;
/** One byte of a reference's length stands for at most this many units. */
const MOST_UNITS_PER_BYTE = 256;

/** @type {ReadonlyMap<number, number>} */
export const LZ_KINDS = new Map([
  [LzType.RGB16, LzKind.RGB16],
  [LzType.RGB24, LzKind.RGB24],
  [LzType.RGB32, LzKind.RGB24],
  [LzType.RGBA, LzKind.RGBA],
]);

/** @type {ReadonlyMap<number, {bits: number, lowFirst: boolean}>} */
const PACKINGS = new Map([
  [LzType.PLT1_LE, { bits: 1, lowFirst: true }],
  [LzType.PLT1_BE, { bits: 1, lowFirst: false }],
  [LzType.PLT4_LE, { bits: 4, lowFirst: true }],
  [LzType.PLT4_BE, { bits: 4, lowFirst: false }],
  [LzType.PLT8, { bits: 8, lowFirst: true }],
]);

/**
 * @typedef {object} LzHeader
 * @property {number} type an `LzType`
 * @property {number} width
 * @property {number} height
 * @property {number} stride bytes a row of the original
 * @property {boolean} topDown
 */

/**
 * @param {Uint8Array} data
 * @param {number} [offset]
 * @returns {LzHeader}
 */
export function readLzHeader(data, offset = 0) {
  if (data.length - offset < LZ_HEADER_BYTES) throw new ProtocolError("the LZ data is shorter than its header");
  const view = new DataView(data.buffer, data.byteOffset + offset, LZ_HEADER_BYTES);
  if (view.getUint32(0) !== LZ_MAGIC) throw new ProtocolError("the data does not begin as LZ does");
  if (view.getUint32(4) !== LZ_VERSION) throw new ProtocolError("the LZ data has a version we do not know");
  return {
    type: view.getUint32(8),
    width: view.getUint32(12),
    height: view.getUint32(16),
    stride: view.getUint32(20),
    topDown: view.getUint32(24) !== 0,
  };
}

/**
 * Could so little data hold so much? Asked before room is made for it.
 * @param {number} units pixels or bytes to come out
 * @param {number} bytes of compressed data
 */
export function checkPlausible(units, bytes) {
  if (units > (bytes + 1) * MOST_UNITS_PER_BYTE) {
    throw new ProtocolError(`${bytes} bytes cannot hold an image of ${units} units`);
  }
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture}
 */
export function decodeLzRgb(image, ctx) {
  const { data } = /** @type {BinaryData} */ (image.u);
  const { type, width, height, topDown } = readLzHeader(data);
  const count = expectSize(image.descriptor, width, height);
  checkPlausible(count, data.length - LZ_HEADER_BYTES);
  const kernels = ctx.wasm ?? jsKernels;
  const kind = LZ_KINDS.get(type);
  let pixels;
  if (kind !== undefined) {
    pixels = kernels.lz(kind, data, LZ_HEADER_BYTES, count);
  } else if (type === LzType.A8 || type === LzType.XXXA) {
    pixels = Uint32Array.from(kernels.lzBytes(data, LZ_HEADER_BYTES, count), (alpha) => alpha << 24);
  } else {
    throw new ProtocolError(`LZ_RGB does not carry LZ type ${type}`);
  }
  if (!topDown) flipRows(pixels, width, height);
  return { width, height, pixels, alpha: type >= LzType.RGBA, transient: kernels.transient };
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture}
 */
export function decodeLzPlt(image, ctx) {
  const source = /** @type {BinaryData & PaletteSource} */ (image.u);
  const { data } = source;
  const { type, width, height, stride, topDown } = readLzHeader(data);
  expectSize(image.descriptor, width, height);
  const packing = PACKINGS.get(type);
  if (!packing) throw new ProtocolError(`LZ_PLT does not carry LZ type ${type}`);
  if (stride !== Math.ceil((width * packing.bits) / 8)) {
    throw new ProtocolError(`a stride of ${stride} bytes does not fit ${width} pixels of ${packing.bits} bits`);
  }
  checkPlausible(stride * height, data.length - LZ_HEADER_BYTES);
  const palette = resolvePalette(ctx.palettes, source);
  if (!palette) throw new ProtocolError("an image of palette indices came without a palette");
  const kernels = ctx.wasm ?? jsKernels;
  const indices = kernels.lzBytes(data, LZ_HEADER_BYTES, stride * height);
  const colours = palettePixels(palette, 1 << packing.bits);
  const pixels = kernels.expand(indices, packing.bits, packing.lowFirst, stride, width, height, colours);
  if (!topDown) flipRows(pixels, width, height);
  return { width, height, pixels, alpha: false, transient: kernels.transient };
}
