// STROKE, TEXT, ALPHA_BLEND and COMPOSITE as messages.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ProtocolError } from "../../../static/js/spice/errors.js";
import { SurfaceFmt } from "../../../static/js/spice/enums.gen.js";
import { BenchCanvas, rgb } from "./bench_canvas.js";
import { base, bitmap, clipTo, copyOf, Dice, fromSurface, NO_CLIP, pattern, rect, solid } from "./messages.js";

const WIDTH = 24;
const HEIGHT = 20;
const ALL = rect(0, 0, WIDTH, HEIGHT);
const screen = () => new BenchCanvas({ width: WIDTH, height: HEIGHT });
const white = (canvas) => {
  const found = [];
  canvas.screen.pixels.forEach((p, i) => p === 0xffffffff && found.push(`${i % WIDTH},${Math.floor(i / WIDTH)}`));
  return found.sort();
};

const stroke = (segments, fields = {}, clip = NO_CLIP) => ({
  base: base(ALL, clip),
  data: {
    path: { num_segments: segments.length, segments }, attr: { flags: 0 }, brush: solid(0xffffff), fore_mode: 8, back_mode: 0,
    ...fields,
  },
});
const line = (...points) => ({ flags: 3, points: points.map(([x, y]) => ({ x, y })) });

/** The pixels of a line, one step at a time: the error grows with each step and a sideways step takes it back. */
function walked([x1, y1], [x2, y2]) {
  const [adx, ady] = [Math.abs(x2 - x1), Math.abs(y2 - y1)];
  const [sx, sy] = [x2 < x1 ? -1 : 1, y2 < y1 ? -1 : 1];
  const steep = ady >= adx;
  const [long, short] = steep ? [ady, adx] : [adx, ady];
  const octant = (sx < 0 ? 4 : 0) + (sy < 0 ? 2 : 0) + (steep ? 1 : 0);
  let error = -long - ([3, 4, 6, 7].includes(octant) ? 1 : 0);
  let [x, y] = [x1, y1];
  const pixels = [];
  for (let step = 0; step < long; step++) {
    if (x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT) pixels.push(`${x},${y}`);
    error += 2 * short;
    const aside = error >= 0;
    if (aside) error -= 2 * long;
    if (steep || aside) y += sy;
    if (!steep || aside) x += sx;
  }
  return pixels.sort();
}

test("a line has the pixels that walking it step by step gives, in every direction, inside and outside", () => {
  const dice = new Dice(8);
  for (let round = 0; round < 500; round++) {
    const canvas = screen();
    const ends = [[dice.roll(-20, 40), dice.roll(-20, 40)], [dice.roll(-20, 40), dice.roll(-20, 40)]];
    canvas.draw("draw_stroke", stroke([line(...ends)]));
    assert.deepEqual(white(canvas), walked(...ends), `${ends.join(" to ")}`);
  }
});

test("a closed path comes back to its beginning, and each line leaves its last pixel to the next", () => {
  const canvas = screen();
  const square = { flags: 1 | 2 | 8, points: [[2, 2], [6, 2], [6, 6], [2, 6]].map(([x, y]) => ({ x, y })) };
  canvas.draw("draw_stroke", stroke([square], { fore_mode: 64 }));
  assert.equal(white(canvas).length, 16);
});

test("a line stays within its clip and takes its colors from a pattern", () => {
  const canvas = screen();
  const brush = pattern(bitmap(2, 1, [0xffffff, 0x0000ff]), 0, 0);
  canvas.draw("draw_stroke", stroke([line([0, 5], [20, 5])], { brush }, clipTo([rect(2, 0, 6, 20), rect(8, 0, 9, 20)])));
  assert.deepEqual(white(canvas), ["2,5", "4,5", "8,5"]);
});

test("a curve passes through its ends and stays near its control points' hull", () => {
  const canvas = screen();
  const points = [[1, 10], [1, 2], [20, 2], [20, 10]].map(([x, y]) => ({ x, y }));
  canvas.draw("draw_stroke", stroke([{ flags: 1 | 2 | 16, points }]));
  const drawn = white(canvas);
  assert.ok(drawn.includes("1,10"));
  assert.ok(drawn.length > 20 && drawn.every((at) => Number(at.split(",")[1]) >= 4));
});

/** @param {number[]} style @param {number} [flags] */
const dashes = (style, flags = 8) => ({ attr: { flags, style_nseg: style.length, style } });

