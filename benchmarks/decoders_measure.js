// Decoding speed, ours beside spice-html5's: shared by the Node and the Chromium benchmark.
import { ChannelType } from "../static/js/spice/enums.gen.js";
import { decode, serverMessageByName } from "../static/js/spice/codec.js";
import { decodeImage, GlzWindow, PaletteCache } from "../static/js/render/decoders/index.js";

const ROUNDS = 15;
const LEAST_MS = 400;

/** Median and best milliseconds of `work`, warm; the best tells what a busy machine hides. */
function timed(work) {
  const times = [];
  for (let i = 0; i < 3; i++) work();
  for (let spent = 0; times.length < ROUNDS || spent < LEAST_MS;) {
    const started = performance.now();
    work();
    times.push(performance.now() - started);
    spent += times.at(-1);
  }
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1], best: times[0] };
}

/** How spice-html5 decodes an image, or undefined where it cannot. `theirs` holds its functions. */
function theirWay(theirs, { type, format }, image) {
  const context = { createImageData: (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) }) };
  const { descriptor, u } = image;
  if (type === "BITMAP" && format !== "8BIT") {
    const bitmap = { ...u, data: u.data.slice().buffer };
    return () => theirs.bitmap(context, bitmap);
  }
  if (type === "LZ_RGB") {
    const header = new DataView(u.data.buffer, u.data.byteOffset);
    const lz = { type: header.getUint32(8), width: descriptor.width, height: descriptor.height, top_down: header.getUint32(24), data: u.data.slice(28).buffer };
    return () => theirs.lz(context, lz);
  }
  if (type === "QUIC") {
    const message = new Uint8Array(4 + u.data.length);
    message.set(u.data, 4);
    return () => {
      const quic = new theirs.SpiceQuic();
      quic.from_dv(new DataView(message.buffer), 0, message.buffer);
      return theirs.quic(context, quic);
    };
  }
  return undefined;
}

/** Mpixel/s of our decoder with these kernels (JavaScript's when undefined). */
function ourSpeed(images, pixels, wasm) {
  const { median, best } = timed(() => {
    const glz = new GlzWindow(wasm ? { kernels: wasm } : {});
    const ctx = { glz, palettes: new PaletteCache(), wasm };
    for (const image of images) decodeImage(image, ctx);
    glz.close();
  });
  return { median: pixels / median / 1000, best: pixels / best / 1000 };
}

/**
 * @param {object[]} entries of images.json
 * @param {Uint8Array} data images.bin
 * @param {{wasm: object, theirs: object, filter?: string, js?: boolean}} options
 * @returns {object[]} a row an entry; speeds in Mpixel/s
 */
export function measure(entries, data, { wasm, theirs, filter = "", js = true }) {
  const drawCopy = serverMessageByName(ChannelType.DISPLAY, "draw_copy");
  const rows = [];
  for (const entry of entries) {
    const name = `${entry.content} ${entry.type} ${entry.format}`;
    if (!name.includes(filter)) continue;
    const payloads = entry.messages.map(([offset, bytes]) => data.slice(offset, offset + bytes));
    const images = payloads.map((payload) => decode(drawCopy, payload).data.src_bitmap);
    const pixels = images.reduce((sum, { descriptor: { width, height } }) => sum + width * height, 0);
    const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
    const way = theirWay(theirs, entry, images[0]);
    const ours = ourSpeed(images, pixels, wasm);
    const row = { name, megabytes: bytes / 1e6, wasm: ours.median, wasm_best: ours.best };
    if (js) row.js = ourSpeed(images, pixels, undefined).median;
    if (way) row.spice_html5 = pixels / timed(way).median / 1000;
    if (way) row.ratio = row.wasm / row.spice_html5;
    rows.push(row);
  }
  return rows;
}

/** The rows as a table. */
export function table(rows) {
  const cell = (value, digits = 0) => (value === undefined ? "-" : value.toFixed(digits)).padStart(9);
  const head = `${"Mpixel/s (medians)".padEnd(32)}${["MB", "wasm", "(best)", "js", "html5", "ratio"].map((h) => h.padStart(9)).join("")}`;
  const lines = rows.map((row) =>
    [row.name.padEnd(32), cell(row.megabytes, 2), cell(row.wasm), cell(row.wasm_best), cell(row.js), cell(row.spice_html5), cell(row.ratio, 1)].join(""),
  );
  return [head, ...lines].join("\n");
}
