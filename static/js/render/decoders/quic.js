// @ts-check
/** QUIC: a stream of 32-bit little-endian words behind a header of five; always top-down. */
import { ProtocolError } from "../../spice/errors.js";
import { jsKernels } from "./kernels/js_kernels.js";
import { QUIC_HEADER_BYTES, QuicType } from "./kernels/quic.js";
import { expectSize } from "./sizes.js";

/** @typedef {import("./types.js").BinaryData} BinaryData */
/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").Picture} Picture */

const QUIC_MAGIC = 0x43495551;
const QUIC_VERSION = 0;
/** Bits the first pixel of a row takes at least. */
const LEAST_BITS_PER_ROW = 1;

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture}
 */
export function decodeQuic(image, ctx) {
  const { data } = /** @type {BinaryData} */ (image.u);
  if (data.length < QUIC_HEADER_BYTES) throw new ProtocolError("the QUIC data is shorter than its header");
  const view = new DataView(data.buffer, data.byteOffset, QUIC_HEADER_BYTES);
  if (view.getUint32(0, true) !== QUIC_MAGIC) throw new ProtocolError("the data does not begin as QUIC does");
  if (view.getUint32(4, true) !== QUIC_VERSION) throw new ProtocolError("the QUIC data has a version we do not know");
  const type = view.getUint32(8, true);
  const width = view.getUint32(12, true);
  const height = view.getUint32(16, true);
  expectSize(image.descriptor, width, height);
  if (type < QuicType.GRAY || type > QuicType.RGBA) throw new ProtocolError(`unknown QUIC type ${type}`);
  if (height * LEAST_BITS_PER_ROW > (data.length - QUIC_HEADER_BYTES) * 8) {
    throw new ProtocolError(`${data.length} bytes cannot hold ${height} rows`);
  }
  const kernels = ctx.wasm ?? jsKernels;
  const pixels = kernels.quic(type, data, width, height);
  return { width, height, pixels, alpha: type === QuicType.RGBA, transient: kernels.transient };
}
