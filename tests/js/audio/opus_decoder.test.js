import assert from "node:assert/strict";
import { test } from "node:test";

import { opusHere } from "../../../static/js/audio/opus_decoder.js";
import { TONE } from "./opus_tone.js";
import { frequencyOf } from "./waves.js";

const PACKAGE = new URL("../../../node_modules/opus-decoder/dist/opus-decoder.min.js", import.meta.url).href;

/** A browser's AudioDecoder as far as it is used: packets of one byte are sound of that value, 0xff is no Opus. */
class FakeAudioDecoder {
  static isConfigSupported = async () => ({ supported: true });
  static made = 0;
  state = "unconfigured";
  decodeQueueSize = 0;
  #callbacks;

  constructor(callbacks) {
    this.#callbacks = callbacks;
    FakeAudioDecoder.made += 1;
  }

  configure({ codec }) {
    assert.equal(codec, "opus");
    this.state = "configured";
  }

  decode({ data, timestamp }) {
    assert.equal(this.state, "configured");
    queueMicrotask(() => {
      if (this.state === "closed") return;
      if (data[0] === 0xff) {
        this.state = "closed";
        this.#callbacks.error(new Error("no Opus"));
        return;
      }
      this.#callbacks.output({
        timestamp, numberOfFrames: 2, numberOfChannels: 2, close() {},
        copyTo: (target) => target.fill(data[0]),
      });
    });
  }

  close() {
    this.state = "closed";
  }
}

/** @returns what a decoder told */
function listening() {
  const told = { sounds: [], faults: [] };
  return {
    told,
    listener: {
      onsound: ({ left, right }, time) => told.sounds.push({ left, right, time }),
      onfault: (error) => told.faults.push(error.message),
    },
  };
}

async function inABrowser(work) {
  Object.assign(globalThis, { AudioDecoder: FakeAudioDecoder, EncodedAudioChunk: class { constructor(init) { Object.assign(this, init); } } });
  try {
    return await work(await opusHere("nowhere"));
  } finally {
    delete globalThis.AudioDecoder;
    delete globalThis.EncodedAudioChunk;
  }
}

test("a browser's own decoder is taken where there is one, and gives each sound its packet's time", async () => {
  await inABrowser(async (opus) => {
    assert.equal(opus.name, "WebCodecs");
    const { told, listener } = listening();
    const decoder = opus.open(listener);
    [7, 8, 9].forEach((value, i) => decoder.decode(Uint8Array.of(value), (2 ** 32 - 10 + i * 10) >>> 0));
    await Promise.resolve();
    assert.deepEqual(told.sounds.map(({ left, time }) => [left[0], time]), [[7, 4294967286], [8, 0], [9, 10]]);
  });
});

test("a packet that is no Opus costs itself; many in a row end the sound", async () => {
  await inABrowser(async (opus) => {
    const { told, listener } = listening();
    const decoder = opus.open(listener);
    const decode = async (value) => {
      decoder.decode(Uint8Array.of(value), 0);
      await Promise.resolve();
    };
    for (let i = 0; i < 9; i++) await decode(0xff);
    await decode(1);
    for (let i = 0; i < 9; i++) await decode(0xff);
    assert.deepEqual([told.sounds.length, told.faults], [1, []]);
    await decode(0xff);
    assert.deepEqual(told.faults, ["the sound cannot be decoded: no Opus"]);
  });
});

test("without a decoder of any kind there is none, and sound comes uncompressed", async () => {
  assert.equal(await opusHere("data:text/javascript,throw new Error('not there')"), null);
});

test("the decoder in WebAssembly plays a tone that libopus encoded", async () => {
  globalThis.Worker ??= class {}; // the package has a class for workers too, which a browser could extend
  const opus = await opusHere(PACKAGE);
  assert.equal(opus.name, "WebAssembly");
  const { told, listener } = listening();
  const decoder = opus.open(listener);
  TONE.forEach((packet, i) => decoder.decode(packet, i * 10));
  assert.deepEqual(told.sounds.map(({ left }) => left.length), TONE.map(() => 480));
  assert.deepEqual(told.sounds.map(({ time }) => time), TONE.map((_, i) => i * 10));
  const heard = Float32Array.from(told.sounds.slice(3).flatMap(({ left }) => [...left]));
  assert.ok(Math.abs(frequencyOf(heard, 48000) / 440 - 1) < 0.002);
  assert.ok(Math.abs(Math.max(...heard) - 0.5) < 0.03);
  for (let streams = 0; streams < 3; streams++) { // one right behind the other: none waits for a decoder
    decoder.reset();
    told.sounds.length = 0;
    TONE.forEach((packet, i) => decoder.decode(packet, i * 10));
    assert.deepEqual([told.sounds.length, told.faults.length], [TONE.length, 0]);
  }
  for (let i = 0; i < 10; i++) decoder.decode(Uint8Array.of(0xff, 0xff, 0xff), 0);
  assert.equal(told.faults.length, 1);
  decoder.close();
});
