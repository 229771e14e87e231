import assert from "node:assert/strict";
import { test } from "node:test";

import { stereoOf } from "../../../static/js/audio/pcm.js";
import { SoundSource } from "../../../static/js/audio/sound_source.js";

const STEREO = { channels: 2, frequency: 44100, time: 1000 };
const FRAME = Uint8Array.of(0, 0x40, 0, 0xc0); // half of full scale in the left ear, as much below zero in the right

/** A source, what it gave to the sound thread and what it told the page. */
function source({ decoder = null } = {}) {
  const given = [];
  const told = [];
  const port = { postMessage: (message) => given.push(message), onmessage: null, close() {} };
  const parts = {
    openDecoder: (listener) => decoder?.(listener) ?? null, opusRate: 48000,
    tell: (type, fields) => told.push([type, fields]), onfault: (error) => told.push(["fault", error]),
  };
  const made = new SoundSource(parts);
  made.playTo(port);
  return { made, given, told, port, sounds: () => given.filter(({ type }) => type === "sound") };
}

test("raw samples become sound for two ears, with their time", () => {
  const { made, given, told } = source();
  made.setRunning(true);
  made.start(STEREO);
  made.raw(FRAME, 1010);
  made.stop();
  assert.deepEqual(given.slice(-3), [
    { type: "begin", rate: 44100 },
    { type: "sound", left: Float32Array.of(0.5), right: Float32Array.of(-0.5), time: 1010 },
    { type: "end" },
  ]);
  assert.deepEqual(told, [["started", { frequency: 44100 }], ["form", { form: "not compressed" }], ["stopped", undefined]]);
});

test("one channel is heard in both ears", () => {
  assert.deepEqual(stereoOf(Uint8Array.of(0, 0x80, 0xff, 0x7f), 1), {
    left: Float32Array.of(-1, 32767 / 32768), right: Float32Array.of(-1, 32767 / 32768),
  });
});

test("while the browser does not play, sound is let go, and what comes later is not mixed with the old", () => {
  const { made, given, sounds } = source();
  made.start(STEREO);
  made.raw(FRAME, 0);
  assert.deepEqual(sounds(), []);
  made.setRunning(true);
  assert.deepEqual(given.at(-1), { type: "clear" });
  made.raw(FRAME, 10);
  assert.equal(sounds().length, 1);
});

test("a sound thread that takes nothing is not flooded", () => {
  const { made, port, sounds } = source();
  made.setRunning(true);
  made.start(STEREO);
  for (let i = 0; i < 1000; i++) made.raw(FRAME, i);
  assert.equal(sounds().length, 200);
  port.onmessage({ data: 10 });
  for (let i = 0; i < 1000; i++) made.raw(FRAME, i);
  assert.equal(sounds().length, 210);
});

test("Opus goes through the decoder, which forgets between streams", () => {
  const calls = [];
  let listener;
  const { made, sounds, told } = source({
    decoder: (heard) => {
      listener = heard;
      return { decode: (packet, time) => calls.push([packet[0], time]), reset: () => calls.push("reset"), close: () => calls.push("close") };
    },
  });
  made.setRunning(true);
  made.start(STEREO);
  made.opus(Uint8Array.of(7), 1010);
  listener.onsound({ left: Float32Array.of(1), right: Float32Array.of(2) }, 1010);
  assert.deepEqual(sounds().map(({ left, time }) => [left[0], time]), [[1, 1010]]);
  made.start(STEREO);
  listener.onfault(new Error("not Opus"));
  made.close();
  assert.deepEqual(calls, [[7, 1010], "reset", "close"]);
  assert.equal(told.at(-1)[0], "fault");
});

test("the machine's volume, mute and wish for delay are handed on", () => {
  const { made, given, told } = source();
  made.setVolume([0.5]);
  made.setMute(true);
  made.setLatency(200);
  assert.deepEqual(told, [["volume", { volumes: [0.5] }], ["mute", { mute: true }]]);
  assert.deepEqual(given.at(-1), { type: "latency", seconds: 0.2 });
  made.start(STEREO);
  assert.deepEqual(given.at(-1), { type: "latency", seconds: 0 });
});
