// @ts-check
// TEXT: glyphs of one, four or eight bits a pixel, laid over each other and filled with a brush.
import { Ropd, StringFlags, SurfaceFmt } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { MAX_IMAGE_PIXELS } from "../spice/limits.gen.js";
import { over, scalePixel } from "./blend.js";
import { apart, brushInk, drawBrush, eachRow, onRegion, patternOf } from "./drawing.js";
import { TileInk } from "./ink.js";
import { after } from "./pictures.js";
import { intersect, isEmpty } from "./region.js";
import { Rop } from "./rop.js";

/** @typedef {import("./drawing.js").Operation} Operation */
/** @typedef {import("./region.js").Rect} Rect */
/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./pictures.js").Source} Source */
/** @typedef {import("./ink.js").Ink} Ink */
/** @typedef {{render_pos: {x: number, y: number}, glyph_origin: {x: number, y: number}, width: number, height: number, data: Uint8Array}} Glyph */
/** @typedef {{left: number, top: number, width: number, height: number, values: Uint8Array}} Coverage 0…255 a pixel */

/** @type {Operation} */
export function drawText(canvas, message) {
  const { data } = message;
  return onRegion(canvas, message, (surface, region) =>
    after(patternOf(canvas, data.fore_brush), (fore) =>
      after(patternOf(canvas, data.back_brush), (back) => {
        if (!region.length) return;
        const { left, top, right, bottom } = data.back_area;
        if (!isEmpty(data.back_area)) {
          if (data.fore_mode !== Ropd.OP_PUT) throw new ProtocolError("text with a background is always put");
          drawBrush(surface, intersect(region, left, top, right, bottom), data.back_brush, back, Rop.COPY);
        }
        const coverage = stringCoverage(data.str);
        if (coverage) drawCovered(surface, region, coverage, textInk(surface, data.fore_brush, fore, coverage), !fore?.alpha);
      })));
}

/**
 * A pattern begins at the string's corner, not the surface's, and its alpha counts.
 * @param {Surface} surface @param {any} brush @param {Source | null} pattern @param {Coverage} coverage
 * @returns {Ink}
 */
function textInk(surface, brush, pattern, { left, top }) {
  if (!pattern) return brushInk(surface, brush, null);
  const { x, y } = brush.u.pos;
  return new TileInk(apart(surface, pattern), left + x, top + y, surface, null);
}

/**
 * @param {Surface} surface @param {import("./region.js").Region} region
 * @param {Coverage} coverage @param {Ink} ink @param {boolean} opaque the ink's alpha means nothing
 */
function drawCovered(surface, region, { left, top, width, height, values }, ink, opaque) {
  const { pixels, settle, force } = surface;
  const keep = surface.format === SurfaceFmt.FMT_32_xRGB ? 0xffffff : surface.keep;
  const own = opaque ? 0xff000000 : 0;
  const inside = intersect(region, left, top, left + width, top + height);
  eachRow(surface, inside, ink, (_ink, d, n) => {
    const y = Math.floor(d / surface.width);
    const m = (y - top) * width + (d - y * surface.width) - left;
    for (let i = 0; i < n; i++) {
      const s = scalePixel((ink.row[ink.offset + i] | own) >>> 0, values[m + i]);
      const p = (over(s, pixels[d + i]) & keep) | force;
      pixels[d + i] = settle ? settle(p) : p;
    }
  });
}

/** @param {Glyph} glyph @returns {Rect} */
function glyphBox({ render_pos: at, glyph_origin: origin, width, height }) {
  const left = at.x + origin.x;
  const top = at.y + origin.y;
  return { left, top, right: left + width, bottom: top + height };
}

/**
 * All glyphs of a string on one sheet; where they overlap the larger value counts.
 * @param {{flags: number, glyphs: Glyph[]}} str
 * @returns {Coverage | null} null for an empty string
 */
export function stringCoverage(str) {
  const glyphs = str.glyphs ?? [];
  if (!glyphs.length) return null;
  const boxes = glyphs.map(glyphBox);
  const left = Math.min(...boxes.map((b) => b.left));
  const top = Math.min(...boxes.map((b) => b.top));
  const width = Math.max(...boxes.map((b) => b.right)) - left;
  const height = Math.max(...boxes.map((b) => b.bottom)) - top;
  if (width * height > MAX_IMAGE_PIXELS) throw new ProtocolError("a string covers too many pixels");
  const sheet = { left, top, width, height, values: new Uint8Array(width * height) };
  const valueAt = reader(str.flags);
  glyphs.forEach((glyph, i) => lay(sheet, glyph, boxes[i], valueAt, (str.flags & StringFlags.RASTER_TOP_DOWN) !== 0));
  return sheet;
}

/**
 * @param {Coverage} sheet @param {Glyph} glyph @param {Rect} box
 * @param {(glyph: Glyph, x: number, row: number) => number} valueAt @param {boolean} topDown
 */
function lay(sheet, glyph, box, valueAt, topDown) {
  for (let y = 0; y < glyph.height; y++) {
    const row = topDown ? y : glyph.height - 1 - y;
    const to = (box.top - sheet.top + y) * sheet.width + box.left - sheet.left;
    for (let x = 0; x < glyph.width; x++) {
      const value = valueAt(glyph, x, row);
      if (value > sheet.values[to + x]) sheet.values[to + x] = value;
    }
  }
}

/** @param {number} flags @returns {(glyph: Glyph, x: number, row: number) => number} the low eight bits count */
function reader(flags) {
  if (flags & StringFlags.RASTER_A1) {
    return ({ data, width }, x, row) => (data[row * ((width + 7) >> 3) + (x >> 3)] & (0x80 >> (x & 7)) ? 255 : 0);
  }
  if (flags & StringFlags.RASTER_A4) {
    return ({ data, width }, x, row) => {
      const byte = data[row * ((width + 1) >> 1) + (x >> 1)];
      // As in libspice the second pixel of a byte is compared with the first's bits still on it.
      return x & 1 ? byte << 4 : byte & 0xf0;
    };
  }
  if (flags & StringFlags.RASTER_A8) return ({ data, width }, x, row) => data[row * width + x];
  throw new ProtocolError("a string without raster glyphs");
}
