// @ts-check
// Malformed payloads: the codec throws ProtocolError and nothing else, and its memory is bounded by the input.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, serverMessage } from "../../../static/js/spice/codec.js";
import { ChannelType } from "../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../static/js/spice/errors.js";
import { MAX_MESSAGE_ITEMS } from "../../../static/js/spice/limits.gen.js";
import { MESSAGES } from "../../../static/js/spice/messages.gen.js";
import { golden } from "./golden.js";

const vectors = golden();
const SEED = 20261122;
const MUTATIONS = 200;
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];

/** A generator of 32-bit numbers (mulberry32), the same each time. @param {number} seed @returns {() => number} */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** @param {Uint8Array} data @param {() => number} next @returns {Uint8Array} */
function mutate(data, next) {
  const made = new Uint8Array(data.length + (next() % 8));
  made.set(data);
  if (made.length === 0) return made;
  for (let times = 1 + (next() % 4); times > 0; times--) {
    const at = next() % made.length;
    if (next() % 2 === 0) made[at] ^= 1 << next() % 8;
    else if (at + 4 <= made.length) {
      const number = next() % 3 === 0 ? made.length + (next() % 9) - 4 : INTERESTING[next() % INTERESTING.length];
      new DataView(made.buffer).setUint32(at, number >>> 0, true);
    }
  }
  return made.subarray(0, next() % 4 === 0 ? next() % made.length : made.length);
}

/** How many values an object holds. @param {any} value @returns {number} */
function weight(value) {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return 1;
  if (ArrayBuffer.isView(value)) return value.byteLength / 4;
  return Object.values(value).reduce((sum, item) => sum + weight(item), 1);
}

/** @param {() => unknown} run @param {string} about */
function onlyProtocolErrors(run, about) {
  try {
    return run();
  } catch (error) {
    assert.ok(error instanceof ProtocolError, `${about}: ${error}`);
    return undefined;
  }
}

for (const { stem, def, caps, data } of vectors) {
  test(`a mutated ${stem} throws ProtocolError or is read, in proportion to its size`, () => {
    const next = random(SEED);
    for (let round = 0; round < MUTATIONS; round++) {
      const made = mutate(data, next);
      const about = `${stem} ${Buffer.from(made).toString("hex")}`;
      const fields = onlyProtocolErrors(() => decode(def, made, caps), about);
      if (fields === undefined) continue;
      assert.ok(weight(fields) <= 100 + 4 * made.length, about);
      const again = encode(def, fields, caps);
      assert.deepEqual(encode(def, decode(def, again, caps), caps), again, about);
    }
  });

  test(`every truncation of ${stem} throws ProtocolError or is read`, () => {
    for (let size = 0; size < data.length; size++) {
      onlyProtocolErrors(() => decode(def, data.subarray(0, size), caps), `${stem} ${size}`);
    }
  });
}

test("arbitrary bytes throw ProtocolError or are read", () => {
  const next = random(SEED);
  for (const [channel, fromClient, number] of MESSAGES) {
    const def = fromClient ? undefined : serverMessage(channel, number);
    if (def === undefined) continue;
    for (let round = 0; round < 20; round++) {
      const made = Uint8Array.from({ length: next() % 120 }, () => next() % (round % 2 ? 256 : 4));
      onlyProtocolErrors(() => decode(def, made), `${def.name} ${Buffer.from(made).toString("hex")}`);
    }
  }
});

const COPY = "display-server-draw_copy@bitmap_palette";
/** Where COPY's image starts. */
const IMAGE = 21 + 4 + 16 + 3 + 9 + 4;
const MOST = 0xffffffff;

