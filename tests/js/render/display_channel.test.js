// The display channel against a server under the test's hand: order, caches, surfaces, streams.
import assert from "node:assert/strict";
import { test } from "node:test";

import { GlzWindow } from "../../../static/js/render/decoders/index.js";
import { DISPLAY_CAPS, DisplayChannel } from "../../../static/js/render/display_channel.js";
import { ImageCache } from "../../../static/js/render/image_cache.js";
import { ChannelType, DisplayCap, ImageType } from "../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../static/js/spice/errors.js";
import { SerialBoard } from "../../../static/js/spice/serial_board.js";
import { FakeServer } from "../spice/fake_server.js";
import { base, bitmap, copyOf, fromCache, NO_CLIP, NO_MASK, rect, solid } from "./messages.js";

const { DISPLAY } = ChannelType;
const WHITE = 0xffffffff;
const BLACK = 0xff000000;
const settle = () => new Promise((resolve) => setImmediate(resolve));
/** A JPEG of nothing but its frame header: the size is read from it, the pixels come from the test. */
const jpegOf = (width, height) => Uint8Array.of(
  0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 17, 0, 2, 17, 0, 3, 17, 0);
const jpeg = (width, height, fields = {}) => {
  const data = jpegOf(width, height);
  return { descriptor: { id: 1n, type: ImageType.JPEG, flags: 0, width, height, ...fields }, u: { data_size: data.length, data } };
};
const fill = (color, box, surfaceId = 0) =>
  ({ base: base(box, NO_CLIP, surfaceId), data: { brush: solid(color), rop_descriptor: 8, mask: NO_MASK } });

/** What two channels of a session share, with a JPEG decoder that answers when the test says so. */
function session(options = {}) {
  const pending = [];
  return {
    pending,
    cache: new ImageCache(options), glz: new GlzWindow(), serials: new SerialBoard(), channels: new Set(),
    decodeJpeg: (bytes, width, height) => new Promise((resolve) => pending.push((word) =>
      resolve({ width, height, pixels: new Uint32Array(width * height).fill(word), alpha: false, transient: true }))),
  };
}

class Screen {
  log = [];
  constructor(shared = session(), channelId = 0) {
    this.server = new FakeServer();
    this.shared = shared;
    this.channel = new DisplayChannel(this.server.transport, { connectionId: 5, channelId, ticket: null }, shared, {
      onprimary: (surface) => this.log.push(surface ? `primary ${surface.width}×${surface.height}` : "no primary"),
      ondamage: (_surface, region) => this.log.push(["damage", ...region]),
      onmark: (shown) => this.log.push(`mark ${shown}`),
      onmonitors: (heads, most) => this.log.push([heads.length, most]),
    });
    this.channel.onready = () => this.channel.sendInit();
    this.channel.onclose = ({ error }) => this.log.push(error);
    this.server.link();
  }

  send(name, fields) {
    this.server.send(DISPLAY, name, fields);
  }

  /** A primary surface of the size. */
  start(width = 8, height = 6) {
    this.send("surface_create", { surface_id: 0, width, height, format: 32, flags: 1 });
    this.send("mark");
    return this;
  }

  sent() {
    return this.server.sent(DISPLAY);
  }

  get pixels() {
    return this.channel.primary.pixels;
  }
}

test("a display announces its caches and window when it is linked", () => {
  const [[name, init]] = new Screen().sent();
  assert.equal(name, "init");
  assert.deepEqual([init.pixmap_cache_id, init.glz_dictionary_id], [1, 1]);
  assert.ok(init.pixmap_cache_size > 0n && init.glz_dictionary_window_size > 0);
});

test("a display can ask for a compression before and after it is linked", () => {
  const screen = new Screen();
  screen.channel.preferCompression(7);
  assert.deepEqual(screen.sent().map(([name]) => name), ["init", "preferred_compression"]);
});

test("COMPOSITE is among the capabilities, what is not drawn is not", () => {
  assert.ok(DISPLAY_CAPS.includes(DisplayCap.COMPOSITE));
  for (const cap of [DisplayCap.GL_SCANOUT, DisplayCap.CODEC_VP8, DisplayCap.CODEC_H264]) assert.ok(!DISPLAY_CAPS.includes(cap));
});