test("a dashed line begins with its first dash, or with a gap as long", () => {
  const canvas = screen();
  canvas.draw("draw_stroke", stroke([line([0, 1], [12, 1])], dashes([3, 2])));
  assert.deepEqual(white(canvas), ["0,1", "1,1", "10,1", "11,1", "2,1", "5,1", "6,1", "7,1"]);
  const other = screen();
  other.draw("draw_stroke", stroke([line([0, 1], [9, 1])], dashes([3, 2], 8 | 4)));
  assert.deepEqual(white(other), ["3,1", "4,1", "8,1"]);
});

test("dashes go on around corners, are as long on slopes, and are drawn once where they meet", () => {
  const canvas = screen();
  const path = { flags: 1 | 2, points: [[0, 0], [4, 0], [4, 8]].map(([x, y]) => ({ x, y })) };
  canvas.draw("draw_stroke", stroke([path], { ...dashes([6, 2]), fore_mode: 64 }));
  assert.deepEqual(white(canvas), ["0,0", "1,0", "2,0", "3,0", "4,0", "4,1", "4,4", "4,5", "4,6", "4,7"]);
  const slope = screen();
  slope.draw("draw_stroke", stroke([line([0, 0], [9, 9])], dashes([3, 3])));
  assert.deepEqual(white(slope), ["0,0", "1,1", "2,2", "5,5", "6,6"]);
});

test("dashes without any length make a whole line", () => {
  const canvas = screen();
  canvas.draw("draw_stroke", stroke([line([0, 0], [5, 0])], dashes([0, 0.25])));
  assert.equal(white(canvas).length, 5);
  canvas.draw("draw_stroke", stroke([line([0, 3], [5, 3])], { attr: { flags: 8, style_nseg: 0, style: null } }));
  assert.equal(white(canvas).length, 10);
  assert.deepEqual(canvas.ignoredNames, []);
});

const glyph = (x, y, width, height, data) =>
  ({ render_pos: { x, y }, glyph_origin: { x: 1, y: -1 }, width, height, data: Uint8Array.from(data) });
const text = (flags, glyphs, fields = {}, clip = NO_CLIP) => ({
  base: base(ALL, clip),
  data: {
    str: { length: glyphs.length, flags, glyphs }, back_area: rect(0, 0, 0, 0), fore_brush: solid(0xffffff),
    back_brush: { type: 0, u: null }, fore_mode: 8, back_mode: 0, ...fields,
  },
});

test("one bit glyphs are drawn bottom up, or top down where they say so", () => {
  const bits = [0b10000000, 0b01000000, 0b00100000];
  const canvas = screen();
  canvas.draw("draw_text", text(1, [glyph(3, 4, 3, 3, bits)]));
  assert.deepEqual(white(canvas), ["4,5", "5,4", "6,3"]);
  const other = screen();
  other.draw("draw_text", text(1 | 8, [glyph(3, 4, 3, 3, bits)]));
  assert.deepEqual(white(other), ["4,3", "5,4", "6,5"]);
});

test("four and eight bit glyphs are blended, the larger value where they overlap", () => {
  const canvas = screen();
  canvas.draw("draw_text", text(4 | 8, [glyph(0, 1, 2, 1, [128, 255]), glyph(1, 1, 1, 1, [64])], { fore_brush: solid(0xff8040) }));
  assert.equal(canvas.rows()[0].slice(7, 20), "804020 ff8040");
  const four = screen();
  four.draw("draw_text", text(2 | 8, [glyph(0, 1, 3, 1, [0xf8, 0x10])]));
  assert.equal(four.rows()[0].slice(7, 27), "f0f0f0 808080 101010");
});

test("a background is filled before the text, within box and clip", () => {
  const canvas = screen();
  const fields = { back_area: rect(0, 0, 6, 3), back_brush: solid(0x0000ff) };
  canvas.draw("draw_text", text(1 | 8, [glyph(1, 2, 2, 1, [0b11000000])], fields, clipTo([rect(0, 0, 3, 2)])));
  assert.deepEqual(canvas.rows().slice(0, 3).map((row) => row.slice(0, 27)), [
    "0000ff 0000ff 0000ff 000000", "0000ff 0000ff ffffff 000000", "000000 000000 000000 000000",
  ]);
  assert.throws(() => canvas.draw("draw_text", text(1, [glyph(1, 2, 2, 1, [0])], { ...fields, fore_mode: 64 })), ProtocolError);
});

