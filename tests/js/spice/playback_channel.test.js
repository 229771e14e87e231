import assert from "node:assert/strict";
import { test } from "node:test";

import { AudioDataMode, ChannelType, PlaybackCap } from "../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../static/js/spice/errors.js";
import { PlaybackChannel } from "../../../static/js/spice/playback_channel.js";
import { FakeServer } from "./fake_server.js";

const { PLAYBACK } = ChannelType;
const START = { channels: 2, format: 1, frequency: 48000, time: 500 };
const MODE_OPUS = { time: 500, mode: AudioDataMode.OPUS, data: new Uint8Array(0) };

function linked({ opus = true } = {}) {
  const machine = new FakeServer();
  /** @type {any[]} */
  const heard = [];
  const note = (name) => (...values) => heard.push([name, ...values.map((value) => (value instanceof Uint8Array ? [...value] : value))]);
  const names = ["start", "raw", "opus", "stop", "setVolume", "setMute", "setLatency"];
  const sink = Object.fromEntries(names.map((name) => [name, note(name)]));
  const channel = new PlaybackChannel(machine.transport, { id: 0, connectionId: 1, commonCaps: [0, 1, 3], ticket: null }, { sink, opus });
  /** @type {any} */
  let end = null;
  channel.onclose = (event) => (end = event);
  machine.link();
  return { machine, channel, heard, fault: () => end?.error, send: (name, fields) => machine.send(PLAYBACK, name, fields) };
}

test("raw sound is heard from its start to its stop", () => {
  const { send, heard } = linked();
  send("mode", { ...MODE_OPUS, mode: AudioDataMode.RAW });
  send("start", START);
  send("data", { time: 510, data: Uint8Array.of(1, 2, 3, 4) });
  send("stop");
  assert.deepEqual(heard, [["start", { channels: 2, frequency: 48000, time: 500 }], ["raw", [1, 2, 3, 4], 510], ["stop"]]);
});

test("the mode says what data is", () => {
  const { send, heard, channel } = linked();
  send("mode", MODE_OPUS);
  assert.equal(channel.mode, AudioDataMode.OPUS);
  send("start", START);
  send("data", { time: 510, data: Uint8Array.of(9) });
  assert.deepEqual(heard.at(-1), ["opus", [9], 510]);
});

test("volume, mute and latency are handed on in their own units", () => {
  const { send, heard } = linked();
  send("volume", { nchannels: 2, volume: [65535, 0] });
  send("volume", { nchannels: 0, volume: [] });
  send("mute", { mute: 1 });
  send("latency", { latency_ms: 250 });
  assert.deepEqual(heard, [["setVolume", [1, 0]], ["setMute", true], ["setLatency", 250]]);
});

test("Opus is announced only where it can be decoded", () => {
  for (const opus of [true, false]) {
    const { machine } = linked({ opus });
    const words = machine.received.slice(16); // behind the header: connection id, type, id, counts, offset, common, channel
    const caps = new DataView(Uint8Array.from(words).buffer).getUint32(18 + 4, true);
    assert.equal(caps, (1 << PlaybackCap.VOLUME) | (1 << PlaybackCap.LATENCY) | (opus ? 1 << PlaybackCap.OPUS : 0));
  }
});

for (const [what, misbehave] of /** @type {[string, (send: any) => void][]} */ ([
  ["CELT, which nobody offered", (send) => send("mode", { ...MODE_OPUS, mode: AudioDataMode.CELT_0_5_1 })],
  ["a mode that does not exist", (send) => send("mode", { ...MODE_OPUS, mode: 77 })],
  ["five channels", (send) => send("start", { ...START, channels: 5 })],
  ["no channel", (send) => send("start", { ...START, channels: 0 })],
  ["an unknown format", (send) => send("start", { ...START, format: 2 })],
  ["a frequency of nought", (send) => send("start", { ...START, frequency: 0 })],
  ["a frequency of four thousand million", (send) => send("start", { ...START, frequency: 0xffffffff })],
  ["data before the start", (send) => send("data", { time: 0, data: Uint8Array.of(0, 0, 0, 0) })],
  ["data after the stop", (send) => (send("start", START), send("stop"), send("data", { time: 0, data: Uint8Array.of(0, 0, 0, 0) }))],
  ["half a sample", (send) => (send("start", START), send("data", { time: 0, data: Uint8Array.of(0, 0, 0) }))],
])) {
  test(`a machine that sends ${what} ends its sound`, () => {
    const { send, fault } = linked();
    misbehave(send);
    assert.ok(fault() instanceof ProtocolError, String(fault()));
  });
}

test("Opus from a machine that was not offered it ends the sound", () => {
  const { send, fault } = linked({ opus: false });
  send("mode", MODE_OPUS);
  assert.ok(fault() instanceof ProtocolError);
});
