// @ts-check
/** Image payloads to pixels: one decoder a type, found in a table. */
import { ImageType } from "../../spice/enums.gen.js";
import { ProtocolError } from "../../spice/errors.js";
import { decodeBitmap } from "./bitmap.js";
import { decodeGlz, decodeZlibGlz } from "./glz_window.js";
import { decodeJpeg, decodeJpegAlpha } from "./jpeg.js";
import { decodeLzPlt, decodeLzRgb } from "./lz.js";
import { decodeLz4 } from "./lz4.js";
import { decodeQuic } from "./quic.js";
import { checkSize } from "./sizes.js";

export { decodeMask } from "./bitmap.js";
export { GlzWindow } from "./glz_window.js";
export { loadWasm } from "./kernels/wasm_kernels.js";
export { PaletteCache } from "../palette.js";

/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").Picture} Picture */

/** @type {ReadonlyMap<number, (image: Image, ctx: DecodeContext) => Picture|Promise<Picture>>} */
export const DECODERS = new Map([
  [ImageType.BITMAP, decodeBitmap],
  [ImageType.QUIC, decodeQuic],
  [ImageType.LZ_PLT, decodeLzPlt],
  [ImageType.LZ_RGB, decodeLzRgb],
  [ImageType.GLZ_RGB, decodeGlz],
  [ImageType.ZLIB_GLZ_RGB, decodeZlibGlz],
  [ImageType.JPEG, decodeJpeg],
  [ImageType.JPEG_ALPHA, decodeJpegAlpha],
  [ImageType.LZ4, decodeLz4],
]);

/**
 * Decodes an image that carries its pixels. SURFACE and the FROM_CACHE types are not decoded: who holds surfaces and the
 * cache looks them up.
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture|Promise<Picture>} a promise for JPEG, and for GLZ that waits for another channel's image
 * @throws {ProtocolError} and nothing else, or as a rejection, for whatever a machine may send
 */
export function decodeImage(image, ctx) {
  const { type, width, height } = image.descriptor;
  const decode = DECODERS.get(type);
  if (!decode) throw new ProtocolError(`an image of type ${type} carries no pixels`);
  checkSize(width, height);
  return decode(image, ctx);
}
