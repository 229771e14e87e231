// @ts-check
// The drawing messages: what each does to a surface.
import { AlphaFlags, Ropd, SurfaceFmt } from "../spice/enums.gen.js";
import { colorKeyRow, overRow } from "./blend.js";
import { covered, move, paint } from "./blit.js";
import { drawComposite } from "./composite.js";
import { apart, checkArea, drawBrush, drawSource, eachRow, onRegion, patternOf } from "./drawing.js";
import { adapterFor, PictureInk, SolidInk } from "./ink.js";
import { after } from "./pictures.js";
import { clippedRegion, isEmpty, sameSize } from "./region.js";
import { Rop, ropOf } from "./rop.js";
import { drawRop3 } from "./rop3.js";
import { ScaledInk } from "./scale.js";
import { drawStroke } from "./stroke.js";
import { swapRedBlue } from "./surface.js";
import { drawText } from "./text.js";

/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./pictures.js").Source} Source */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {import("./region.js").Rect} Rect */
/** @typedef {import("./ink.js").Ink} Ink */
/** @typedef {import("./drawing.js").Operation} Operation */

/** @type {Operation} */
function drawCopy(canvas, message) {
  const { data } = message;
  const rop = ropOf(data.rop_descriptor, Ropd.INVERS_SRC, Ropd.INVERS_DEST);
  return onRegion(canvas, message, (surface, region, box) =>
    after(canvas.pictures.get(data.src_bitmap), (source) =>
      drawSource(surface, region, box, source, data.src_area, data.scale_mode, rop)));
}

/** @type {Operation} */
function drawFill(canvas, message) {
  const { data } = message;
  const rop = ropOf(data.rop_descriptor, Ropd.INVERS_BRUSH, Ropd.INVERS_DEST);
  return onRegion(canvas, message, (surface, region) =>
    after(patternOf(canvas, data.brush), (pattern) => drawBrush(surface, region, data.brush, pattern, rop)));
}

/** The picture replaces what was there, then the brush is combined with it. @type {Operation} */
function drawOpaque(canvas, message) {
  const { data } = message;
  const rop = ropOf(data.rop_descriptor, Ropd.INVERS_BRUSH, Ropd.INVERS_SRC);
  return onRegion(canvas, message, (surface, region, box) =>
    after(patternOf(canvas, data.brush), (pattern) =>
      after(canvas.pictures.get(data.src_bitmap), (source) => {
        if (rop === Rop.NOOP) return;
        drawSource(surface, region, box, source, data.src_area, data.scale_mode, Rop.COPY);
        drawBrush(surface, region, data.brush, pattern, rop);
      })));
}

/** @param {number} rop @returns {Operation} one that needs nothing but the region */
function plain(rop) {
  return (canvas, message) =>
    onRegion(canvas, message, (surface, region) => paint(surface, region, new SolidInk(0), rop));
}

/** @type {Operation} */
function copyBits(canvas, { base, src_pos: from }) {
  const surface = canvas.surfaces.get(base.surface_id);
  const region = clippedRegion(surface, base.box, base.clip);
  const moved = move(surface, region, base.box.left - from.x, base.box.top - from.y);
  if (moved.length) canvas.damage(surface, moved);
}

/** @type {Operation} */
function drawTransparent(canvas, message) {
  const { data } = message;
  return onRegion(canvas, message, (surface, region, box) =>
    after(canvas.pictures.get(data.src_bitmap), (source) => {
      checkArea(data.src_area);
      const key = keyWord(surface, data.true_color) & 0xffffff;
      eachRow(surface, ...inkOver(surface, region, box, source, data.src_area, true), (ink, d, n) =>
        colorKeyRow(surface.pixels, d, ink.row, ink.offset, n, key, surface.keep, surface.force));
    }));
}

/** @param {Surface} surface @param {number} color 0x00RRGGBB */
function keyWord(surface, color) {
  const wide = swapRedBlue(color);
  return surface.settle ? surface.settle(wide) : wide;
}

/** @type {Operation} */
function drawAlphaBlend(canvas, message) {
  const { data } = message;
  return onRegion(canvas, message, (surface, region, box) =>
    after(canvas.pictures.get(data.src_bitmap), (source) => {
      checkArea(data.src_area);
      if (data.alpha === 0) return;
      const flags = data.alpha_flags;
      const opaque = !source.alpha && !(source.highBits && flags & AlphaFlags.SRC_SURFACE_HAS_ALPHA);
      const bare = surface.format === SurfaceFmt.FMT_32_xRGB && !(flags & AlphaFlags.DEST_HAS_ALPHA);
      const keep = bare ? 0xffffff : surface.keep;
      eachRow(surface, ...inkOver(surface, region, box, source, data.src_area, false), (ink, d, n) => {
        overRow(surface.pixels, d, ink.row, ink.offset, n, data.alpha, opaque, keep, surface.force);
        if (surface.settle) for (let i = d; i < d + n; i++) surface.pixels[i] = surface.settle(surface.pixels[i]);
      });
    }));
}

/**
 * A picture placed or stretched (nearest pixel) on a box, with the part of the region it reaches.
 * @param {Surface} surface @param {Region} region @param {Rect} box @param {Source} source @param {Rect} area
 * @param {boolean} adapted as the surface holds it, otherwise as the picture was made
 * @returns {[Region, Ink]}
 */
function inkOver(surface, region, box, source, area, adapted) {
  const picture = apart(surface, source);
  const adapt = adapted ? adapterFor(surface, picture, picture.highBits) : null;
  if (!sameSize(box, area)) return [isEmpty(area) ? [] : region, new ScaledInk(picture, area, box, false, surface, adapt)];
  const dx = box.left - area.left;
  const dy = box.top - area.top;
  return [covered(region, picture, dx, dy), new PictureInk(picture, dx, dy, surface, adapt)];
}

/** By the message's name. @type {Readonly<Record<string, Operation>>} */
export const OPERATIONS = Object.freeze({
  copy_bits: copyBits,
  draw_fill: drawFill,
  draw_opaque: drawOpaque,
  draw_copy: drawCopy,
  draw_blend: drawCopy,
  draw_blackness: plain(Rop.CLEAR),
  draw_whiteness: plain(Rop.SET),
  draw_invers: plain(Rop.INVERT),
  draw_transparent: drawTransparent,
  draw_alpha_blend: drawAlphaBlend,
  draw_rop3: drawRop3,
  draw_stroke: drawStroke,
  draw_text: drawText,
  draw_composite: drawComposite,
});
