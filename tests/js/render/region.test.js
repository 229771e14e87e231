// Regions against sets of single pixels.
import assert from "node:assert/strict";
import { test } from "node:test";

import { clippedRegion, extents, intersect, maskedRegion, union } from "../../../static/js/render/region.js";
import { clipTo, Dice, NO_CLIP, rect } from "./messages.js";

const SIZE = { width: 30, height: 20 };
const keyOf = (x, y) => y * 1000 + x;

/** All pixels of rectangles, each as often as a rectangle covers it. */
function pixelsOf(quads) {
  const all = [];
  for (let i = 0; i < quads.length; i += 4) {
    for (let y = quads[i + 1]; y < quads[i + 3]; y++) for (let x = quads[i]; x < quads[i + 2]; x++) all.push(keyOf(x, y));
  }
  return all.sort((a, b) => a - b);
}

const flat = (rects) => rects.flatMap(({ left, top, right, bottom }) => [left, top, right, bottom]);

function assertRegion(quads) {
  for (let i = 0; i < quads.length; i += 4) {
    assert.ok(quads[i] < quads[i + 2] && quads[i + 1] < quads[i + 3], "no rectangle is empty");
    if (i === 0) continue;
    const below = quads[i + 1] >= quads[i - 1];
    const beside = quads[i + 1] === quads[i - 3] && quads[i + 3] === quads[i - 1] && quads[i] >= quads[i - 2];
    assert.ok(below || beside, "rectangles are sorted in bands");
  }
}

test("a union covers the pixels of all rectangles, each once, in bands", () => {
  const dice = new Dice(1);
  for (let round = 0; round < 500; round++) {
    const rects = Array.from({ length: dice.roll(0, 9) }, () => dice.rect(30, 20, 0)).filter((r) => r.left < r.right && r.top < r.bottom);
    const region = union(flat(rects));
    assertRegion(region);
    assert.deepEqual(pixelsOf(region), [...new Set(pixelsOf(flat(rects)))].sort((a, b) => a - b));
  }
});

test("rectangles that are a region already stay as they are", () => {
  const quads = [0, 0, 5, 2, 6, 0, 9, 2, 0, 2, 1, 9];
  assert.equal(union(quads), quads);
});

test("a clipped region is the box within the surface within the clip", () => {
  const dice = new Dice(2);
  for (let round = 0; round < 300; round++) {
    const box = dice.rect(30, 20, 8);
    const rects = Array.from({ length: dice.roll(0, 5) }, () => dice.rect(30, 20, 8));
    const inside = (r, x, y) => x >= r.left && x < r.right && y >= r.top && y < r.bottom;
    const wanted = pixelsOf([0, 0, 30, 20]).filter((key) => {
      const [x, y] = [key % 1000, Math.floor(key / 1000)];
      return inside(box, x, y) && rects.some((r) => inside(r, x, y));
    });
    const region = clippedRegion(SIZE, box, clipTo(rects));
    assertRegion(region);
    assert.deepEqual(pixelsOf(region), wanted);
  }
});

test("a clip without rectangles lets nothing through, no clip everything", () => {
  assert.deepEqual(clippedRegion(SIZE, rect(1, 1, 5, 5), clipTo([])), []);
  assert.deepEqual(clippedRegion(SIZE, rect(-1, 1, 50, 5), NO_CLIP), [0, 1, 30, 5]);
});

test("a masked region has exactly the pixels whose bit says so", () => {
  const dice = new Dice(4);
  for (let round = 0; round < 300; round++) {
    const mask = { width: dice.roll(1, 12), height: dice.roll(1, 9), bits: new Uint8Array(108).map(() => dice.roll(0, 1)) };
    const use = { flags: dice.roll(0, 1), pos: { x: dice.roll(-4, 6), y: dice.roll(-4, 6) } };
    const box = dice.rect(30, 20);
    const region = clippedRegion(SIZE, box, NO_CLIP);
    const wanted = pixelsOf(region).filter((key) => {
      const x = (key % 1000) - box.left + use.pos.x;
      const y = Math.floor(key / 1000) - box.top + use.pos.y;
      return x >= 0 && y >= 0 && x < mask.width && y < mask.height && mask.bits[y * mask.width + x] !== use.flags;
    });
    const masked = maskedRegion(region, mask, use, box);
    assertRegion(masked);
    assert.deepEqual(pixelsOf(masked), wanted);
  }
});

test("an intersection with what holds it all is the region itself", () => {
  const region = [1, 1, 5, 5];
  assert.equal(intersect(region, 0, 0, 30, 20), region);
  assert.deepEqual(intersect([1, 1, 5, 5, 7, 1, 9, 5], 4, 2, 8, 3), [4, 2, 5, 3, 7, 2, 8, 3]);
});

test("extents go around everything, and nothing has none", () => {
  assert.deepEqual(extents([5, 1, 6, 2, 0, 3, 1, 9]), rect(0, 1, 6, 9));
  assert.deepEqual(extents([]), rect(0, 0, 0, 0));
});
