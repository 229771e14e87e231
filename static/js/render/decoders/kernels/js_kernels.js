// @ts-check
/** The inner loops in JavaScript: what runs where WebAssembly does not, and what the WebAssembly is tested against. */
import { JsGlzStore } from "./glz.js";
import { inflate } from "./inflate.js";
import { lz, lzBytes } from "./lz.js";
import { lz4Pixels } from "./lz4.js";
import { quic } from "./quic.js";
import { expand, unpack } from "./unpack.js";

/** @type {Readonly<import("../types.js").Kernels>} */
export const jsKernels = Object.freeze({
  transient: false,
  unpack,
  expand,
  lz,
  lzBytes,
  quic,
  lz4Pixels,
  inflate,
  createGlzStore: () => new JsGlzStore(),
});
