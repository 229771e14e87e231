// What a hostile machine may send: a ProtocolError with the same sentence from both kinds of kernel, and nothing else.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { BitmapFlags, BitmapFmt, ImageType } from "../../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../../static/js/spice/errors.js";
import { decodeImage, decodeMask, GlzWindow } from "../../../../static/js/render/decoders/index.js";
import { binary, bitmap, glzData, image, jpegData, lz4Data, lzData, quicData } from "./images.js";
import { context, wasmKernels } from "./recordings.js";

const { LZ_RGB, LZ_PLT, QUIC, LZ4, GLZ_RGB, ZLIB_GLZ_RGB, JPEG, JPEG_ALPHA } = ImageType;
const palette = { unique: 5n, num_ents: 2, ents: Uint32Array.of(0, 0xffffff) };
const lz = (header, ...stream) => binary(LZ_RGB, 4, 4, lzData(header, ...stream));
const plt = (fields) => image(LZ_PLT, 4, 4, { flags: 0, palette, data: lzData({ type: 5, stride: 4 }), ...fields });
const quic = (header, ...stream) => binary(QUIC, 4, 4, quicData(header, ...stream));
const lz4 = (header, ...chunks) => binary(LZ4, 4, 4, lz4Data(header, ...chunks));
const glz = (header, ...stream) => binary(GLZ_RGB, header.width ?? 4, header.height ?? 4, glzData(header, ...stream));
const zlib = (data, size) => image(ZLIB_GLZ_RGB, 4, 4, { glz_data_size: size, data_size: data.length, data });
const jpegAlpha = (jpeg, alpha, fields = {}) =>
  image(JPEG_ALPHA, 4, 4, { flags: 1, jpeg_size: jpeg.length, data: Uint8Array.of(...jpeg, ...alpha), ...fields });
const literal = (count) => [count - 1, ...new Array(count * 3).fill(9)];
const deflated = (bytes) => new Uint8Array(deflateSync(bytes));
const spoilt = (bytes, at) => bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 0xff : byte));

