// @ts-check
// The golden vectors judge the browser's codec, as they judge Python's.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clientMessage,
  clientMessageByName,
  decode,
  encode,
  serverMessage,
  serverMessageByName,
} from "../../../static/js/spice/codec.js";
import { ChannelType } from "../../../static/js/spice/enums.gen.js";
import { UsageError } from "../../../static/js/spice/errors.js";
import { MESSAGES } from "../../../static/js/spice/messages.gen.js";
import { golden, plain, revive } from "./golden.js";

const vectors = golden();

for (const { stem, def, caps, fields, data } of vectors) {
  test(`the codec reads ${stem} as the fields it stands for`, () => {
    assert.deepEqual(plain(decode(def, data, caps)), fields);
  });

  test(`the codec writes ${stem} from its fields`, () => {
    assert.deepEqual(encode(def, revive(fields), caps), data);
  });

  test(`the codec writes what it read from ${stem}`, () => {
    assert.deepEqual(encode(def, decode(def, data, caps), caps), data);
  });
}

test("the codec has a vector for every message of the catalogue", () => {
  const there = new Set(vectors.map(({ stem }) => stem.split("@")[0]));
  const names = Object.entries(ChannelType);
  for (const [channel, fromClient, number, name] of MESSAGES) {
    const where = number <= 100 ? "common" : names.find(([, type]) => type === channel)?.[0].toLowerCase();
    assert.ok(there.has(`${where}-${fromClient ? "client" : "server"}-${name}`), `${where} ${name}`);
  }
});

test("the codec reads a message that lies inside a larger buffer without copying it", () => {
  const found = vectors.find(({ stem }) => stem === "display-server-draw_copy@quic");
  assert.ok(found);
  const buffer = new Uint8Array(found.data.length + 14);
  buffer.set(found.data, 7);
  const image = decode(found.def, buffer.subarray(7, 7 + found.data.length)).data.src_bitmap;
  assert.equal(image.u.data.buffer, buffer.buffer);
  assert.deepEqual(plain(image), found.fields.data.src_bitmap);
});

test("the codec makes counts from what they count", () => {
  const list = serverMessageByName(ChannelType.MAIN, "channels_list");
  assert.ok(list);
  assert.deepEqual([...encode(list, { channels: [{ type: 2, id: 0 }] })], [1, 0, 0, 0, 2, 0]);
  const copy = vectors.find(({ stem }) => stem === "display-server-draw_copy@bitmap_palette");
  assert.ok(copy);
  const fields = revive(copy.fields);
  delete fields.data.src_bitmap.u.palette.num_ents;
  assert.deepEqual(encode(copy.def, fields), copy.data);
});

test("the catalogue finds messages by number and by name, and knows no others", () => {
  assert.equal(serverMessage(ChannelType.DISPLAY, 304), serverMessageByName(ChannelType.DISPLAY, "draw_copy"));
  assert.equal(clientMessage(ChannelType.INPUTS, 101), clientMessageByName(ChannelType.INPUTS, "key_down"));
  assert.equal(serverMessage(ChannelType.DISPLAY, 305)?.name, "draw_blend");
  assert.equal(serverMessage(ChannelType.DISPLAY, 999), undefined);
  assert.equal(clientMessage(ChannelType.CURSOR, 101), undefined);
  assert.equal(serverMessage(99, 1), undefined);
});

test("the codec refuses to write numbers that do not fit", () => {
  const down = clientMessageByName(ChannelType.INPUTS, "key_down");
  const info = clientMessageByName(ChannelType.MAIN, "client_info");
  assert.ok(down && info);
  for (const code of [-1, 2 ** 32, 1.5, NaN, undefined, "5"]) {
    assert.throws(() => encode(down, { code }), UsageError);
  }
  for (const size of [-1n, 2n ** 64n, 0.5, undefined]) {
    assert.throws(() => encode(info, { cache_size: size }), UsageError);
  }
});
