import assert from "node:assert/strict";
import { test } from "node:test";

import { Channel } from "../../../static/js/spice/channel.js";
import { LinkErr } from "../../../static/js/spice/enums.gen.js";
import { LinkRefused, ProtocolError, UsageError } from "../../../static/js/spice/errors.js";
import { LIST } from "../../../static/js/spice/framing.js";
import { SerialBoard } from "../../../static/js/spice/serial_board.js";
import { FakeServer } from "./fake_server.js";
import { linkReply, linkResult } from "./link_bytes.js";

const DISPLAY = 2;
const OPTIONS = { type: DISPLAY, id: 0, connectionId: 1, commonCaps: [0, 1, 3], caps: [], ticket: null };

/** A channel that writes down what it is told, and takes as long as the test wants over `reset`. */
class Recorder extends Channel {
  /** @type {any[]} */
  log = [];
  /** @type {(() => void)[]} */
  held = [];

  /** @param {any} transport @param {object} [options] */
  constructor(transport, options = {}) {
    super(transport, { ...OPTIONS, ...options });
    this.onready = (ready) => this.log.push(["ready", ready]);
    this.onerror = (error) => this.log.push(["error", error]);
    this.onclose = (end) => this.log.push(["close", end]);
    this.onunknown = (unknown) => this.log.push(["unknown", unknown.number]);
    this.onnotify = (notice) => this.log.push(["notify", new TextDecoder().decode(notice.message)]);
    this.ondisconnecting = ({ reason }) => this.log.push(["disconnecting", reason]);
  }

  on_inval_all_palettes() {
    this.log.push("inval_all_palettes");
  }

  on_surface_destroy({ surface_id }) {
    this.log.push(`surface_destroy ${surface_id}`);
    if (surface_id === 666) throw new ProtocolError("no such surface");
  }

  on_reset() {
    this.log.push("reset");
    return /** @type {Promise<void>} */ (new Promise((resolve) => this.held.push(resolve)));
  }
}

/** A linked channel and its server. @param {ConstructorParameters<typeof FakeServer>[0]} [server] @param {object} [options] */
function linked(server, options) {
  const peer = new FakeServer(server);
  const channel = new Recorder(peer.transport, options);
  peer.link();
  channel.log.length = 0;
  return { peer, channel };
}