/** What is lied about: vector, place, bytes there. @type {Record<string, [string, number, number[]]>} */
const LIES = {
  "clip rectangles": ["display-server-stream_clip", 5, [255, 255, 255, 255]],
  "clip rectangles, product wraps at 32 bits": ["display-server-stream_clip", 5, [1, 0, 0, 16]],
  monitors: ["display-server-monitors_config", 0, [255, 255]],
  "resources to forget": ["display-server-inval_list", 0, [255, 255]],
  channels: ["main-server-channels_list", 0, [255, 255, 255, 255]],
  "channels to wait for": ["common-server-wait_for_channels", 0, [255]],
  "bytes of a notice": ["common-server-notify", 20, [255, 255, 255, 255]],
  "bytes of a frame": ["display-server-stream_data", 8, [255, 255, 255, 255]],
  "bytes of QUIC": ["display-server-draw_copy@quic", IMAGE + 18, [255, 255, 255, 255]],
  "path segments": ["display-server-draw_stroke@plain", 35, [255, 255, 255, 255]],
  "graphics devices": ["agent-any-graphics_device_info", 0, [255, 255, 255, 255]],
  "bytes of a file": ["agent-any-file_xfer_data", 4, [255, 255, 255, 255, 255, 255, 255, 255]],
  "an image pointer out of the message": [COPY, 21, [0, 16, 0, 0]],
  "an image pointer far out of the message": [COPY, 21, [255, 255, 255, 255]],
  "a palette pointer out of the message": [COPY, IMAGE + 32, [255, 255, 255, 255]],
  "a stride whose product with the rows wraps": [COPY, IMAGE + 28, [255, 255, 255, 255]],
  "rows whose product with the stride wraps": [COPY, IMAGE + 24, [0, 0, 0, 64]],
  "an image of unknown kind": [COPY, IMAGE + 8, [99]],
  "a clip of unknown kind": ["display-server-draw_fill", 20, [7]],
  "a brush of unknown kind": ["display-server-draw_fill", 21, [9]],
  "a null pattern": ["display-server-draw_fill@pattern", 22, [0, 0, 0, 0]],
  "a null path": ["display-server-draw_stroke", 21, [0, 0, 0, 0]],
  "a null palette where one is needed": ["display-server-draw_copy@lz_plt", IMAGE + 23, [0, 0, 0, 0]],
  "null dashes that are counted": ["display-server-draw_stroke", 27, [0, 0, 0, 0]],
  "a migration host longer than the message": ["main-server-migrate_begin", 4, [255, 255, 255, 255]],
};

for (const [what, [stem, at, bytes]] of Object.entries(LIES)) {
  test(`the codec refuses a message that lies about ${what}`, () => {
    const found = vectors.find((vector) => vector.stem === stem);
    assert.ok(found);
    const made = found.data.slice();
    made.set(bytes, at);
    assert.throws(() => decode(found.def, made, found.caps), ProtocolError);
  });
}

test("pointers that overlap do not multiply what they reach", () => {
  const def = serverMessage(ChannelType.DISPLAY, 303);
  assert.ok(def);
  const rows = 2000;
  const body = 21 + 4 + 16 + 13 + 3 + 13;
  const made = new Uint8Array(body + 18 + 18 + 2 * rows + 40);
  const view = new DataView(made.buffer);
  view.setUint32(21, body, true);
  made[41] = 2;
  view.setUint32(42, body + 1, true);
  view.setUint32(66, body + 2, true);
  // One picture a byte behind the other: all zeroes but the strides, which each see their own rows.
  for (const shift of [0, 1, 2]) view.setUint32(body + shift + 18 + 6, 1, true);
  view.setUint32(body + 18 + 10, rows, true);
  assert.throws(() => decode(def, made), ProtocolError);
});

test("pointers to one picture share what they reach", () => {
  const found = vectors.find(({ stem }) => stem === "display-server-draw_opaque");
  assert.ok(found);
  const fields = decode(found.def, found.data);
  fields.data.brush.u.pat = fields.data.src_bitmap;
  fields.data.mask.bitmap = fields.data.src_bitmap;
  const made = encode(found.def, fields);
  const again = decode(found.def, made);
  assert.equal(again.data.mask.bitmap, again.data.src_bitmap);
  assert.deepEqual(encode(found.def, again), made);
});

test("the codec refuses more items than a message may have", () => {
  const found = vectors.find(({ stem }) => stem === "display-server-draw_stroke@plain");
  assert.ok(found);
  const segments = MAX_MESSAGE_ITEMS + 1;
  const made = new Uint8Array(39 + 5 * segments);
  made.set(found.data.subarray(0, 35));
  new DataView(made.buffer).setUint32(35, segments, true);
  assert.throws(() => decode(found.def, made), /items/);
});

test("a message beyond the limit of its channel is refused", () => {
  const mark = serverMessage(ChannelType.DISPLAY, 102);
  assert.ok(mark);
  assert.throws(() => decode(mark, new Uint8Array(1000)), ProtocolError);
  assert.ok(mark.maxSize < MOST);
});
