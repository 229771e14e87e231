// What a hostile machine may send to be drawn: a ProtocolError or nothing, and never more memory than the limits say.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ProtocolError } from "../../../static/js/spice/errors.js";
import {
  MAX_CLIP_RECTS, MAX_IMAGE_PIXELS, MAX_SURFACE_WIDTH, MAX_SURFACES, MAX_SURFACES_PIXELS,
} from "../../../static/js/spice/limits.gen.js";
import { SurfaceTable } from "../../../static/js/render/surface.js";
import { BenchCanvas } from "./bench_canvas.js";
import {
  base, bitmap, clipTo, copyOf, fromCache, fromSurface, maskBitmap, NO_CLIP, NO_MASK, pattern, rect, solid,
} from "./messages.js";

const FAR = 0x7fffffff;
const EVERYTHING = rect(-FAR - 1, -FAR - 1, FAR, FAR);
const fillWith = (box, fields = {}, clip = NO_CLIP) =>
  ({ base: base(box, clip), data: { brush: solid(0xffffff), rop_descriptor: 8, mask: NO_MASK, ...fields } });
const refused = (draw) => assert.throws(draw, ProtocolError);
const blank = (canvas) => canvas.screen.pixels.every((p) => p === 0xff000000);
const create = (width, height, fields = {}) => ({ surface_id: 1, width, height, format: 32, flags: 0, ...fields });

test("a surface without pixels, with too many, or of no known format is refused before room is made for it", () => {
  const table = new SurfaceTable();
  for (const [width, height] of [[0, 5], [5, 0], [MAX_SURFACE_WIDTH + 1, 1], [1, 0xffffffff], [16384, 16384]]) {
    refused(() => table.create(create(width, height)));
  }
  refused(() => table.create(create(4, 4, { format: 7 })));
  assert.equal(table.size, 0);
});

test("surfaces are limited in number and in pixels together, and destroying gives room again", () => {
  const table = new SurfaceTable();
  for (let id = 0; id < MAX_SURFACES; id++) table.create(create(1, 1, { surface_id: id }));
  refused(() => table.create(create(1, 1, { surface_id: MAX_SURFACES })));
  table.clear();
  const side = 4096;
  const most = MAX_SURFACES_PIXELS / side ** 2;
  for (let id = 0; id < most; id++) table.create(create(side, side, { surface_id: id }));
  refused(() => table.create(create(1, 1, { surface_id: most })));
  table.destroy(0);
  table.create(create(1, 1, { surface_id: most }));
});

test("a surface id in use is refused, one that nobody has is ignored when destroyed and refused when drawn on", () => {
  const canvas = new BenchCanvas();
  refused(() => canvas.offscreen(0, 4, 4));
  canvas.surfaces.destroy(77);
  refused(() => canvas.draw("draw_fill", { ...fillWith(EVERYTHING), base: base(EVERYTHING, NO_CLIP, 77) }));
  refused(() => canvas.draw("draw_copy", copyOf(fromSurface(77, 4, 4), rect(0, 0, 4, 4))));
  refused(() => canvas.draw("copy_bits", { base: base(EVERYTHING, NO_CLIP, 77), src_pos: { x: 0, y: 0 } }));
});

test("boxes far outside, inside out or empty draw what lies on the surface, or nothing", () => {
  const canvas = new BenchCanvas();
  for (const box of [rect(5, 5, 2, 9), rect(FAR - 1, 0, FAR, 5), rect(-FAR, -FAR, -5, -5), rect(3, 3, 3, 8)]) {
    canvas.draw("draw_fill", fillWith(box));
  }
  assert.ok(blank(canvas));
  canvas.draw("draw_fill", fillWith(EVERYTHING));
  assert.ok(canvas.screen.pixels.every((p) => p === 0xffffffff));
});

test("copy_bits from far outside changes nothing", () => {
  const canvas = new BenchCanvas();
  for (const x of [FAR, -FAR, 16, -16]) canvas.draw("copy_bits", { base: base(EVERYTHING), src_pos: { x, y: -x } });
  assert.ok(blank(canvas));
});

