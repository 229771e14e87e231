import assert from "node:assert/strict";
import { test } from "node:test";

import { outlineInverts } from "../../../static/js/render/cursor_outline.js";
import { decodeCursor } from "../../../static/js/render/cursor_picture.js";
import { CursorShapes } from "../../../static/js/render/cursor_shapes.js";
import { CursorFlags, CursorType } from "../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../static/js/spice/errors.js";
import { MAX_CACHED_CURSORS } from "../../../static/js/spice/limits.gen.js";

const BLACK = 0xff000000;
const WHITE = 0xffffffff;
const RED = 0xff0000ff;
const BLUE = 0xffff0000;

function header(type, width, height, more = {}) {
  return { unique: 1n, type, width, height, hot_spot_x: 0, hot_spot_y: 0, ...more };
}

const decode = (type, width, height, bytes) => decodeCursor(header(type, width, height), Uint8Array.from(bytes));
const hex = (pixels) => Array.from(pixels, (pixel) => pixel.toString(16).padStart(8, "0"));

test("ALPHA: premultiplied BGRA becomes straight RGBA", () => {
  const { pixels, inverts } = decode(CursorType.ALPHA, 3, 1, [0, 0, 128, 128, 10, 20, 30, 255, 0, 0, 0, 0]);
  assert.deepEqual(hex(pixels), ["800000ff", "ff0a141e", "00000000"]);
  assert.equal(inverts, null);
});

test("ALPHA: a shape with colours above their alpha is taken as straight", () => {
  const { pixels } = decode(CursorType.ALPHA, 2, 1, [0, 0, 255, 128, 0, 255, 0, 255]);
  assert.deepEqual(hex(pixels), ["800000ff", "ff00ff00"]);
});

test("MONO: the four meanings of AND and XOR", () => {
  // AND 0011…, XOR 0101…: black, white, transparent, inverting.
  const { pixels, inverts } = decode(CursorType.MONO, 4, 1, [0b00110000, 0b01010000]);
  assert.deepEqual([...pixels], [BLACK, WHITE, 0, 0]);
  assert.deepEqual([...inverts], [0, 0, 0, 1]);
});

test("MONO: rows are padded to bytes, at a width that is not a multiple of eight", () => {
  const and = [0xff, 0b10000000, 0, 0, 0xff, 0xff];
  const xor = [0, 0, 0xff, 0xff, 0, 0];
  const { pixels, inverts } = decode(CursorType.MONO, 9, 3, [...and, ...xor]);
  assert.ok([...pixels.subarray(0, 9)].every((pixel) => pixel === 0));
  assert.ok([...pixels.subarray(9, 18)].every((pixel) => pixel === WHITE));
  assert.ok([...pixels.subarray(18)].every((pixel) => pixel === 0));
  assert.equal(inverts, null);
});

test("COLOR32: a clear mask bit paints, a set one leaves black and inverts white", () => {
  const color = [0, 0, 255, 77, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0];
  const { pixels, inverts } = decode(CursorType.COLOR32, 4, 1, [...color, 0b01100000]);
  assert.deepEqual([...pixels], [RED, 0, 0, BLACK]);
  assert.deepEqual([...inverts], [0, 0, 1, 0]);
});

test("COLOR24: three bytes a pixel without padding", () => {
  const { pixels } = decode(CursorType.COLOR24, 3, 1, [255, 0, 0, 0, 0, 255, 255, 255, 255, 0]);
  assert.deepEqual([...pixels], [BLUE, RED, WHITE]);
});

test("COLOR16: five bits a channel, widened to eight, white included", () => {
  const { pixels, inverts } = decode(CursorType.COLOR16, 4, 1, [0x1f, 0, 0, 0x7c, 0xff, 0x7f, 0xff, 0x7f, 0b00010000]);
  assert.deepEqual([...pixels], [BLUE, RED, WHITE, 0]);
  assert.deepEqual([...inverts], [0, 0, 0, 1]);
});

test("COLOR8: a byte a pixel through 256 colours", () => {
  const palette = new Uint8Array(1024);
  palette.set([0, 0, 255, 0], 4 * 200);
  const { pixels } = decode(CursorType.COLOR8, 2, 1, [200, 0, ...palette, 0b01000000]);
  assert.deepEqual([...pixels], [RED, 0]);
});

test("COLOR4: the high nibble first, rows padded to bytes", () => {
  const palette = new Uint8Array(64);
  palette.set([0, 0, 255, 0], 4);
  palette.set([255, 0, 0, 0], 8);
  const { pixels } = decode(CursorType.COLOR4, 3, 2, [0x12, 0x1f, 0x21, 0x2f, ...palette, 0, 0]);
  assert.deepEqual([...pixels], [RED, BLUE, RED, BLUE, RED, BLUE]);
});

