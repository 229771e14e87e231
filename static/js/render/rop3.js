// @ts-check
// The 256 functions of brush, source and destination.
import { brushInk, drawSource, onRegion, patternOf } from "./drawing.js";
import { after } from "./pictures.js";
import { extents } from "./region.js";
import { Rop } from "./rop.js";
import { Surface } from "./surface.js";

/** @typedef {import("./drawing.js").Operation} Operation */
/** @typedef {import("./pictures.js").Source} Source */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {import("./region.js").Rect} Rect */
/** @typedef {import("./ink.js").Ink} Ink */

/**
 * Bit 4·brush + 2·source + destination of `code` is the result, as in Windows GDI.
 * @param {number} code 0…255
 * @returns {(dst: Uint32Array, d: number, brush: Uint32Array, b: number, src: Uint32Array, s: number, n: number,
 *   keep: number, force: number) => void}
 */
export function rop3Row(code) {
  const m = Array.from({ length: 8 }, (_, bit) => -((code >> bit) & 1));
  const [m0, m1, m2, m3, m4, m5, m6, m7] = m;
  return (dst, d, brush, b, src, s, n, keep, force) => {
    for (let i = 0; i < n; i++) {
      const p = brush[b + i];
      const q = src[s + i];
      const r = dst[d + i];
      const low = (~q & ((r & m1) | (~r & m0))) | (q & ((r & m3) | (~r & m2)));
      const high = (~q & ((r & m5) | (~r & m4))) | (q & ((r & m7) | (~r & m6)));
      dst[d + i] = (((p & high) | (~p & low)) & keep) | force;
    }
  };
}

/** @type {Operation} */
export function drawRop3(canvas, message) {
  const { data } = message;
  return onRegion(canvas, message, (surface, region, box) =>
    after(patternOf(canvas, data.brush), (pattern) =>
      after(canvas.pictures.get(data.src_bitmap), (source) => {
        if (!region.length) return;
        const stage = staged(surface, region, box, source, data);
        combineAll(surface, region, brushInk(surface, data.brush, pattern), stage, rop3Row(data.rop3));
      })));
}

/**
 * The source laid out on a surface of its own, as large as what is drawn: it may be stretched, or be this very surface.
 * @param {Surface} surface @param {Region} region @param {Rect} box @param {Source} source
 * @param {{src_area: Rect, scale_mode: number}} data
 */
function staged(surface, region, box, source, data) {
  const { left, top, right, bottom } = extents(region);
  const size = { width: right - left, height: bottom - top };
  const stage = new Surface({ surface_id: -1, ...size, format: surface.format, flags: 0 });
  const onStage = { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top };
  const everywhere = region.map((v, i) => v - (i & 1 ? top : left));
  drawSource(stage, everywhere, onStage, source, data.src_area, data.scale_mode, Rop.COPY);
  return { left, top, width: size.width, pixels: stage.pixels };
}

/**
 * @param {Surface} surface @param {Region} region @param {Ink} ink
 * @param {{left: number, top: number, width: number, pixels: Uint32Array}} stage
 * @param {ReturnType<typeof rop3Row>} combine
 */
function combineAll({ pixels, width, keep, force }, region, ink, stage, combine) {
  for (let i = 0; i < region.length; i += 4) {
    const x = region[i];
    const n = region[i + 2] - x;
    for (let y = region[i + 1]; y < region[i + 3]; y++) {
      ink.at(x, y, n);
      const s = (y - stage.top) * stage.width + x - stage.left;
      combine(pixels, y * width + x, ink.row, ink.offset, stage.pixels, s, n, keep, force);
    }
  }
}
