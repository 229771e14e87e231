// What each surface format keeps of what is drawn on it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { SurfaceFmt } from "../../../static/js/spice/enums.gen.js";
import { from555, SurfaceTable } from "../../../static/js/render/surface.js";
import { BenchCanvas } from "./bench_canvas.js";
import { base, bitmap, copyOf, fromSurface, NO_CLIP, NO_MASK, pattern, rect, solid } from "./messages.js";

const fill = (color, box, surfaceId, rop = 8) =>
  ({ base: base(box, NO_CLIP, surfaceId), data: { brush: solid(color), rop_descriptor: rop, mask: NO_MASK } });
const hex = (pixels) => Array.from(pixels, (p) => p.toString(16).padStart(8, "0"));
const ALL = rect(0, 0, 2, 1);

/** A canvas of one row with a second surface of a format. */
function withSurface(format, words = null) {
  const canvas = new BenchCanvas({ width: 2, height: 1 });
  const surface = canvas.offscreen(1, 2, 1, format);
  if (words) surface.pixels.set(words);
  return { canvas, surface };
}

test("the screen stays opaque whatever is copied, combined or tiled from other surfaces", () => {
  const { canvas } = withSurface(SurfaceFmt.FMT_32_xRGB, [0x00112233, 0x80445566]);
  const from = fromSurface(1, 2, 1);
  canvas.draw("draw_copy", copyOf(from, ALL));
  assert.deepEqual(hex(canvas.screen.pixels), ["ff112233", "ff445566"]);
  canvas.draw("draw_copy", copyOf(from, ALL, { rop_descriptor: 64 }));
  assert.deepEqual(hex(canvas.screen.pixels), ["ff000000", "ff000000"]);
  const tiled = { ...fill(0, ALL, 0), data: { ...fill(0, ALL, 0).data, brush: pattern(from, 1, 0) } };
  canvas.draw("draw_fill", tiled);
  assert.deepEqual(hex(canvas.screen.pixels), ["ff445566", "ff112233"]);
  canvas.draw("draw_copy", copyOf(from, ALL, { src_area: rect(0, 0, 1, 1), scale_mode: 0 }));
  assert.ok(canvas.screen.pixels.every((p) => p >>> 24 === 255));
  for (const name of ["draw_blackness", "draw_invers", "draw_whiteness"]) {
    canvas.draw(name, { base: base(ALL), data: { mask: NO_MASK } });
    assert.ok(canvas.screen.pixels.every((p) => p >>> 24 === 255), name);
  }
});

test("an opaque picture leaves 0 in the fourth byte of other surfaces unless it says HIGH_BITS_SET", () => {
  for (const [flags, wanted] of [[0, "00030201"], [2, "ff030201"]]) {
    const { canvas, surface } = withSurface(SurfaceFmt.FMT_32_ARGB);
    canvas.draw("draw_copy", copyOf(bitmap(2, 1, [0x010203, 0x010203], { flags }), ALL, {}, NO_CLIP, 1));
    assert.deepEqual(hex(surface.pixels), [wanted, wanted]);
  }
});

test("an ARGB surface keeps the alpha of pictures and brushes", () => {
  const { canvas, surface } = withSurface(SurfaceFmt.FMT_32_ARGB);
  canvas.draw("draw_copy", copyOf(bitmap(2, 1, [0x80010203, 0], { alpha: true }), ALL, {}, NO_CLIP, 1));
  assert.deepEqual(hex(surface.pixels), ["80030201", "00000000"]);
  canvas.draw("draw_fill", fill(0x40010203, rect(1, 0, 2, 1), 1));
  assert.deepEqual(hex(surface.pixels), ["80030201", "40030201"]);
});

test("an alpha surface keeps nothing but alpha", () => {
  const { canvas, surface } = withSurface(SurfaceFmt.FMT_8_A);
  canvas.draw("draw_copy", copyOf(bitmap(2, 1, [0x80010203, 0xff010203], { alpha: true }), ALL, {}, NO_CLIP, 1));
  assert.deepEqual(hex(surface.pixels), ["80000000", "ff000000"]);
  canvas.draw("draw_fill", fill(0x41, rect(0, 0, 1, 1), 1));
  assert.deepEqual(hex(surface.pixels), ["41000000", "ff000000"]);
  canvas.draw("draw_invers", { base: base(ALL, NO_CLIP, 1), data: { mask: NO_MASK } });
  assert.deepEqual(hex(surface.pixels), ["be000000", "00000000"]);
});

test("a one bit surface is a mask", () => {
  const { canvas, surface } = withSurface(SurfaceFmt.FMT_1_A);
  canvas.draw("draw_fill", fill(1, rect(0, 0, 1, 1), 1));
  assert.deepEqual(hex(surface.pixels), ["ff000000", "00000000"]);
  const mask = { flags: 1, pos: { x: 0, y: 0 }, bitmap: fromSurface(1, 2, 1) };
  const whole = fill(0xffffff, ALL, 0);
  canvas.draw("draw_fill", { ...whole, data: { ...whole.data, mask } });
  assert.deepEqual(hex(canvas.screen.pixels), ["ff000000", "ffffffff"]);
});

test("a 555 surface holds what 555 can hold, and combines as 15 bits do", () => {
  const { canvas, surface } = withSurface(SurfaceFmt.FMT_16_555);
  canvas.draw("draw_copy", copyOf(bitmap(2, 1, [0x123456, 0xfedcba]), ALL, {}, NO_CLIP, 1));
  const short = (rgb) => ((rgb >> 9) & 0x7c00) | ((rgb >> 6) & 0x3e0) | ((rgb >> 3) & 31);
  assert.deepEqual(hex(surface.pixels), hex([from555(short(0x123456)), from555(short(0xfedcba))]));
  canvas.draw("draw_fill", fill(0x2a95, ALL, 1, 64));
  assert.deepEqual(hex(surface.pixels), hex([from555(short(0x123456) ^ 0x2a95), from555(short(0xfedcba) ^ 0x2a95)]));
});

test("a 565 surface keeps six bits of green", () => {
  const { canvas, surface } = withSurface(SurfaceFmt.FMT_16_565);
  canvas.draw("draw_copy", copyOf(bitmap(2, 1, [0x080408, 0xf7fbf7]), ALL, {}, NO_CLIP, 1));
  assert.deepEqual(hex(surface.pixels), ["ff080408", "fff7fbf7"]);
  canvas.draw("draw_fill", fill(0xffff, ALL, 1));
  assert.deepEqual(hex(surface.pixels), ["ffffffff", "ffffffff"]);
});

test("a primary surface with another format replaces the one before", () => {
  const table = new SurfaceTable();
  const create = { surface_id: 0, width: 4, height: 4, format: SurfaceFmt.FMT_32_xRGB, flags: 1 };
  const first = table.create(create);
  assert.equal(table.create(create), first);
  const second = table.create({ ...create, format: SurfaceFmt.FMT_16_555 });
  assert.notEqual(second, first);
  assert.equal(table.primary, second);
  assert.equal(table.size, 1);
});