test("a mask without padded rows, as some machines send it, is read as such", () => {
  // 3 × 3 pixels: 2 bytes unpadded, 3 padded.
  const color = new Array(36).fill(0);
  const { pixels } = decode(CursorType.COLOR32, 3, 3, [...color, 0b11101111, 0b10000000]);
  assert.deepEqual([...pixels].map((pixel) => pixel === 0), [true, true, true, false, true, true, true, true, true]);
});

test("the hot spot stays within the picture", () => {
  const { hotX, hotY } = decodeCursor(header(CursorType.MONO, 8, 1, { hot_spot_x: 500, hot_spot_y: 1 }), Uint8Array.of(0, 0));
  assert.deepEqual([hotX, hotY], [7, 0]);
});

test("data too short for its size is refused, whatever the type", () => {
  for (const type of Object.values(CursorType)) {
    for (const [width, height] of [[1, 1], [64, 64], [1024, 1024]]) {
      assert.throws(() => decodeCursor(header(type, width, height), new Uint8Array(1)), ProtocolError, `type ${type}`);
    }
  }
});

test("sizes beyond the limit and unknown types are refused before anything is allocated", () => {
  assert.throws(() => decode(CursorType.ALPHA, 65535, 65535, []), ProtocolError);
  assert.throws(() => decode(CursorType.ALPHA, 1, 1025, new Array(4100).fill(0)), ProtocolError);
  assert.throws(() => decode(7, 1, 1, [0, 0, 0, 0]), ProtocolError);
  assert.throws(() => decode(255, 1, 1, [0, 0, 0, 0]), ProtocolError);
});

test("every truncation of every type raises a protocol error and nothing else", () => {
  for (const type of Object.values(CursorType)) {
    for (let length = 0; length < 700; length++) {
      try {
        decodeCursor(header(type, 13, 11), new Uint8Array(length).fill(0xa5));
      } catch (error) {
        assert.ok(error instanceof ProtocolError, `type ${type}, ${length} bytes: ${error}`);
      }
    }
  }
});

test("a cursor of no size is none", () => {
  const shape = new CursorShapes().resolve({ flags: 0, header: header(CursorType.ALPHA, 0, 0), data: new Uint8Array(0) });
  assert.equal(shape, null);
});

test("a cursor without a header is refused unless it says it is none", () => {
  assert.throws(() => new CursorShapes().resolve({ flags: 0, header: null, data: new Uint8Array(0) }), ProtocolError);
  assert.equal(new CursorShapes().resolve({ flags: CursorFlags.NONE, header: null }), null);
});

test("the cache stays bounded in number and in pixels, and drops the oldest", () => {
  const shapes = new CursorShapes();
  for (let i = 0; i < 2 * MAX_CACHED_CURSORS; i++) {
    shapes.resolve({
      flags: CursorFlags.CACHE_ME, header: header(CursorType.ALPHA, 1, 1, { unique: BigInt(i) }), data: new Uint8Array(4),
    });
  }
  assert.equal(shapes.size, MAX_CACHED_CURSORS);
  assert.throws(() => shapes.resolve({ flags: CursorFlags.FROM_CACHE, header: header(0, 0, 0, { unique: 0n }) }), ProtocolError);
  const large = new Uint8Array(1024 * 1024 * 4);
  for (let i = 0; i < 10; i++) {
    shapes.resolve({
      flags: CursorFlags.CACHE_ME, header: header(CursorType.ALPHA, 1024, 1024, { unique: BigInt(i) }), data: large,
    });
  }
  assert.ok(shapes.size <= 4, `${shapes.size} large cursors kept`);
});

test("an inverting area becomes black with a white rim, and the hot spot moves with it", () => {
  const cursor = decodeCursor(header(CursorType.MONO, 1, 1), Uint8Array.of(0b10000000, 0b10000000));
  const outlined = outlineInverts(cursor);
  assert.deepEqual([outlined.width, outlined.height, outlined.hotX, outlined.hotY], [3, 3, 1, 1]);
  assert.deepEqual([...outlined.pixels], [WHITE, WHITE, WHITE, WHITE, BLACK, WHITE, WHITE, WHITE, WHITE]);
});

test("the rim does not cover what is painted", () => {
  const cursor = decodeCursor(header(CursorType.MONO, 3, 1), Uint8Array.of(0b11000000, 0b11000000));
  const { pixels, width } = outlineInverts(cursor);
  assert.deepEqual([...pixels.subarray(width, 2 * width)], [WHITE, BLACK, BLACK, BLACK, 0]);
});
