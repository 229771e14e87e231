// @ts-check
/** LZ4: a byte for the direction, a byte for the format, then chunks of LZ4 blocks. */
import { ProtocolError } from "../../spice/errors.js";
import { LAYOUTS } from "./bitmap.js";
import { jsKernels } from "./kernels/js_kernels.js";
import { BYTES_PER_PIXEL } from "./kernels/unpack.js";
import { checkPlausible } from "./lz.js";
import { checkSize, flipRows } from "./sizes.js";

/** @typedef {import("./types.js").BinaryData} BinaryData */
/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").Picture} Picture */

const LZ4_HEADER_BYTES = 2;

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture}
 */
export function decodeLz4(image, ctx) {
  const { data } = /** @type {BinaryData} */ (image.u);
  const { width, height } = image.descriptor;
  if (data.length < LZ4_HEADER_BYTES) throw new ProtocolError("the LZ4 data is shorter than its header");
  const [topDown, format] = data;
  const layout = LAYOUTS.get(format);
  if (!layout) throw new ProtocolError(`LZ4 does not carry bitmap format ${format}`);
  const stride = width * BYTES_PER_PIXEL[layout];
  checkSize(width, height);
  checkPlausible(stride * height, data.length - LZ4_HEADER_BYTES);
  const kernels = ctx.wasm ?? jsKernels;
  const pixels = kernels.lz4Pixels(layout, data, LZ4_HEADER_BYTES, stride, width, height);
  if (!topDown) flipRows(pixels, width, height);
  return { width, height, pixels, alpha: layout === "rgba" || layout === "a8", transient: kernels.transient };
}
