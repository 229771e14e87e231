import assert from "node:assert/strict";
import { test } from "node:test";

import { ProtocolError } from "../../../static/js/spice/errors.js";
import { ByteQueue, LIST, MessageReader, frame } from "../../../static/js/spice/framing.js";
import { MAX_SERVER_MESSAGE } from "../../../static/js/spice/limits.gen.js";

const DISPLAY = 2;

/** @param {...Uint8Array} parts */
function join(...parts) {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Little-endian numbers, each with its width in bits. @param {...[number, number]} fields */
function pack(...fields) {
  return Uint8Array.from(fields.flatMap(([bits, value]) => Array.from({ length: bits / 8 }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256)));
}

/** @param {number} number @param {Uint8Array} payload */
function subMessage(number, payload) {
  return join(pack([16, number], [32, payload.length]), payload);
}

/** @param {MessageReader} reader @param {Uint8Array} bytes @param {number} piece */
function feed(reader, bytes, piece) {
  const frames = [];
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(bytes.subarray(at, at + piece));
    for (let message = reader.read(); message; message = reader.read()) frames.push(message);
  }
  return frames;
}

for (const mini of [true, false]) {
  for (const piece of [1, 2, 7, 19, 4096]) {
    test(`reader gives whole ${mini ? "mini" : "full"}-header messages from pieces of ${piece}`, () => {
      const sent = [[101, 5], [104, 0], [304, 300], [104, 0]].map(([number, size], i) => ({
        number,
        payload: Uint8Array.from({ length: size }, (_, at) => at + i),
        serial: i + 1,
        part: false,
      }));
      const bytes = join(...sent.map(({ number, payload, serial }) => frame(number, payload, { mini, serial })));
      const got = feed(new MessageReader({ channelType: DISPLAY, mini }), bytes, piece);
      assert.deepEqual(got.map((message) => ({ ...message, payload: [...message.payload] })), sent.map((message) => ({ ...message, payload: [...message.payload] })));
    });
  }
}

test("reader does not copy a message that lies in one piece", () => {
  const bytes = frame(304, new Uint8Array(100), { mini: true });
  const reader = new MessageReader({ channelType: DISPLAY, mini: true });
  reader.push(bytes);
  assert.equal(reader.read()?.payload.buffer, bytes.buffer);
});

test("reader keeps the serial of a full header", () => {
  const reader = new MessageReader({ channelType: DISPLAY, mini: false });
  const [message] = feed(reader, frame(104, new Uint8Array(0), { mini: false, serial: 2 ** 40 }), 3);
  assert.equal(message.serial, 2 ** 40);
});

test("reader gives the sub-messages of a list before the list", () => {
  const first = subMessage(8, pack([16, 0]));
  const second = subMessage(104, new Uint8Array(0));
  const payload = join(pack([16, 2], [32, 10], [32, 10 + first.length]), first, second);
  const got = feed(new MessageReader({ channelType: DISPLAY, mini: true }), frame(LIST, payload, { mini: true }), 1);
  assert.deepEqual(got.map(({ number, part }) => [number, part]), [[8, true], [104, true], [LIST, false]]);
});

test("reader gives the sub-messages of a full header before its message", () => {
  const payload = join(new Uint8Array(4), pack([16, 1], [32, 10]), subMessage(104, new Uint8Array(0)));
  const head = pack([32, 9], [32, 0], [16, 105], [32, payload.length], [32, 4]);
  const got = feed(new MessageReader({ channelType: DISPLAY, mini: false }), join(head, payload), 1);
  assert.deepEqual(got.map(({ number, part, serial }) => [number, part, serial]), [[104, true, 9], [105, false, 9]]);
});

const HOSTILE_LISTS = {
  "no list": new Uint8Array(0),
  "half a count": Uint8Array.of(1),
  "a count beyond the message": pack([16, 3], [32, 0]),
  "a count beyond the limit": join(pack([16, 65535]), new Uint8Array(4 * 65535)),
  "an offset past the end": pack([16, 1], [32, 0xffffffff]),
  "an offset to half a header": pack([16, 1], [32, 4]),
  "a size past the end": join(pack([16, 1], [32, 6]), pack([16, 104], [32, 1])),
  "a size of 4 GiB": join(pack([16, 1], [32, 6]), pack([16, 104], [32, 0xffffffff])),
  "one message again and again": join(pack([16, 3], [32, 14], [32, 14], [32, 14]), subMessage(4, new Uint8Array(99))),
};
for (const [what, payload] of Object.entries(HOSTILE_LISTS)) {
  test(`reader refuses a list with ${what}`, () => {
    const reader = new MessageReader({ channelType: DISPLAY, mini: true });
    reader.push(frame(LIST, payload, { mini: true }));
    assert.throws(() => reader.read(), ProtocolError);
  });
}

test("reader refuses an announced size before it waits for it", () => {
  const reader = new MessageReader({ channelType: DISPLAY, mini: true });
  reader.push(pack([16, 304], [32, MAX_SERVER_MESSAGE[DISPLAY] + 1]));
  assert.throws(() => reader.read(), ProtocolError);
});

test("reader throws nothing but protocol errors at noise", () => {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647);
  for (let round = 0; round < 500; round++) {
    const reader = new MessageReader({ channelType: DISPLAY, mini: round % 2 === 0, limit: 64 });
    try {
      feed(reader, Uint8Array.from({ length: random() % 200 }, () => (random() % 3 ? 0 : random())), 1 + (random() % 9));
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
});

test("byte queue gives back what was pushed, in order, whatever the sizes", () => {
  const queue = new ByteQueue();
  const out = [];
  for (let i = 0, next = 0; i < 1000; i++) {
    queue.push(Uint8Array.from({ length: i % 11 }, () => next++ & 0xff));
    if (i % 3 === 0) out.push(...queue.take(Math.min(queue.length, i % 29)));
  }
  out.push(...queue.take(queue.length));
  assert.equal(queue.length, 0);
  assert.ok(out.every((byte, i) => byte === (i & 0xff)));
  assert.equal(out.length, 4995);
});