/** Lets promises that are settled run what waits for them. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

for (const piece of [1, 3, Infinity]) {
  for (const mini of [true, false]) {
    test(`channel links and handles messages in order, ${mini ? "mini" : "full"} headers, pieces of ${piece}`, () => {
      const peer = new FakeServer({ piece, mini });
      const channel = new Recorder(peer.transport);
      const trailing = Uint8Array.of(...peer.message(DISPLAY, "inval_all_palettes"), ...peer.message(DISPLAY, "surface_destroy", { surface_id: 1 }));
      peer.link({ channelCaps: [0b101], trailing });
      peer.send(DISPLAY, "surface_destroy", { surface_id: 2 });
      const commonCaps = mini ? [0, 1, 3] : [0, 1];
      assert.deepEqual(channel.log, [["ready", { commonCaps, caps: [0, 2] }], "inval_all_palettes", "surface_destroy 1", "surface_destroy 2"]);
      assert.equal(channel.counters.messagesIn, 3);
      assert.ok(channel.ready);
    });
  }
}

test("channel asks nothing before the transport is open", () => {
  const peer = new FakeServer();
  new Recorder(peer.transport);
  assert.equal(peer.received.length, 0);
  peer.open();
  assert.equal(String.fromCharCode(...peer.received.slice(0, 4)), "REDQ");
});

test("channel holds messages back behind a handler that takes time", async () => {
  const { peer, channel } = linked();
  peer.send(DISPLAY, "reset");
  peer.send(DISPLAY, "inval_all_palettes");
  peer.send(DISPLAY, "reset");
  peer.send(DISPLAY, "surface_destroy", { surface_id: 3 });
  assert.deepEqual(channel.log, ["reset"]);
  assert.ok(channel.backlog > 0);
  channel.held[0]();
  await settle();
  assert.deepEqual(channel.log, ["reset", "inval_all_palettes", "reset"]);
  channel.held[1]();
  await settle();
  assert.deepEqual(channel.log.slice(3), ["surface_destroy 3"]);
  assert.equal(channel.backlog, 0);
});

test("channel acknowledges windows of handled messages", async () => {
  const { peer } = linked();
  peer.send(DISPLAY, "set_ack", { generation: 9, window: 3 });
  assert.deepEqual(peer.sent(DISPLAY), [["ack_sync", { generation: 9 }]]);
  for (let i = 0; i < 7; i++) peer.send(DISPLAY, "inval_all_palettes");
  assert.deepEqual(peer.sent(DISPLAY).map(([name]) => name), ["ack", "ack"]);
  peer.send(DISPLAY, "inval_all_palettes");
  assert.deepEqual(peer.sent(DISPLAY), []);
  peer.send(DISPLAY, "inval_all_palettes");
  assert.deepEqual(peer.sent(DISPLAY).map(([name]) => name), ["ack"]);
});

test("channel does not acknowledge what it is still drawing", async () => {
  const { peer, channel } = linked();
  peer.send(DISPLAY, "set_ack", { generation: 1, window: 1 });
  peer.sent(DISPLAY);
  peer.send(DISPLAY, "reset");
  assert.deepEqual(peer.sent(DISPLAY), []);
  channel.held[0]();
  await settle();
  assert.deepEqual(peer.sent(DISPLAY).map(([name]) => name), ["ack"]);
});

test("channel sends no acks for a window of none, and counts unknown messages in a window", () => {
  const { peer } = linked();
  peer.send(DISPLAY, "set_ack", { generation: 1, window: 0 });
  for (let i = 0; i < 5; i++) peer.send(DISPLAY, "inval_all_palettes");
  assert.deepEqual(peer.sent(DISPLAY).map(([name]) => name), ["ack_sync"]);
  peer.send(DISPLAY, "set_ack", { generation: 2, window: 2 });
  peer.write(Uint8Array.of(...peer.raw(9999), ...peer.raw(9999)));
  assert.deepEqual(peer.sent(DISPLAY).map(([name]) => name), ["ack_sync", "ack"]);
});

test("channel counts a list once in its window, and handles what is in it", () => {
  const { peer, channel } = linked();
  peer.send(DISPLAY, "set_ack", { generation: 1, window: 2 });
  peer.sent(DISPLAY);
  const list = Uint8Array.of(2, 0, 10, 0, 0, 0, 16, 0, 0, 0, 108, 0, 0, 0, 0, 0, 108, 0, 0, 0, 0, 0);
  peer.write(peer.raw(LIST, list));
  assert.deepEqual(channel.log, ["inval_all_palettes", "inval_all_palettes"]);
  assert.deepEqual(peer.sent(DISPLAY), []);
  peer.write(peer.raw(LIST, list));
  assert.deepEqual(peer.sent(DISPLAY).map(([name]) => name), ["ack"]);
  assert.deepEqual(channel.counters.unknown, {});
});

test("channel answers a ping with its id and time", () => {
  const { peer } = linked();
  peer.send(DISPLAY, "ping", { id: 77, timestamp: 123456789012345n, data: new Uint8Array(1000) });
  assert.deepEqual(peer.sent(DISPLAY), [["pong", { id: 77, timestamp: 123456789012345n }]]);
});

test("channel reports unknown messages and goes on", () => {
  const { peer, channel } = linked();
  peer.write(Uint8Array.of(...peer.raw(9999, new Uint8Array(5)), ...peer.raw(9999), ...peer.raw(250)));
  peer.send(DISPLAY, "inval_all_palettes");
  peer.send(DISPLAY, "mark"); // known, and nobody here handles it
  assert.deepEqual(channel.counters.unknown, { 9999: 2, 250: 1, 102: 1 });
  assert.deepEqual(channel.log, [["unknown", 9999], ["unknown", 9999], ["unknown", 250], "inval_all_palettes", ["unknown", 102]]);
});

test("channel passes on what the server has to say", () => {
  const { peer, channel } = linked();
  const text = new TextEncoder().encode("keyboard is insecure");
  peer.send(DISPLAY, "notify", { time_stamp: 0n, severity: 1, visibilty: 2, what: 0, message_len: text.length, message: text });
  peer.send(DISPLAY, "disconnecting", { time_stamp: 0n, reason: 1 });
  assert.deepEqual(channel.log, [["notify", "keyboard is insecure"], ["disconnecting", 1]]);
});

test("channel ends with a sentence on a message that it cannot read", () => {
  const { peer, channel } = linked();
  peer.write(Uint8Array.of(...peer.raw(3, new Uint8Array(1)), ...peer.message(DISPLAY, "inval_all_palettes")));
  assert.equal(peer.closedWith, 4004);
  const [[what, error], [end, { code, reason }]] = channel.log;
  assert.deepEqual([what, end, code, reason], ["error", "close", 4004, error.message]);
  assert.ok(error instanceof ProtocolError);
  assert.equal(channel.log.length, 2);
  assert.equal(channel.ready, false);
});

test("channel ends when a handler, now or later, finds a message impossible", async () => {
  const now = linked();
  now.peer.send(DISPLAY, "surface_destroy", { surface_id: 666 });
  assert.match(now.channel.log[1][1].message, /no such surface/);
  class Later extends Recorder {
    async on_mark() {
      await settle();
      throw new ProtocolError("too late");
    }
  }
  const peer = new FakeServer();
  const later = new Later(peer.transport);
  peer.link();
  peer.send(DISPLAY, "mark");
  peer.send(DISPLAY, "inval_all_palettes");
  await settle();
  await settle();
  assert.deepEqual(later.log.map((entry) => entry[0]), ["ready", "error", "close"]);
});

test("channel ends on a size beyond the limit and on a broken list", () => {
  for (const bytes of [Uint8Array.of(48, 1, 255, 255, 255, 255), Uint8Array.of(LIST, 0, 1, 0, 0, 0, 9)]) {
    const { peer, channel } = linked();
    peer.write(bytes);
    assert.equal(peer.closedWith, 4004);
    assert.ok(channel.log[0][1] instanceof ProtocolError);
  }
});

test("channel ends on a link that is no SPICE", () => {
  const peer = new FakeServer({ piece: 1 });
  const channel = new Recorder(peer.transport);
  peer.open();
  peer.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n"));
  assert.equal(peer.closedWith, 4004);
  assert.ok(channel.log[0][1] instanceof ProtocolError);
});

test("channel waits for the gateway's own sentence after a refusal", () => {
  const peer = new FakeServer();
  const channel = new Recorder(peer.transport);
  peer.open();
  peer.write(linkReply({ error: LinkErr.PERMISSION_DENIED }));
  assert.deepEqual(channel.log, []);
  peer.hangUp(4002, "The machine refused the password.");
  const [[, error], [, end]] = channel.log;
  assert.ok(error instanceof LinkRefused && error.code === LinkErr.PERMISSION_DENIED);
  assert.deepEqual([end.code, end.reason], [4002, "The machine refused the password."]);
});

test("channel does not wait for ever after a refusal", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const peer = new FakeServer();
  const channel = new Recorder(peer.transport);
  peer.open();
  peer.write(Uint8Array.of(...linkReply({ common: [0b1011] }), ...linkResult(LinkErr.PERMISSION_DENIED)));
  assert.deepEqual(channel.log, []);
  context.mock.timers.tick(1000);
  assert.deepEqual(channel.log.map(([what]) => what), ["error", "close"]);
  assert.equal(peer.closedWith, 4003);
});

test("channel tells once that the connection ended", () => {
  const { peer, channel } = linked();
  peer.hangUp(4005, "The machine closed the session.");
  peer.hangUp(1006, "");
  assert.deepEqual(channel.log, [["close", { code: 4005, reason: "The machine closed the session.", error: null }]]);
  assert.equal(channel.send("ack"), false);
});

test("channel that was closed by its owner says and does no more", async () => {
  const { peer, channel } = linked();
  peer.send(DISPLAY, "reset");
  peer.send(DISPLAY, "inval_all_palettes");
  channel.close();
  channel.held[0]();
  await settle();
  peer.send(DISPLAY, "inval_all_palettes");
  peer.hangUp(1000, "");
  assert.deepEqual(channel.log, ["reset"]);
  assert.equal(peer.closedWith, 1000);
});

test("channel sends what is in the catalogue, once it is linked", () => {
  const peer = new FakeServer();
  const channel = new Recorder(peer.transport);
  assert.equal(channel.send("pong", { id: 1, timestamp: 2n }), false);
  peer.link();
  assert.equal(channel.send("pong", { id: 1, timestamp: 2n }), true);
  assert.deepEqual(peer.sent(DISPLAY), [["pong", { id: 1, timestamp: 2n }]]);
  assert.throws(() => channel.send("draw_copy"), UsageError);
  assert.deepEqual([channel.counters.messagesOut > 0, channel.counters.bytesOut > 18], [true, true]);
});

test("display channels wait for each other by serial", async () => {
  const serials = new SerialBoard();
  const first = linked({}, { serials });
  const second = linked({}, { serials, id: 1 });
  const wait_list = [{ channel_type: DISPLAY, channel_id: 0, message_serial: 2n }];
  second.peer.send(DISPLAY, "wait_for_channels", { wait_count: 1, wait_list });
  second.peer.send(DISPLAY, "inval_all_palettes");
  first.peer.send(DISPLAY, "inval_all_palettes");
  await settle();
  assert.deepEqual(second.channel.log, []);
  first.peer.send(DISPLAY, "inval_all_palettes");
  await settle();
  assert.deepEqual(second.channel.log, ["inval_all_palettes"]);
});

test("a channel waits neither for one that is gone nor for one that is not here", async () => {
  const serials = new SerialBoard();
  const first = linked({}, { serials });
  const second = linked({}, { serials, id: 1 });
  const wait = (/** @type {number} */ id) => ({ wait_count: 1, wait_list: [{ channel_type: DISPLAY, channel_id: id, message_serial: 99n }] });
  second.peer.send(DISPLAY, "wait_for_channels", wait(5));
  second.peer.send(DISPLAY, "inval_all_palettes");
  assert.equal(second.channel.log.length, 1);
  second.peer.send(DISPLAY, "wait_for_channels", wait(0));
  second.peer.send(DISPLAY, "inval_all_palettes");
  await settle();
  assert.equal(second.channel.log.length, 1);
  first.channel.close();
  await settle();
  assert.equal(second.channel.log.length, 2);
});
