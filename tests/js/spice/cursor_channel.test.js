import assert from "node:assert/strict";
import { test } from "node:test";

import { CursorShapes } from "../../../static/js/render/cursor_shapes.js";
import { CursorChannel } from "../../../static/js/spice/cursor_channel.js";
import { ChannelType, CursorFlags, CursorType } from "../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../static/js/spice/errors.js";
import { FakeServer } from "./fake_server.js";

const CURSOR = ChannelType.CURSOR;

/** A cursor of one opaque pixel of this red. */
function onePixel(unique, red, flags = 0) {
  return {
    flags,
    header: { unique, type: CursorType.ALPHA, width: 1, height: 1, hot_spot_x: 0, hot_spot_y: 0 },
    data: Uint8Array.of(0, 0, red, 255),
  };
}

function linked() {
  const machine = new FakeServer();
  /** @type {any[]} */
  const shown = [];
  const sink = {
    setShape: (picture) => shown.push(["shape", picture && picture.pixels[0] & 255]),
    setVisible: (visible) => shown.push(["visible", visible]),
    moveTo: (x, y) => shown.push(["at", x, y]),
    reset: () => shown.push(["reset"]),
  };
  const shapes = new CursorShapes();
  const channel = new CursorChannel(machine.transport, { id: 0, connectionId: 1, commonCaps: [0, 1, 3], ticket: null },
    { shapes, sink });
  /** @type {any} */
  let end = null;
  channel.onclose = (event) => (end = event);
  machine.link();
  const init = (cursor) => machine.send(CURSOR, "init", {
    position: { x: 3, y: 4 }, trail_length: 2, trail_frequency: 30, visible: 1, cursor,
  });
  return { machine, channel, shapes, shown, init, ended: () => end };
}

const set = (cursor, visible = 1) => ({ position: { x: 7, y: 8 }, visible, cursor });

test("the machine's first cursor is shown at its place", () => {
  const { shown, init, channel } = linked();
  init(onePixel(1n, 200));
  assert.deepEqual(shown, [["shape", 200], ["at", 3, 4], ["visible", true]]);
  assert.deepEqual(channel.trail, { length: 2, frequency: 30 });
});

test("a machine without a cursor shows none", () => {
  const { shown, init } = linked();
  init({ flags: CursorFlags.NONE, header: null, data: new Uint8Array(0) });
  assert.deepEqual(shown[0], ["shape", null]);
});

test("a cached cursor comes back by its name, whatever the other fields say", () => {
  const { machine, shown, init } = linked();
  init(onePixel(1n, 200, CursorFlags.CACHE_ME));
  machine.send(CURSOR, "set", set(onePixel(2n, 100)));
  const again = { flags: CursorFlags.FROM_CACHE, header: { ...onePixel(1n, 0).header, width: 9999 }, data: new Uint8Array(0) };
  machine.send(CURSOR, "set", set(again));
  assert.deepEqual(shown.filter(([what]) => what === "shape").map(([, red]) => red), [200, 100, 200]);
});

test("a cursor the machine took back, or never gave, ends the channel with a sentence", () => {
  for (const forget of ["inval_one", "inval_all"]) {
    const { machine, init, ended } = linked();
    init(onePixel(1n, 200, CursorFlags.CACHE_ME));
    machine.send(CURSOR, forget, { id: 1n });
    machine.send(CURSOR, "set", set({ ...onePixel(1n, 0), flags: CursorFlags.FROM_CACHE }));
    assert.ok(ended().error instanceof ProtocolError);
    assert.match(ended().error.message, /cursor 1 is not in the cache/);
  }
});

test("hide, move and reset do as they say", () => {
  const { machine, shown, init } = linked();
  init(onePixel(1n, 1));
  shown.length = 0;
  machine.send(CURSOR, "hide");
  machine.send(CURSOR, "move", { position: { x: -5, y: 600 } });
  machine.send(CURSOR, "trail", { length: 5, frequency: 50 });
  machine.send(CURSOR, "reset");
  assert.deepEqual(shown, [["visible", false], ["at", -5, 600], ["visible", true], ["reset"]]);
});

test("a cursor set without an init is refused", () => {
  const { machine, ended } = linked();
  machine.send(CURSOR, "set", set(onePixel(1n, 1)));
  assert.ok(ended().error instanceof ProtocolError);
});

test("a hostile cursor ends the channel and nothing else", () => {
  const { init, ended } = linked();
  init({ ...onePixel(1n, 1), header: { ...onePixel(1n, 1).header, width: 65535, height: 65535 } });
  assert.ok(ended().error instanceof ProtocolError);
});
