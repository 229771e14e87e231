// @ts-check
/** JPEG and JPEG_ALPHA: the browser decodes the JPEG; the alpha of the second is an LZ stream behind it. */
import { ProtocolError } from "../../spice/errors.js";
import { jsKernels } from "./kernels/js_kernels.js";
import { mergeAlpha } from "./kernels/lz.js";
import { checkPlausible, LZ_HEADER_BYTES, LzType, readLzHeader } from "./lz.js";
import { checkSize, expectSize, flipRows } from "./sizes.js";

/** @typedef {import("./types.js").BinaryData} BinaryData */
/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").JpegAlphaData} JpegAlphaData */
/** @typedef {import("./types.js").Picture} Picture */

const START_OF_IMAGE = 0xffd8;
const STANDALONE_FIRST = 0xffd0;
const STANDALONE_LAST = 0xffd9;
/** Frame headers that are not frames: DHT, JPG, DAC share the range of the SOFn markers. */
const NOT_FRAMES = Object.freeze([0xffc4, 0xffc8, 0xffcc]);

/**
 * The size in a JPEG's frame header: asked before a browser makes room for it.
 * @param {Uint8Array} data
 * @returns {{width: number, height: number}}
 */
export function jpegSize(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (data.length < 4 || view.getUint16(0) !== START_OF_IMAGE) throw new ProtocolError("the data does not begin as JPEG does");
  for (let at = 2; at + 4 <= data.length;) {
    const marker = view.getUint16(at);
    if (marker < 0xff01) throw new ProtocolError("the JPEG data is not a chain of segments");
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    if (marker >= STANDALONE_FIRST && marker <= STANDALONE_LAST) {
      at += 2;
      continue;
    }
    if (marker >= 0xffc0 && marker <= 0xffcf && !NOT_FRAMES.includes(marker)) {
      if (at + 9 > data.length) break;
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + Math.max(view.getUint16(at + 2), 2);
  }
  throw new ProtocolError("the JPEG data has no frame");
}

/**
 * @param {Uint8Array} bytes
 * @param {DecodeContext} ctx
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Picture>}
 */
async function decodeWith(bytes, ctx, width, height) {
  let picture;
  try {
    picture = await ctx.decodeJpeg(bytes, width, height);
  } catch (error) {
    throw new ProtocolError(`the JPEG cannot be decoded: ${error instanceof Error ? error.message : error}`);
  }
  if (picture.width !== width || picture.height !== height) throw new ProtocolError("the JPEG has another size than announced");
  return picture;
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Promise<Picture>}
 */
export async function decodeJpeg(image, ctx) {
  const { data } = /** @type {BinaryData} */ (image.u);
  const { width, height } = jpegSize(data);
  expectSize(image.descriptor, width, height);
  return decodeWith(data, ctx, width, height);
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Promise<Picture>}
 */
export async function decodeJpegAlpha(image, ctx) {
  const { data, jpeg_size: jpegBytes } = /** @type {JpegAlphaData} */ (image.u);
  checkSize(image.descriptor.width, image.descriptor.height);
  if (jpegBytes > data.length) throw new ProtocolError("the JPEG is longer than the data it is part of");
  const { width, height } = jpegSize(data.subarray(0, jpegBytes));
  const count = expectSize(image.descriptor, width, height);
  const header = readLzHeader(data, jpegBytes);
  if (header.type !== LzType.XXXA) throw new ProtocolError(`an alpha plane is not of LZ type ${header.type}`);
  expectSize(image.descriptor, header.width, header.height);
  checkPlausible(count, data.length - jpegBytes - LZ_HEADER_BYTES);
  const colours = await decodeWith(data.subarray(0, jpegBytes), ctx, width, height);
  const kernels = ctx.wasm ?? jsKernels;
  const alpha = kernels.lzBytes(data, jpegBytes + LZ_HEADER_BYTES, count);
  if (!header.topDown) flipRows(alpha, width, height);
  mergeAlpha(colours.pixels, alpha);
  return { ...colours, alpha: true };
}
