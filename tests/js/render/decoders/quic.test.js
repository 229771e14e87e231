// QUIC beyond what libspice sends: gray, and pictures too small for it to use QUIC.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ImageType } from "../../../../static/js/spice/enums.gen.js";
import { decodeImage } from "../../../../static/js/render/decoders/index.js";
import { QuicType } from "../../../../static/js/render/decoders/kernels/quic.js";
import { binary } from "./images.js";
import { planeOf, quicStream } from "./quic_encoder.js";
import { context, expectedOf, firstDifference, imageOf, sessions, wasmKernels } from "./recordings.js";

const RGB = [0, 8, 16];
const streams = {
  FMT_16BIT: (pixels, width) => quicStream(QuicType.RGB16, [planeOf(pixels, width, RGB, 3)], 5),
  FMT_24BIT: (pixels, width) => quicStream(QuicType.RGB24, [planeOf(pixels, width, RGB)]),
  FMT_32BIT: (pixels, width) => quicStream(QuicType.RGB32, [planeOf(pixels, width, RGB)]),
  FMT_RGBA: (pixels, width) => quicStream(QuicType.RGBA, [planeOf(pixels, width, RGB), planeOf(pixels, width, [24])]),
};

describe("the tests' encoder makes libspice's stream", () => {
  const { cases } = sessions.find(({ name }) => name === "QUIC");
  for (const testCase of cases.filter(({ type, name }) => type === "QUIC" && !name.includes("bottom-up"))) {
    test(testCase.name, () => {
      const made = streams[testCase.format](expectedOf(testCase), testCase.width);
      const { data } = imageOf(testCase).u;
      const length = Math.min(made.length, data.length);
      assert.equal(Buffer.compare(Buffer.from(made.subarray(0, length)), Buffer.from(data.subarray(0, length))), 0);
      assert.ok([...made.subarray(length), ...data.subarray(length)].every((byte) => byte === 0));
    });
  }
});

/** A picture with plain parts, steps and something like noise. */
const picture = (width, height) =>
  Uint32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const value = x % 17 < 9 ? 40 + (y >> 2) : Math.imul(x * 31 + y * 7, 2654435761) >>> 24;
    return (0xff000000 | (value * 0x010101)) >>> 0;
  });

describe("both kinds of kernel decode", async () => {
  const wasm = await wasmKernels();
  const check = (type, data, width, height, expected) => {
    for (const ctx of [context(), context({ wasm })]) {
      const decoded = decodeImage(binary(ImageType.QUIC, width, height, data), ctx);
      assert.equal(firstDifference(decoded.pixels, expected), -1);
    }
  };

  for (const [width, height] of [[1, 1], [1, 40], [2, 9], [3, 3], [40, 1], [130, 120], [5000, 4]]) {
    const pixels = picture(width, height);
    test(`${width}×${height} pixels of gray`, () => {
      check(QuicType.GRAY, quicStream(QuicType.GRAY, [planeOf(pixels, width, [0])]), width, height, pixels);
    });
    test(`${width}×${height} pixels of colour and alpha`, () => {
      const turned = pixels.map((pixel, i) => ((pixel & 0xffffff) | ((i * 5) << 24)) >>> 0);
      check(QuicType.RGBA, streams.FMT_RGBA(turned, width), width, height, turned);
    });
  }
});