test("messages behind a JPEG wait until it is drawn", async () => {
  const screen = new Screen().start();
  screen.send("draw_copy", copyOf(jpeg(8, 6), rect(0, 0, 8, 6)));
  screen.send("draw_fill", fill(0, rect(0, 0, 4, 6)));
  screen.send("mark");
  assert.ok(screen.pixels.every((p) => p === BLACK));
  assert.equal(screen.channel.totals.updates, 1);
  screen.shared.pending.shift()(WHITE);
  await settle();
  assert.equal(screen.pixels.filter((p) => p === WHITE).length, 24);
  assert.equal(screen.pixels[0], BLACK);
  assert.equal(screen.channel.totals.updates, 2);
});

test("a broken JPEG ends the channel with a sentence", async () => {
  const screen = new Screen().start();
  screen.shared.decodeJpeg = null;
  screen.send("draw_copy", copyOf(jpeg(3, 3, { width: 4 }), rect(0, 0, 3, 3)));
  await settle();
  assert.ok(screen.log.at(-1) instanceof ProtocolError);
});

test("a primary surface of another size replaces the first, the same one is kept with its pixels", () => {
  const screen = new Screen().start(8, 6);
  screen.send("draw_fill", fill(0xffffff, rect(0, 0, 8, 6)));
  screen.send("surface_create", { surface_id: 0, width: 8, height: 6, format: 32, flags: 1 });
  assert.equal(screen.pixels[0], WHITE);
  screen.send("surface_create", { surface_id: 0, width: 4, height: 3, format: 32, flags: 1 });
  assert.equal(screen.pixels.length, 12);
  screen.send("surface_destroy", { surface_id: 0 });
  const events = screen.log.filter((entry) => typeof entry === "string");
  assert.deepEqual(events, ["primary 8×6", "mark true", "primary 4×3", "no primary"]);
});

test("the mode message of old machines makes a primary surface", () => {
  const screen = new Screen();
  screen.send("mode", { x_res: 5, y_res: 4, bits: 32 });
  assert.deepEqual(screen.log, ["primary 5×4"]);
});

test("reset blackens the picture and takes the mark away", () => {
  const screen = new Screen().start();
  screen.send("draw_fill", fill(0xffffff, rect(0, 0, 8, 6)));
  screen.send("reset");
  assert.ok(screen.pixels.every((p) => p === BLACK));
  assert.equal(screen.log.at(-1), "mark false");
  assert.equal(screen.channel.marked, false);
});

test("surfaces that are not shown cause no damage", () => {
  const screen = new Screen().start();
  screen.send("surface_create", { surface_id: 3, width: 4, height: 4, format: 96, flags: 0 });
  screen.log.length = 0;
  screen.send("draw_fill", fill(0xff112233, rect(0, 0, 4, 4), 3));
  assert.deepEqual(screen.log, []);
});

test("images are drawn from the cache until they are invalidated", () => {
  const screen = new Screen().start();
  screen.send("draw_copy", copyOf(bitmap(1, 1, [0xffffff], { id: 8n, flags: 1 }), rect(0, 0, 1, 1)));
  screen.send("draw_copy", copyOf(fromCache(8n, 1, 1), rect(1, 0, 2, 1)));
  assert.deepEqual([...screen.pixels.slice(0, 3)], [WHITE, WHITE, BLACK]);
  screen.send("inval_list", { count: 1, resources: [{ type: 1, id: 8n }] });
  screen.send("draw_copy", copyOf(fromCache(8n, 1, 1), rect(2, 0, 3, 1)));
  assert.ok(screen.log.at(-1) instanceof ProtocolError);
});

test("invalidating all pixmaps waits for the other display the message names", async () => {
  const shared = session();
  const [first, second] = [new Screen(shared, 0).start(), new Screen(shared, 1).start()];
  first.send("draw_copy", copyOf(bitmap(1, 1, [1], { id: 8n, flags: 1 }), rect(0, 0, 1, 1)));
  first.send("inval_all_pixmaps", { wait_count: 1, wait_list: [{ channel_type: DISPLAY, channel_id: 1, message_serial: 3n }] });
  await settle();
  assert.equal(shared.cache.size, 1);
  second.send("draw_copy", copyOf(fromCache(8n, 1, 1), rect(0, 0, 1, 1)));
  await settle();
  assert.equal(shared.cache.size, 0);
});