const CASES = {
  "an image without pixels": () => image(ImageType.BITMAP, 0, 4, {}),
  "an image wider than we take": () => binary(QUIC, 20000, 2, quicData({ width: 20000, height: 2 })),
  "an image of more pixels than we take": () => binary(QUIC, 16000, 16000, quicData({ width: 16000, height: 16000 })),
  "an image type that carries no pixels": () => image(ImageType.FROM_CACHE, 4, 4, null),
  "an image type nobody knows": () => image(77, 4, 4, null),

  "a bitmap whose stride is shorter than its rows": () => bitmap({ stride: 7 }),
  "a bitmap with less data than rows": () => bitmap({ data: new Uint8Array(15) }),
  "a bitmap of another size than announced": () => ({ ...bitmap({}), descriptor: { ...bitmap({}).descriptor, width: 3 } }),
  "a bitmap of an unknown format": () => bitmap({ format: 11 }),
  "a bitmap of palette indices without a palette": () => bitmap({ format: BitmapFmt.FMT_8BIT }),
  "a bitmap with a palette that is not in the cache": () =>
    bitmap({ format: BitmapFmt.FMT_8BIT, flags: BitmapFlags.PAL_FROM_CACHE, palette_id: 99n }),

  "LZ data that is empty": () => binary(LZ_RGB, 4, 4, new Uint8Array(0)),
  "LZ data shorter than its header": () => binary(LZ_RGB, 4, 4, lzData({}).subarray(0, 27)),
  "LZ data with another magic": () => lz({ magic: 1 }),
  "LZ data of another version": () => lz({ version: 2 }),
  "LZ data of an unknown type": () => lz({ type: 12 }, ...literal(16)),
  "LZ data of palette indices in LZ_RGB": () => lz({ type: 5 }, ...literal(16)),
  "LZ data of another size than announced": () => lz({ width: 5 }, ...literal(20)),
  "LZ data of a size that its bytes cannot hold": () => binary(LZ_RGB, 4000, 4000, lzData({ width: 4000, height: 4000 }, 0)),
  "LZ data that ends before the image": () => lz({}, ...literal(3)),
  "LZ data that ends in a literal": () => lz({}, 15, 1, 2, 3),
  "LZ data that ends in a reference": () => lz({}, ...literal(1), 0xe0),
  "LZ data that ends in a far reference": () => lz({}, ...literal(1), 0x3f, 0xff, 0),
  "LZ literals beyond the image": () => lz({}, ...literal(17)),
  "an LZ run beyond the image": () => lz({}, ...literal(1), 0xe0, 20, 0),
  "an LZ run of length bytes without end": () => lz({}, ...literal(1), 0xe0, ...new Array(100).fill(255)),
  "an LZ reference before the image": () => lz({}, ...literal(2), 0x20, 5),
  "a far LZ reference before the image": () => lz({}, ...literal(2), 0x3f, 0xff, 200, 200),
  "an LZ reference as the first thing": () => lz({}, 0x20, 0),
  "LZ RGBA without its alpha": () => lz({ type: 9 }, ...literal(16)),
  "LZ 16-bit data that ends early": () => lz({ type: 6 }, 15, 1, 2),
  "LZ_PLT without a palette": () => plt({ palette: null }),
  "LZ_PLT with a stride that does not fit": () => plt({ data: lzData({ type: 5, stride: 9 }) }),
  "LZ_PLT of a colour type": () => plt({ data: lzData({ type: 8 }) }),
  "LZ_PLT that ends early": () => plt({}),

  "QUIC data that is empty": () => binary(QUIC, 4, 4, new Uint8Array(0)),
  "QUIC data with another magic": () => quic({ magic: 3 }),
  "QUIC data of another version": () => quic({ version: 3 }),
  "QUIC data of an unknown type": () => quic({ type: 6 }, 1, 2, 3, 4),
  "QUIC data of no type": () => quic({ type: 0 }, 1, 2, 3, 4),
  "QUIC data of another size than announced": () => quic({ height: 5 }, 1, 2, 3, 4),
  "QUIC data that is only a header": () => quic({}),
  "QUIC data with more rows than bits": () => binary(QUIC, 1, 9000, quicData({ width: 1, height: 9000 }, 1, 2, 3, 4)),
  "QUIC data that ends early": () => quic({}, 255, 255, 255, 255),
  // Three zeros in the widest code, then one bit a zero, until a run is expected in the second row.
  "a QUIC run beyond its row": () =>
    binary(QUIC, 8, 8, quicData({ width: 8, height: 8 }, 0xff, 0x80, 0x80, 0x80, ...new Array(40).fill(0xff))),

  "LZ4 data that is empty": () => binary(LZ4, 4, 4, new Uint8Array(0)),
  "LZ4 data without chunks": () => binary(LZ4, 4, 4, Uint8Array.of(1, BitmapFmt.FMT_32BIT, 0)),
  "LZ4 data of palette indices": () => lz4({ format: BitmapFmt.FMT_8BIT }, [0]),
  "an LZ4 chunk longer than the data": () => binary(LZ4, 4, 4, Uint8Array.of(1, 8, 0, 0, 9, 9, 0)),
  "an LZ4 chunk of four gigabytes": () => binary(LZ4, 4, 4, Uint8Array.of(1, 8, 255, 255, 255, 255, 0)),
  "an empty LZ4 chunk": () => lz4({}, []),
  "LZ4 data that ends before the image": () => lz4({}, [0x20, 1, 2]),
  "LZ4 literals beyond the image": () => lz4({}, [0xf0, 60, ...new Array(75).fill(1)]),
  "LZ4 literals beyond the chunk": () => lz4({}, [0x50, 1, 2]),
  "an LZ4 copy from before the image": () => lz4({}, [0x20, 1, 2, 3, 0, 0]),
  "an LZ4 copy from where it is": () => lz4({}, [0x20, 1, 2, 0, 0, 0]),
  "an LZ4 copy beyond the image": () => lz4({}, [0x1f, 1, 1, 0, 250, 0]),
  "an LZ4 length without end": () => lz4({}, [0xff, ...new Array(60).fill(255)]),

  "GLZ data that is empty": () => binary(GLZ_RGB, 4, 4, new Uint8Array(0)),
  "GLZ data with another magic": () => glz({ magic: 7 }),
  "GLZ data of another version": () => glz({ version: 7 }),
  "GLZ data of an unknown type": () => glz({ type: 1 }, ...literal(16)),
  "a GLZ window that reaches before the first image": () => glz({ id: 3, reach: 4 }, ...literal(16)),
  "a GLZ image far ahead of the window": () => glz({ id: 70000 }, ...literal(16)),
  "a GLZ image with a number beyond counting": () => glz({ id: 2 ** 60 }, ...literal(16)),
  "GLZ data that ends early": () => glz({}, ...literal(3)),
  "a GLZ reference before the image": () => glz({}, ...literal(2), 0x25, 0, 0),
  "a GLZ reference to an image before the first": () => glz({ id: 2 }, ...literal(2), 0x20, 0, 5),
  "a GLZ reference to an image that never comes": () => glz({ id: 2 }, ...literal(2), 0x20, 0, 1),
  "a GLZ run beyond the image": () => glz({}, ...literal(1), 0xe0, 40, 0, 0),
  "GLZ data of a size that its bytes cannot hold": () => glz({ width: 4000, height: 4000 }, 0),

  "zlib data that is empty": () => zlib(new Uint8Array(0), 0),
  "zlib data that says it inflates a thousandfold and more": () => zlib(deflated(new Uint8Array(10)), 2 ** 31),
  "zlib data that holds more than it says": () => zlib(deflated(glzData({}, ...literal(16))), 40),
  "zlib data that holds less than it says": () => zlib(deflated(glzData({}, ...literal(16))), 99),
  "zlib data with a wrong checksum": () => zlib(spoilt(deflated(glzData({}, ...literal(16))), -1), 33 + 49),
  "zlib data with a wrong header": () => zlib(spoilt(deflated(glzData({}, ...literal(16))), 0), 33 + 49),
  "zlib data that ends early": () => zlib(deflated(glzData({}, ...literal(16))).subarray(0, 20), 33 + 49),

  "a JPEG that is none": () => binary(JPEG, 4, 4, Uint8Array.of(1, 2, 3, 4)),
  "a JPEG that is empty": () => binary(JPEG, 4, 4, new Uint8Array(0)),
  "a JPEG without a frame": () => binary(JPEG, 4, 4, jpegData(4, 4).subarray(0, 8)),
  "a JPEG of another size than announced": () => binary(JPEG, 4, 4, jpegData(5, 4)),
  "a JPEG that is longer than its data": () => jpegAlpha(jpegData(4, 4), [], { jpeg_size: 999 }),
  "a JPEG's alpha of another type": () => jpegAlpha(jpegData(4, 4), lzData({ type: 9 })),
  "a JPEG's alpha of another size": () => jpegAlpha(jpegData(4, 4), lzData({ type: 10, width: 5 })),
  "a JPEG's alpha that ends early": () => jpegAlpha(jpegData(4, 4), lzData({ type: 10 }, 3, 1, 2)),
};

