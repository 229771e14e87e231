// @ts-check
// The decoders' inner loops in WebAssembly, where a browser and the page's policy allow it.
import { loadWasm } from "./decoders/index.js";

/** @typedef {import("./decoders/types.js").Kernels} Kernels */

/** @returns {Promise<Kernels | undefined>} undefined: JavaScript does the same, slower */
export async function kernels() {
  try {
    return await loadWasm(new URL("../../wasm/decoders.wasm", import.meta.url));
  } catch {
    return undefined;
  }
}
