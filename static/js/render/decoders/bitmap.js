// @ts-check
/** BITMAP: pixels as they lie in the machine's memory, with a stride, bottom-up unless a flag says otherwise. */
import { BitmapFlags, BitmapFmt } from "../../spice/enums.gen.js";
import { ProtocolError } from "../../spice/errors.js";
import { jsKernels } from "./kernels/js_kernels.js";
import { BYTES_PER_PIXEL } from "./kernels/unpack.js";
import { palettePixels, resolvePalette } from "./palettes.js";
import { checkSize, expectSize, flipRows } from "./sizes.js";

/** @typedef {import("./types.js").BitmapData} BitmapData */
/** @typedef {import("./types.js").BitmapFields} BitmapFields */
/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").PixelLayout} PixelLayout */

/** @type {ReadonlyMap<number, PixelLayout>} */
export const LAYOUTS = new Map([
  [BitmapFmt.FMT_16BIT, "rgb16"],
  [BitmapFmt.FMT_24BIT, "rgb24"],
  [BitmapFmt.FMT_32BIT, "rgb32"],
  [BitmapFmt.FMT_RGBA, "rgba"],
  [BitmapFmt.FMT_8BIT_A, "a8"],
]);

/**
 * How palette indices are packed.
 * @type {ReadonlyMap<number, {bits: number, lowFirst: boolean}>}
 */
const PACKINGS = new Map([
  [BitmapFmt.FMT_1BIT_LE, { bits: 1, lowFirst: true }],
  [BitmapFmt.FMT_1BIT_BE, { bits: 1, lowFirst: false }],
  [BitmapFmt.FMT_4BIT_LE, { bits: 4, lowFirst: true }],
  [BitmapFmt.FMT_4BIT_BE, { bits: 4, lowFirst: false }],
  [BitmapFmt.FMT_8BIT, { bits: 8, lowFirst: true }],
]);

/**
 * Stride and data must hold the rows that were announced.
 * @param {BitmapFields} bitmap
 * @param {number} bits of a pixel
 */
function checkRows({ x, y, stride, data }, bits) {
  if (stride < Math.ceil((x * bits) / 8)) {
    throw new ProtocolError(`a stride of ${stride} bytes is too short for ${x} pixels of ${bits} bits`);
  }
  if (data.length < stride * y) {
    throw new ProtocolError(`the bitmap has ${data.length} bytes, ${y} rows of ${stride} were announced`);
  }
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture}
 */
export function decodeBitmap(image, ctx) {
  /** @type {BitmapData} */
  const bitmap = image.u;
  const { x: width, y: height, stride, data } = bitmap;
  expectSize(image.descriptor, width, height);
  const kernels = ctx.wasm ?? jsKernels;
  const palette = resolvePalette(ctx.palettes, bitmap);
  const layout = LAYOUTS.get(bitmap.format);
  const packing = PACKINGS.get(bitmap.format);
  let pixels;
  if (layout) {
    checkRows(bitmap, BYTES_PER_PIXEL[layout] * 8);
    pixels = kernels.unpack(layout, data, stride, width, height);
  } else if (packing) {
    checkRows(bitmap, packing.bits);
    if (!palette) throw new ProtocolError("a bitmap of palette indices came without a palette");
    const colours = palettePixels(palette, 1 << packing.bits);
    pixels = kernels.expand(data, packing.bits, packing.lowFirst, stride, width, height, colours);
  } else {
    throw new ProtocolError(`unknown bitmap format ${bitmap.format}`);
  }
  if (!(bitmap.flags & BitmapFlags.TOP_DOWN)) flipRows(pixels, width, height);
  return { width, height, pixels, alpha: layout === "rgba" || layout === "a8", transient: kernels.transient };
}

/**
 * A one-bit BITMAP as a mask.
 * @param {Image} image
 * @returns {{width: number, height: number, bits: Uint8Array}} a byte a pixel, 0 or 1, top-down
 */
export function decodeMask(image) {
  /** @type {BitmapData} */
  const bitmap = image.u;
  const { x: width, y: height, stride, data } = bitmap;
  const packing = PACKINGS.get(bitmap.format);
  if (packing?.bits !== 1) throw new ProtocolError(`a mask has one bit a pixel, not bitmap format ${bitmap.format}`);
  const count = checkSize(width, height);
  checkRows(bitmap, 1);
  const bits = new Uint8Array(count);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * stride + (x >> 3)];
      bits[to++] = (byte >> (packing.lowFirst ? x & 7 : 7 - (x & 7))) & 1;
    }
  }
  if (!(bitmap.flags & BitmapFlags.TOP_DOWN)) flipRows(bits, width, height);
  return { width, height, bits };
}
