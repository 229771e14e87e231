// Decoder speed in Node: node benchmarks/decoders.mjs [part of a name]. Data: python -m benchmarks.decoders_data.
// spice-html5 is Debian's, read where it is installed.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { loadWasm } from "../static/js/render/decoders/index.js";
import { measure, table } from "./decoders_measure.js";

const THEIRS = "file:///usr/share/spice-html5/";
const CACHE = new URL("../.cache/decoders/", import.meta.url);

// Its modules have no package.json that says they are modules.
const hook = `export const load = (url, context, next) => next(url, url.startsWith(${JSON.stringify(THEIRS)}) ? { ...context, format: "module" } : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const [quic, lz, bitmap] = await Promise.all(["quic.js", "lz.js", "bitmap.js"].map((file) => import(THEIRS + file)));
const theirs = {
  SpiceQuic: quic.SpiceQuic,
  quic: quic.convert_spice_quic_to_web,
  lz: lz.convert_spice_lz_to_web,
  bitmap: bitmap.convert_spice_bitmap_to_web,
};
const wasm = await loadWasm(readFileSync(new URL("../static/wasm/decoders.wasm", import.meta.url)));
const entries = JSON.parse(readFileSync(new URL("images.json", CACHE), "utf8"));
const rows = measure(entries, new Uint8Array(readFileSync(new URL("images.bin", CACHE))), { wasm, theirs, filter: process.argv[2] });
console.log(table(rows));
console.log(JSON.stringify(rows));