test("alpha blending weighs a picture by its own alpha and by the message's", () => {
  const canvas = screen();
  const image = bitmap(3, 1, [0xff0000ff, 0x80000080, 0x00000000], { alpha: true });
  canvas.draw("draw_whiteness", { base: base(ALL), data: { mask: null } });
  canvas.draw("draw_alpha_blend", copyOf(image, rect(0, 0, 3, 1), { alpha: 255, alpha_flags: 0 }));
  canvas.draw("draw_alpha_blend", copyOf(image, rect(0, 1, 3, 2), { alpha: 128, alpha_flags: 0 }));
  canvas.draw("draw_alpha_blend", copyOf(image, rect(0, 2, 3, 3), { alpha: 0, alpha_flags: 0 }));
  assert.deepEqual(canvas.rows().slice(0, 3).map((row) => row.slice(0, 20)), [
    "0000ff 7f7fff ffffff", "7f7fff bfbfff ffffff", "ffffff ffffff ffffff",
  ]);
});

test("alpha blending stretches to the box with the nearest pixels, and blends opaque pictures by the message's alpha", () => {
  const canvas = screen();
  canvas.draw("draw_alpha_blend", copyOf(bitmap(2, 1, [0xffffff, 0x00ff00]), rect(0, 0, 4, 1), { alpha: 255, alpha_flags: 0 }));
  assert.equal(canvas.rows()[0].slice(0, 27), "ffffff ffffff 00ff00 00ff00");
});

const composite = (src, flags, fields = {}, box = ALL, surfaceId = 0) => ({
  base: base(box, NO_CLIP, surfaceId),
  data: { flags, src_bitmap: src, src_origin: { x: 0, y: 0 }, mask_origin: { x: 0, y: 0 }, ...fields },
});
const [SRC, OVER, ADD] = [1, 3, 12];
const HAS_MASK = 1 << 19;
const NORMAL = 1 << 14;

test("composite puts a premultiplied picture over the screen from its origin on", () => {
  const canvas = screen();
  canvas.draw("draw_whiteness", { base: base(ALL), data: { mask: null } });
  const image = bitmap(2, 1, [0xffff0000, 0x80800000], { alpha: true });
  canvas.draw("draw_composite", composite(image, OVER, { src_origin: { x: -1, y: 0 } }, rect(2, 3, 6, 4)));
  assert.equal(canvas.rows()[3].slice(14, 41), "ffffff ff0000 ff7f7f ffffff");
});

test("composite repeats a picture and adds up to white", () => {
  const canvas = screen();
  const image = bitmap(2, 1, [0xff800000, 0xff000090], { alpha: true });
  for (let i = 0; i < 2; i++) canvas.draw("draw_composite", composite(image, ADD | NORMAL, {}, rect(0, 0, 5, 1)));
  assert.equal(canvas.rows()[0].slice(0, 34), "ff0000 0000ff ff0000 0000ff ff0000");
});

test("composite draws a color through an alpha mask, glyphs as X does them", () => {
  const canvas = screen();
  const color = bitmap(1, 1, [0xffffffff], { alpha: true });
  const mask = canvas.offscreen(5, 3, 1, SurfaceFmt.FMT_8_A);
  mask.pixels.set([0xff000000, 0x40000000, 0]);
  const fields = { mask_bitmap: fromSurface(5, 3, 1) };
  canvas.draw("draw_composite", composite(color, OVER | NORMAL | HAS_MASK, fields, rect(1, 0, 4, 1)));
  assert.equal(canvas.rows()[0].slice(0, 34), "000000 ffffff 404040 000000 000000");
});

test("composite keeps alpha on an ARGB surface and forgets it on the screen", () => {
  const canvas = screen();
  const surface = canvas.offscreen(5, 2, 1);
  const image = bitmap(2, 1, [0x80402010, 0], { alpha: true });
  canvas.draw("draw_composite", composite(image, SRC, {}, rect(0, 0, 2, 1), 5));
  assert.deepEqual([...surface.pixels], [0x80102040, 0]);
  canvas.draw("draw_composite", composite(fromSurface(5, 2, 1), SRC));
  assert.equal(rgb(canvas.screen.pixels[0]), 0x402010);
  assert.equal(canvas.screen.pixels[0] >>> 24, 255);
});

test("composite of a surface onto itself reads what was there before", () => {
  const canvas = screen();
  canvas.draw("draw_copy", copyOf(bitmap(3, 1, [1, 2, 3]), rect(0, 0, 3, 1)));
  canvas.draw("draw_composite", composite(fromSurface(0, WIDTH, HEIGHT), SRC, {}, rect(1, 0, 4, 1)));
  assert.equal(canvas.rows()[0].slice(0, 27), "000001 000001 000002 000003");
});

test("an operator that Render does not have is counted, and the image is cached all the same", () => {
  const canvas = screen();
  canvas.draw("draw_composite", composite(bitmap(1, 1, [1], { id: 4n, flags: 1 }), 0x3f));
  assert.deepEqual(canvas.ignoredNames, ["draw_composite with operator 63"]);
  assert.equal(canvas.cache.size, 1);
});
