// Decodes DRAW_COPY messages with the browser's decoders; started by decoders.py.
//
// In: a word of four bytes (little-endian), then that many bytes of a message; 0 begins a new session.
// Out: "p", width, height, alpha (0 or 1) as words and the pixels as RGBA; or "e", a length and the error's text.
import { readFileSync } from "node:fs";
import { decodeImage, GlzWindow, loadWasm, PaletteCache } from "../../../static/js/render/decoders/index.js";
import { decode, serverMessageByName } from "../../../static/js/spice/codec.js";
import { ChannelType } from "../../../static/js/spice/enums.gen.js";

const drawCopy = serverMessageByName(ChannelType.DISPLAY, "draw_copy");
const wasmModule = readFileSync(new URL("../../../static/wasm/decoders.wasm", import.meta.url));
const wasm = process.argv[2] === "wasm" ? await loadWasm(new Uint8Array(wasmModule)) : undefined;

/** JPEGs come out black: what is asked here is their size and their alpha. */
async function decodeJpeg(_bytes, width, height) {
  return { width, height, pixels: new Uint32Array(width * height).fill(0xff000000), alpha: false, transient: false };
}

const session = () => ({ glz: new GlzWindow({ kernels: wasm, waitSeconds: 1 }), palettes: new PaletteCache(), wasm, decodeJpeg });

async function answer(message, ctx) {
  try {
    const { width, height, alpha, pixels } = await decodeImage(decode(drawCopy, message).data.src_bitmap, ctx);
    const head = new Uint32Array([width, height, alpha ? 1 : 0]);
    return Buffer.concat([Buffer.from("p"), Buffer.from(head.buffer), Buffer.from(new Uint8Array(pixels.buffer, pixels.byteOffset, width * height * 4))]);
  } catch (error) {
    const text = Buffer.from(`${error.name}: ${error.message}`);
    return Buffer.concat([Buffer.from("e"), Buffer.from(new Uint32Array([text.length]).buffer), text]);
  }
}

let ctx = session();
let waiting = [];
let size = 0;

/** The next bytes of the input, when there are enough. */
function take(count) {
  if (size < count) return null;
  const all = Buffer.concat(waiting);
  waiting = [all.subarray(count)];
  size -= count;
  return all.subarray(0, count);
}

let wanted = null;
for await (const chunk of process.stdin) {
  waiting.push(chunk);
  size += chunk.length;
  for (;;) {
    wanted ??= take(4)?.readUInt32LE() ?? null;
    const message = wanted === null ? null : take(wanted);
    if (message === null) break;
    if (wanted === 0) ctx = session();
    else process.stdout.write(await answer(new Uint8Array(message), ctx));
    wanted = null;
  }
}