test("source areas with a negative size are refused, empty and distant ones draw nothing of the picture", () => {
  const canvas = new BenchCanvas();
  const image = bitmap(2, 2, [1, 2, 3, 4]);
  const box = rect(0, 0, 8, 8);
  refused(() => canvas.draw("draw_copy", copyOf(image, box, { src_area: rect(2, 0, 0, 2) })));
  refused(() => canvas.draw("draw_copy", copyOf(image, box, { src_area: rect(0, FAR, 2, 0) })));
  refused(() => canvas.draw("draw_alpha_blend", copyOf(image, box, { alpha: 9, alpha_flags: 0, src_area: rect(2, 0, 0, 2) })));
  for (const area of [rect(0, 0, 0, 2), rect(FAR - 8, 0, FAR, 8), rect(-FAR, -FAR, -FAR + 8, -FAR + 8)]) {
    canvas.draw("draw_copy", copyOf(image, box, { src_area: area }));
  }
  assert.ok(blank(canvas));
});

test("a picture stretched over a box of four thousand million pixels costs no more than the surface", () => {
  const canvas = new BenchCanvas();
  const image = bitmap(2, 1, [0xff0000, 0x00ff00]);
  for (const scale_mode of [0, 1]) canvas.draw("draw_copy", copyOf(image, EVERYTHING, { scale_mode }));
  canvas.draw("draw_copy", copyOf(image, EVERYTHING, { src_area: rect(-FAR, -FAR, FAR, FAR - 1) }));
  refused(() => canvas.draw("draw_copy", copyOf(image, EVERYTHING, { scale_mode: 2 })));
});

test("an image that was never cached, or has another size than the cached one, is refused", () => {
  const canvas = new BenchCanvas();
  refused(() => canvas.draw("draw_copy", copyOf(fromCache(9n, 2, 2), rect(0, 0, 2, 2))));
  canvas.draw("draw_copy", copyOf(bitmap(2, 2, [1, 2, 3, 4], { id: 9n, flags: 1 }), rect(0, 0, 2, 2)));
  canvas.draw("draw_copy", copyOf(fromCache(9n, 2, 2), rect(4, 0, 6, 2)));
  refused(() => canvas.draw("draw_copy", copyOf(fromCache(9n, 4096, 4096), rect(0, 0, 2, 2))));
  const mask = { flags: 0, pos: { x: 0, y: 0 }, bitmap: fromCache(9n, 2, 2) };
  refused(() => canvas.draw("draw_fill", fillWith(EVERYTHING, { mask })));
});

test("missing images and impossible sizes are refused", () => {
  const canvas = new BenchCanvas();
  refused(() => canvas.draw("draw_copy", { base: base(EVERYTHING), data: { ...copyOf(bitmap(1, 1, [1]), EVERYTHING).data, src_bitmap: null } }));
  const bomb = bitmap(1, 1, [1]);
  bomb.descriptor.width = 65536;
  bomb.descriptor.height = 65536;
  assert.ok(65536 ** 2 > MAX_IMAGE_PIXELS);
  refused(() => canvas.draw("draw_copy", copyOf(bomb, EVERYTHING)));
  refused(() => canvas.draw("draw_fill", fillWith(EVERYTHING, { brush: { type: 9, u: 0 } })));
});

test("strides below the width or beyond the data are refused", () => {
  for (const stride of [0, 4, 7, 0xffffffff]) {
    const image = bitmap(2, 2, [1, 2, 3, 4]);
    image.u.stride = stride;
    refused(() => new BenchCanvas().draw("draw_copy", copyOf(image, EVERYTHING)));
  }
});

test("too many clip rectangles are refused, very many overlapping ones are drawn once and soon", () => {
  const canvas = new BenchCanvas({ width: 400, height: 300 });
  const many = (count) => Array.from({ length: count }, (_, i) => rect(i % 311, (i * 7) % 211, 200 + (i % 97), 220 + (i % 71)));
  refused(() => canvas.draw("draw_fill", fillWith(EVERYTHING, {}, clipTo(many(MAX_CLIP_RECTS + 1)))));
  const began = process.cpuUsage();
  canvas.draw("draw_invers", { base: base(EVERYTHING, clipTo(many(MAX_CLIP_RECTS))), data: { mask: NO_MASK } });
  assert.ok(process.cpuUsage(began).user < 5_000_000, "microseconds, of this program's own time");
  assert.equal(canvas.screen.pixels[215 * 400 + 150], 0xffffffff);
});