test("an image that another display brings later is waited for", async () => {
  const shared = session();
  const [first, second] = [new Screen(shared, 0).start(), new Screen(shared, 1).start()];
  second.send("draw_copy", copyOf(fromCache(8n, 1, 1), rect(0, 0, 1, 1)));
  assert.equal(second.pixels[0], BLACK);
  first.send("draw_copy", copyOf(bitmap(1, 1, [0xffffff], { id: 8n, flags: 1 }), rect(0, 0, 1, 1)));
  await settle();
  assert.equal(second.pixels[0], WHITE);
});

test("a lossless image is waited for where the cache holds a lossy one, and replaces it", async () => {
  const shared = session();
  const [first, second] = [new Screen(shared, 0).start(), new Screen(shared, 1).start()];
  first.send("draw_copy", copyOf(jpeg(1, 1, { id: 8n, flags: 1 }), rect(0, 0, 1, 1)));
  shared.pending.shift()(0xff010101);
  await settle();
  second.send("draw_copy", copyOf(fromCache(8n, 1, 1), rect(1, 0, 2, 1)));
  second.send("draw_copy", copyOf(fromCache(8n, 1, 1, true), rect(0, 0, 1, 1)));
  await settle();
  assert.deepEqual([...second.pixels.slice(0, 2)], [BLACK, 0xff010101]);
  first.send("draw_copy", copyOf(bitmap(1, 1, [0xffffff], { id: 8n, flags: 4 }), rect(0, 0, 1, 1)));
  await settle();
  assert.equal(second.pixels[0], WHITE);
});

test("an image that nobody brings ends the channel after its patience", async () => {
  const shared = session({ patience: 0 });
  const [first] = [new Screen(shared, 0).start(), new Screen(shared, 1).start()];
  const ended = new Promise((resolve) => (first.channel.onclose = resolve));
  first.send("draw_copy", copyOf(fromCache(8n, 1, 1), rect(0, 0, 1, 1)));
  assert.match((await ended).reason, /never came/);
});

test("monitors are told, none and too many are not", () => {
  const screen = new Screen().start();
  const head = { monitor_id: 0, surface_id: 0, width: 8, height: 6, x: 0, y: 0, flags: 0 };
  screen.send("monitors_config", { count: 1, max_allowed: 4, heads: [head] });
  assert.deepEqual(screen.log.at(-1), [1, 4]);
  screen.send("monitors_config", { count: 0, max_allowed: 4, heads: [] });
  assert.deepEqual(screen.log.at(-1), [1, 4]);
  screen.send("monitors_config", { count: 65, max_allowed: 99, heads: new Array(65).fill(head) });
  assert.ok(screen.log.at(-1) instanceof ProtocolError);
});

test("a message that is not drawn is counted by its number", () => {
  const screen = new Screen().start();
  screen.send("gl_draw", { x: 0, y: 0, w: 1, h: 1 });
  screen.server.write(screen.server.raw(399));
  assert.deepEqual(Object.values(screen.channel.counters.unknown), [1, 1]);
  screen.send("draw_fill", fill(0xffffff, rect(0, 0, 8, 6)));
  assert.equal(screen.pixels[0], WHITE);
});

const stream = (fields = {}) => ({
  surface_id: 0, id: 2, flags: 1, codec_type: 1, stamp: 0n, stream_width: 4, stream_height: 2, src_width: 4, src_height: 2,
  dest: rect(0, 0, 4, 2), clip: NO_CLIP, ...fields,
});
const frameOf = (time, fields = {}) => {
  const data = jpegOf(4, 2);
  return { base: { id: 2, multi_media_time: time }, data_size: data.length, data, ...fields };
};

