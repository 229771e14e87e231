// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { thumbnailSize } from "../../../static/js/render/thumbnail.js";

test("a thumbnail keeps the screen's proportions and is never larger than allowed", () => {
  assert.deepEqual(thumbnailSize({ width: 1920, height: 1080 }), { width: 320, height: 180 });
  assert.deepEqual(thumbnailSize({ width: 640, height: 480 }), { width: 320, height: 240 });
  assert.deepEqual(thumbnailSize({ width: 1080, height: 1920 }), { width: 135, height: 240 });
  assert.deepEqual(thumbnailSize({ width: 16384, height: 1 }), { width: 320, height: 1 });
});

test("a screen that is small already is not made larger", () => {
  assert.deepEqual(thumbnailSize({ width: 80, height: 50 }), { width: 80, height: 50 });
});