test("a mask smaller than the box lets through only what it covers, inverted or not", () => {
  for (const flags of [0, 1]) {
    const canvas = new BenchCanvas();
    const mask = { flags, pos: { x: -2, y: -1 }, bitmap: maskBitmap(2, 2, [1, 0, 0, 1]) };
    canvas.draw("draw_fill", fillWith(rect(0, 0, 16, 12), { mask }));
    assert.equal(canvas.screen.pixels.filter((p) => p === 0xffffffff).length, 2);
  }
});

test("masks that are no masks are refused", () => {
  const canvas = new BenchCanvas();
  const use = (image) => canvas.draw("draw_fill", fillWith(EVERYTHING, { mask: { flags: 0, pos: { x: 0, y: 0 }, bitmap: image } }));
  refused(() => use(bitmap(2, 2, [1, 2, 3, 4])));
  const quic = maskBitmap(2, 2, [1, 1, 1, 1]);
  quic.descriptor.type = 1;
  refused(() => use(quic));
});

test("a pattern brush of this very surface is read before it is written", () => {
  const canvas = new BenchCanvas({ width: 4, height: 1 });
  canvas.draw("draw_copy", copyOf(bitmap(4, 1, [1, 2, 3, 4]), rect(0, 0, 4, 1)));
  canvas.draw("draw_fill", fillWith(EVERYTHING, { brush: pattern(fromSurface(0, 4, 1), 1, 0) }));
  assert.deepEqual(canvas.rows(), ["000004 000001 000002 000003"]);
});

test("an image cache that is filled beyond its budget is refused", () => {
  const canvas = new BenchCanvas({ budget: 100 });
  const put = (id) => canvas.draw("draw_copy", copyOf(bitmap(5, 5, new Array(25).fill(7), { id, flags: 1 }), EVERYTHING));
  for (let id = 1n; id <= 5n; id++) put(id);
  refused(() => put(6n));
  canvas.cache.remove(1n);
  put(7n);
  assert.equal(canvas.cache.pixels, 125);
});

test("a glyph in another galaxy is refused, one that lacks bits draws nothing", () => {
  const canvas = new BenchCanvas();
  const glyph = (x, width, data) => ({ render_pos: { x, y: 0 }, glyph_origin: { x: 0, y: 0 }, width, height: 4, data });
  const text = (glyphs) => ({
    base: base(EVERYTHING),
    data: {
      str: { length: glyphs.length, flags: 4, glyphs }, back_area: rect(0, 0, 0, 0), fore_brush: solid(0xffffff),
      back_brush: { type: 0, u: null }, fore_mode: 8, back_mode: 0,
    },
  });
  const full = new Uint8Array(16).fill(255);
  refused(() => canvas.draw("draw_text", text([glyph(0, 4, full), glyph(FAR - 4, 4, full)])));
  canvas.draw("draw_text", text([glyph(2, 4, new Uint8Array(0))]));
  canvas.draw("draw_text", text([]));
  assert.ok(blank(canvas));
});

test("paths with endless curves, curves without a beginning and lines across the universe end", () => {
  const canvas = new BenchCanvas();
  const far = 0x7fffffff / 16;
  let attr = { flags: 0 };
  const stroke = (...segments) => canvas.draw("draw_stroke", {
    base: base(EVERYTHING),
    data: {
      path: { num_segments: segments.length, segments: segments.map(([flags, ...points]) => ({ flags, points: points.map(([x, y]) => ({ x, y })) })) },
      attr, brush: solid(0xffffff), fore_mode: 8, back_mode: 0,
    },
  });
  refused(() => stroke([16, [0, 0], [1, 1], [2, 2]]));
  refused(() => stroke([17, [0, 0], [1, 1]]));
  refused(() => stroke([17, [0, 0], ...Array.from({ length: 30000 }, (_, i) => [i % 3 === 2 ? 0 : far, i % 3 === 1 ? far : 0])]));
  const across = [[3, [-far, -far], [far, far - 1]], [3, [far, -far], [-far, far]], [3, [far, 5], [-far, 5], [far, 6]]];
  stroke(...across);
  attr = { flags: 12, style_nseg: 255, style: new Array(255).fill(far) };
  stroke(...across);
});
