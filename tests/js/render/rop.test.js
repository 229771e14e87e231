// Raster operations against the text of their definition.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Rop, ROP_ROWS, ropOf } from "../../../static/js/render/rop.js";
import { rop3Row } from "../../../static/js/render/rop3.js";
import { combined } from "./reference.js";

const SOURCE = 0x00cc0f;
const DESTINATION = 0x00aa35;

test("each of the 2048 descriptors, seen from COPY, FILL and OPAQUE, combines bits as its flags say", () => {
  const views = [[1, 4], [2, 4], [2, 1]];
  for (const [source, destination] of views) {
    for (let descriptor = 0; descriptor < 2048; descriptor++) {
      const [dst, src] = [Uint32Array.of(DESTINATION), Uint32Array.of(SOURCE)];
      ROP_ROWS[ropOf(descriptor, source, destination)](dst, 0, src, 0, 1, 0xffffff, 0);
      assert.equal(dst[0], combined(descriptor, source, destination, SOURCE, DESTINATION), `descriptor ${descriptor}`);
    }
  }
});

test("a row touches its own words only, and keeps and forces bits in each", () => {
  for (const [name, number] of Object.entries(Rop)) {
    const dst = new Uint32Array(6).fill(0x12345678);
    ROP_ROWS[number](dst, 2, new Uint32Array(8).fill(0xa5a5a5a5), 3, 2, 0xffffff, 0xff000000);
    assert.deepEqual([dst[0], dst[1], dst[4], dst[5]], new Array(4).fill(0x12345678), name);
    if (number !== Rop.NOOP) assert.equal(dst[2] >>> 24, 255, name);
  }
});

test("the ternary operations that copy one of their inputs do so", () => {
  const [p, s, d] = [0xf0f0f0, 0xcccccc, 0xaaaaaa];
  for (const [code, wanted] of [[0xf0, p], [0xcc, s], [0xaa, d], [0x00, 0], [0xff, 0xffffff], [0x66, s ^ d], [0xb8, ((d ^ p) & s) ^ p]]) {
    const dst = Uint32Array.of(d);
    rop3Row(code)(dst, 0, Uint32Array.of(p), 0, Uint32Array.of(s), 0, 1, 0xffffff, 0);
    assert.equal(dst[0], wanted, `code ${code}`);
  }
});
