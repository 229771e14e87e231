// What libspice sent for pictures we know; made by tests/record/record.py.
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { ChannelType } from "../../../../static/js/spice/enums.gen.js";
import { decode, serverMessageByName } from "../../../../static/js/spice/codec.js";
import { GlzWindow, loadWasm, PaletteCache } from "../../../../static/js/render/decoders/index.js";

const DATA = new URL("../../../data/", import.meta.url);
const packed = readFileSync(new URL("pictures.bin", DATA));
const drawCopy = serverMessageByName(ChannelType.DISPLAY, "draw_copy");

const wasmModule = readFileSync(new URL("../../../../static/wasm/decoders.wasm", import.meta.url));

/** Kernels with a memory of their own. */
export const wasmKernels = () => loadWasm(new Uint8Array(wasmModule));

/** The sessions of pictures.json. */
export const sessions = JSON.parse(readFileSync(new URL("pictures.json", DATA), "utf8"));

const unpacked = ([offset, bytes]) => new Uint8Array(inflateSync(packed.subarray(offset, offset + bytes)));

/** The image of a case's message, as the codec gives it. */
export function imageOf(testCase) {
  return decode(drawCopy, unpacked(testCase.message)).data.src_bitmap;
}

/** The pixels that must come out. */
export function expectedOf(testCase) {
  const bytes = unpacked(testCase.expected);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** A fresh context; `jpeg` is what the browser's JPEG decoder would give for the next image. */
export function context({ wasm, glz } = {}) {
  const ctx = {
    glz: glz ?? new GlzWindow({ kernels: wasm }),
    palettes: new PaletteCache(),
    wasm,
    jpeg: null,
    async decodeJpeg(_bytes, width, height) {
      const pixels = ctx.jpeg.map((pixel) => pixel | 0xff000000);
      return { width, height, pixels, alpha: false, transient: false };
    },
  };
  return ctx;
}

/** All cases with the name of their session. */
export function* cases() {
  for (const session of sessions) for (const testCase of session.cases) yield { session: session.name, ...testCase };
}

/** Index of the first pixel that differs, or -1. */
export function firstDifference(pixels, expected) {
  if (pixels.length !== expected.length) return Math.min(pixels.length, expected.length);
  for (let i = 0; i < pixels.length; i++) if (pixels[i] !== expected[i]) return i;
  return -1;
}