/** The sentence of the error; anything but a ProtocolError fails the test. */
async function refusal(make, kernels) {
  const ctx = context({ wasm: kernels, glz: new GlzWindow({ kernels, waitSeconds: 0 }) });
  ctx.jpeg = new Uint32Array(16);
  try {
    await decodeImage(make(), ctx);
  } catch (error) {
    assert.ok(error instanceof ProtocolError, `${error.stack}`);
    return error.message;
  }
  return assert.fail("it was decoded");
}

describe("both kinds of kernel refuse, with the same sentence,", async () => {
  const wasm = await wasmKernels();
  for (const [name, make] of Object.entries(CASES)) {
    test(name, async () => assert.equal(await refusal(make, wasm), await refusal(make, undefined)));
  }
});

describe("a mask is refused", () => {
  const mask = (fields) => bitmap({ format: BitmapFmt.FMT_1BIT_BE, x: 9, y: 2, stride: 2, data: new Uint8Array(4), ...fields });
  const wrong = { "that is no bitmap of one bit": { format: BitmapFmt.FMT_8BIT }, "whose stride is too short": { stride: 1 }, "whose data is too short": { data: new Uint8Array(3) }, "without rows": { y: 0 } };
  for (const [name, fields] of Object.entries(wrong)) {
    test(name, () => assert.throws(() => decodeMask(mask(fields)), ProtocolError));
  }
});