test("video pictures are drawn in order where the stream lies, within its clip", async () => {
  const screen = new Screen().start();
  screen.send("stream_create", stream());
  screen.send("stream_data", frameOf(100));
  screen.send("draw_fill", fill(0x000000, rect(0, 0, 1, 1)));
  screen.send("stream_clip", { id: 2, clip: { type: 1, rects: [rect(2, 0, 3, 1)] } });
  screen.send("stream_data", frameOf(133));
  screen.shared.pending.shift()(WHITE);
  await settle();
  assert.deepEqual([...screen.pixels.slice(0, 5)], [BLACK, WHITE, WHITE, WHITE, BLACK]);
  screen.shared.pending.shift()(0xff0000ff);
  await settle();
  assert.deepEqual([...screen.pixels.slice(0, 5)], [BLACK, WHITE, 0xff0000ff, WHITE, BLACK]);
});

test("a video picture of another size than announced ends the channel before it is decoded", () => {
  const screen = new Screen().start();
  screen.send("stream_create", stream());
  const data = jpegOf(65535, 65535);
  screen.send("stream_data", frameOf(100, { data_size: data.length, data }));
  assert.ok(screen.log.at(-1) instanceof ProtocolError);
  assert.equal(screen.shared.pending.length, 0);
});

test("a sized video picture is stretched over its own place", async () => {
  const screen = new Screen().start();
  screen.send("stream_create", stream());
  screen.send("stream_data_sized", { ...frameOf(100), width: 4, height: 2, dest: rect(0, 0, 8, 6) });
  screen.shared.pending.shift()(WHITE);
  await settle();
  assert.ok(screen.pixels.every((p) => p === WHITE));
});

test("a video picture waits for its sound, and is not drawn when its stream ends meanwhile", async () => {
  const screen = new Screen().start();
  screen.send("stream_create", stream());
  screen.channel.setMultimediaTime(1000, 300);
  screen.send("stream_data", frameOf(1800));
  screen.shared.pending.shift()(WHITE);
  await settle();
  assert.equal(screen.pixels[0], BLACK);
  screen.send("draw_fill", fill(0xffffff, rect(7, 5, 8, 6)));
  assert.equal(screen.pixels.at(-1), WHITE, "nothing else waits");
  screen.send("stream_destroy", { id: 2 });
  assert.equal(screen.pixels[0], BLACK);
  screen.send("stream_create", stream());
  screen.send("stream_data", frameOf(1010));
  screen.shared.pending.shift()(WHITE);
  await settle();
  assert.equal(screen.pixels[0], WHITE, "what nobody would notice does not wait");
});

test("a stream that reports does so after the pictures it was asked for", async () => {
  const screen = new Screen().start();
  screen.sent();
  screen.send("stream_create", stream());
  screen.send("stream_activate_report", { stream_id: 2, unique_id: 77, max_window_size: 2, timeout_ms: 60000 });
  for (const time of [100, 133]) {
    screen.send("stream_data", frameOf(time));
    screen.shared.pending.shift()(WHITE);
    await settle();
  }
  const [[name, report]] = screen.sent();
  assert.equal(name, "stream_report");
  assert.deepEqual([report.unique_id, report.start_frame_mm_time, report.end_frame_mm_time, report.num_frames, report.num_drops],
    [77, 100, 133, 2, 0]);
});

test("streams of a codec we lack, and pictures for streams that are gone, are answered as missing", () => {
  const screen = new Screen().start();
  screen.sent();
  screen.send("stream_create", stream({ id: 1, codec_type: 2 }));
  screen.send("stream_create", stream());
  screen.send("stream_destroy", { id: 2 });
  screen.send("stream_data", frameOf(1));
  const reports = screen.sent().map(([, report]) => [report.stream_id, report.num_frames, report.num_drops]);
  assert.deepEqual(reports, [[1, 0, 0xffffffff], [2, 0, 0xffffffff]]);
});

test("too many streams, or one that exists already, end the channel", () => {
  for (const ids of [[2, 2], Array.from({ length: 65 }, (_, id) => id)]) {
    const screen = new Screen().start();
    for (const id of ids) screen.send("stream_create", stream({ id }));
    assert.ok(screen.log.at(-1) instanceof ProtocolError);
  }
});

test("a closed display leaves its session and hears no more", async () => {
  const screen = new Screen().start();
  screen.send("draw_copy", copyOf(jpeg(8, 6), rect(0, 0, 8, 6)));
  screen.channel.close();
  assert.equal(screen.shared.channels.size, 0);
  screen.shared.pending.shift()(WHITE);
  await settle();
  assert.equal(screen.server.closedWith, 1000);
});
