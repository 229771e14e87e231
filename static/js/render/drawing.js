// @ts-check
// What the operations are made of: regions of messages, brushes, pictures on boxes.
import { BrushType, ImageScaleMode } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { covered, fill, move, paint } from "./blit.js";
import { adapterFor, PictureInk, SolidInk, TileInk } from "./ink.js";
import { after, kept } from "./pictures.js";
import { clippedRegion, isEmpty, maskedRegion, sameSize } from "./region.js";
import { Rop } from "./rop.js";
import { ScaledInk } from "./scale.js";

/** @typedef {import("./surface.js").Surface} Surface */
/** @typedef {import("./surface.js").SurfaceTable} SurfaceTable */
/** @typedef {import("./pictures.js").Pictures} Pictures */
/** @typedef {import("./pictures.js").Source} Source */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {import("./region.js").Rect} Rect */
/** @typedef {import("./ink.js").Ink} Ink */

/**
 * What the operations work on.
 * @typedef {object} Canvas
 * @property {SurfaceTable} surfaces
 * @property {Pictures} pictures
 * @property {(surface: Surface, region: Region) => void} damage called after pixels changed
 * @property {(what: string) => void} ignored called for what is not drawn
 */

/** @typedef {void | Promise<void>} Done */
/** @typedef {(canvas: Canvas, message: any) => Done} Operation */

/**
 * Resolves surface, box, clip and mask of a message, then draws.
 * @param {Canvas} canvas
 * @param {any} message
 * @param {(surface: Surface, region: Region, box: Rect) => Done} draw
 * @returns {Done}
 */
export function onRegion(canvas, { base, data }, draw) {
  const surface = canvas.surfaces.get(base.surface_id);
  const region = clippedRegion(surface, base.box, base.clip);
  const { mask } = data;
  const finish = (/** @type {Region} */ visible) =>
    after(draw(surface, visible, base.box), () => {
      if (visible.length) canvas.damage(surface, visible);
    });
  if (!mask?.bitmap) return finish(region);
  return after(canvas.pictures.getMask(mask.bitmap), (bits) => finish(maskedRegion(region, bits, mask, base.box)));
}

/**
 * The picture of a brush's pattern; the image is decoded even when nothing is drawn, since it may have to be cached.
 * @param {Canvas} canvas @param {any} brush @returns {Source | null | Promise<Source | null>}
 */
export function patternOf(canvas, brush) {
  if (brush.type === BrushType.PATTERN) return after(canvas.pictures.get(brush.u.pat), kept);
  if (brush.type === BrushType.SOLID || brush.type === BrushType.NONE) return null;
  throw new ProtocolError(`brush type ${brush.type} does not exist`);
}

/**
 * @param {Surface} surface @param {any} brush @param {Source | null} pattern what `patternOf` gave
 * @returns {Ink}
 */
export function brushInk(surface, brush, pattern) {
  if (pattern) {
    const { x, y } = brush.u.pos;
    const picture = apart(surface, pattern);
    return new TileInk(picture, x, y, surface, adapterFor(surface, picture, picture.highBits));
  }
  return new SolidInk(surface.word(brush.type === BrushType.SOLID ? brush.u.color ?? brush.u : 0));
}

/**
 * @param {Surface} surface @param {Region} region @param {any} brush @param {Source | null} pattern @param {number} rop
 */
export function drawBrush(surface, region, brush, pattern, rop) {
  if (!region.length) return;
  const ink = brushInk(surface, brush, pattern);
  if (ink instanceof SolidInk && rop === Rop.COPY) fill(surface, region, ink.word);
  else paint(surface, region, ink, rop);
}

/** @param {Surface} surface @param {Source} source @returns {Source} one whose pixels do not change while drawing */
export function apart(surface, source) {
  return source.pixels === surface.pixels ? { ...source, pixels: source.pixels.slice() } : source;
}

/** @param {Rect} area @throws {ProtocolError} a negative size */
export function checkArea(area) {
  if (area.right < area.left || area.bottom < area.top) throw new ProtocolError("a source area has a negative size");
}

/**
 * Draws an area of a picture on a box, stretched when their sizes differ.
 * @param {Surface} surface @param {Region} region @param {Rect} box
 * @param {Source} source @param {Rect} area @param {number} scaleMode @param {number} rop
 */
export function drawSource(surface, region, box, source, area, scaleMode, rop) {
  checkArea(area);
  if (!region.length || isEmpty(area)) return;
  if (!sameSize(box, area)) {
    paint(surface, region, stretched(surface, box, source, area, scaleMode, rop), rop);
    return;
  }
  const dx = box.left - area.left;
  const dy = box.top - area.top;
  if (source.pixels === surface.pixels && rop === Rop.COPY) move(surface, region, dx, dy);
  else paint(surface, covered(region, source, dx, dy), placed(surface, source, dx, dy), rop);
}

/** @param {Surface} surface @param {Source} source @param {number} dx @param {number} dy */
function placed(surface, source, dx, dy) {
  const picture = apart(surface, source);
  return new PictureInk(picture, dx, dy, surface, adapterFor(surface, picture, picture.highBits));
}

/**
 * What is stretched and put counts as opaque where the picture is, unlike what is only put.
 * @param {Surface} surface @param {Rect} box @param {Source} source @param {Rect} area @param {number} scaleMode
 * @param {number} rop
 */
function stretched(surface, box, source, area, scaleMode, rop) {
  if (scaleMode !== ImageScaleMode.NEAREST && scaleMode !== ImageScaleMode.INTERPOLATE) {
    throw new ProtocolError(`scale mode ${scaleMode} does not exist`);
  }
  const filled = rop === Rop.COPY && surface.alpha && !source.alpha;
  const picture = filled && source.raw ? { ...source, pixels: source.pixels.map((p) => p | 0xff000000) } : apart(surface, source);
  const adapt = adapterFor(surface, picture, picture.highBits || filled);
  return new ScaledInk(picture, area, box, scaleMode === ImageScaleMode.INTERPOLATE, surface, adapt);
}

/**
 * @param {Surface} surface @param {Region} region @param {Ink} ink
 * @param {(ink: Ink, d: number, n: number) => void} draw `d` is the first word on the surface
 */
export function eachRow(surface, region, ink, draw) {
  for (let i = 0; i < region.length; i += 4) {
    const n = region[i + 2] - region[i];
    for (let y = region[i + 1]; y < region[i + 3]; y++) {
      ink.at(region[i], y, n);
      draw(ink, y * surface.width + region[i], n);
    }
  }
}
