// Small images written by hand, as the codec would give them.
import { BitmapFlags, BitmapFmt, ImageType } from "../../../../static/js/spice/enums.gen.js";

export const image = (type, width, height, u) => ({ descriptor: { id: 1n, type, flags: 0, width, height }, u });

export const binary = (type, width, height, data) => image(type, width, height, { data_size: data.length, data });

export const bitmap = (fields) => {
  const u = { format: BitmapFmt.FMT_32BIT, flags: BitmapFlags.TOP_DOWN, x: 2, y: 2, stride: 8, palette: null, data: new Uint8Array(16), ...fields };
  return image(ImageType.BITMAP, u.x, u.y, u);
};

const big32 = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const little32 = (value) => big32(value).reverse();

/** An LZ stream behind its header. */
export function lzData({ magic = 0x20205a4c, version = 0x10001, type = 8, width = 4, height = 4, stride = width * 4, topDown = 1 }, ...stream) {
  return Uint8Array.of(...[magic, version, type, width, height, stride, topDown].flatMap(big32), ...stream);
}

/** A GLZ stream behind its header. */
export function glzData({ magic = 0x20205a4c, version = 0x10001, type = 8, width = 4, height = 4, id = 0, reach = 0, topDown = 1 }, ...stream) {
  const head = [...big32(magic), ...big32(version), type | (topDown << 4)];
  const rest = [width, height, width * 4, Math.floor(id / 2 ** 32), id >>> 0, reach].flatMap(big32);
  return Uint8Array.of(...head, ...rest, ...stream);
}

/** A QUIC stream behind its header. */
export function quicData({ magic = 0x43495551, version = 0, type = 4, width = 4, height = 4 }, ...stream) {
  return Uint8Array.of(...[magic, version, type, width, height].flatMap(little32), ...stream);
}

/** LZ4 chunks behind their header. */
export function lz4Data({ topDown = 1, format = BitmapFmt.FMT_32BIT }, ...chunks) {
  return Uint8Array.of(topDown, format, ...chunks.flatMap((chunk) => [...big32(chunk.length), ...chunk]));
}

/** The beginning of a JPEG of this size. */
export function jpegData(width, height) {
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0);
}
