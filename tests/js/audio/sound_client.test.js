import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

/** A worker that does nothing but take notes. */
class FakeWorker {
  /** @type {FakeWorker} */
  static last;
  told = [];

  constructor() {
    FakeWorker.last = this;
  }

  postMessage(message) {
    this.told.push(message);
  }

  /** The worker says something to the page. */
  say(message) {
    this.onmessage({ data: message });
  }

  /** The latest it was told of a kind. */
  latest(type) {
    return this.told.filter((message) => message.type === type).at(-1);
  }
}

/** A browser's audio; `allowed`: it plays without a gesture. */
class FakeContext {
  static allowed = true;
  /** @type {FakeContext[]} */
  static made = [];
  state = "suspended";
  outputLatency = 0.01;
  resumed = 0;
  audioWorklet = { addModule: async () => {} };
  destination = {};
  onstatechange = null;

  constructor() {
    FakeContext.made.push(this);
    if (FakeContext.allowed) this.#become("running");
  }

  async resume() {
    this.resumed += 1;
    if (FakeContext.allowed) this.#become("running");
  }

  async suspend() {
    this.#become("suspended");
  }

  async close() {
    this.#become("closed");
  }

  getOutputTimestamp() {
    return {};
  }

  #become(state) {
    this.state = state;
    queueMicrotask(() => this.onstatechange?.());
  }
}

class FakeNode {
  /** @type {FakeNode} */
  static last;
  told = [];
  connected = false;
  port = { postMessage: (message) => this.told.push(message), onmessage: null };

  constructor() {
    FakeNode.last = this;
  }

  connect() {
    this.connected = true;
  }

  disconnect() {
    this.connected = false;
  }
}

Object.assign(globalThis, {
  Worker: FakeWorker, AudioContext: FakeContext, AudioWorkletNode: FakeNode,
  document: { baseURI: "https://gateway/m/machine" },
});
const { SoundClient } = await import("../../../static/js/audio/sound_client.js");

/** Everything that was promised has happened. */
const settled = () => new Promise((done) => setImmediate(done));

function client() {
  const made = new SoundClient({ url: "/ws/machine", connectionId: 4711, channelId: 0, ticket: null });
  const told = [];
  for (const name of ["onblocked", "onmachine", "ontime", "onsilence", "onclose"]) {
    made[name] = (...values) => told.push([name, ...values]);
  }
  return { made, told, worker: FakeWorker.last };
}

beforeEach(() => {
  FakeContext.allowed = true;
  FakeContext.made = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("the worker is given the way to the machine at once, and the browser's audio when the machine plays", async () => {
  const { worker } = client();
  assert.deepEqual(worker.told, [
    { type: "open", url: "wss://gateway/ws/machine", connectionId: 4711, channelId: 0, ticket: null },
  ]);
  assert.equal(FakeContext.made.length, 0);
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  assert.equal(FakeContext.made.length, 1);
  assert.ok(FakeNode.last.connected);
  assert.ok(worker.latest("player").port instanceof MessagePort);
  assert.equal(worker.latest("running").running, true);
});

test("a browser that wants a gesture is said to be blocked, until the person does something", async () => {
  FakeContext.allowed = false;
  const { made, told, worker } = client();
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  assert.deepEqual(told, [], "it may just take a moment");
  mock.timers.tick(500);
  assert.deepEqual(told, [["onblocked", true]]);
  assert.equal(worker.latest("running").running, false);
  FakeContext.allowed = true;
  made.resume();
  await settled();
  assert.deepEqual(told.at(-1), ["onblocked", false]);
  assert.equal(worker.latest("running").running, true);
});

test("nothing is said to be blocked while the machine is silent", async () => {
  FakeContext.allowed = false;
  const { told, worker } = client();
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  worker.say({ type: "stopped" });
  mock.timers.tick(1000);
  assert.deepEqual(told, [["onsilence"]]);
});

test("the browser's audio rests when the machine is silent for long, and wakes by itself", async () => {
  const { made, told, worker } = client();
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  worker.say({ type: "stopped" });
  mock.timers.tick(20_000);
  await settled();
  const [context] = FakeContext.made;
  assert.equal(context.state, "suspended");
  made.resume();
  assert.equal(context.resumed, 0, "a gesture does not wake what rests");
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  mock.timers.tick(1000);
  assert.equal(context.state, "running");
  assert.equal(FakeContext.made.length, 1);
  assert.equal(told.some(([what]) => what === "onblocked"), false);
});

test("the machine's volume and the person's make the gain together", async () => {
  const { made, told, worker } = client();
  made.setVolume(0.5, false);
  worker.say({ type: "volume", volumes: [1, 0.5] });
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  const gain = () => FakeNode.last.told.filter(({ type }) => type === "gain").at(-1);
  assert.deepEqual(gain(), { type: "gain", left: 0.125, right: 0.25 ** 3 });
  worker.say({ type: "mute", mute: true });
  assert.deepEqual(gain(), { type: "gain", left: 0, right: 0 });
  assert.deepEqual(told, [["onmachine", { volume: 1, mute: false }], ["onmachine", { volume: 1, mute: true }]]);
});

test("what the sound thread reports becomes the machine's time and the statistics", async () => {
  const { made, told, worker } = client();
  worker.say({ type: "decoder", name: "WebCodecs" });
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  const report = { playing: true, level: 0.04, wanted: 0.02, underruns: 1, splices: 0, dropped: 0, time: 5000, contextTime: 1 };
  FakeNode.last.port.onmessage({ data: report });
  FakeNode.last.port.onmessage({ data: { ...report, time: null } });
  assert.deepEqual(told, [["ontime", 5000, 50]]);
  assert.deepEqual([made.stats.decoder, made.stats.underruns, made.stats.active], ["WebCodecs", 1, true]);
});

test("the end of the channel is told once, with its error, and everything is closed", async () => {
  const { told, worker } = client();
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  worker.say({ type: "closed", code: 4004, reason: "", error: { name: "ProtocolError", message: "five channels" } });
  worker.say({ type: "closed", code: 4004, reason: "", error: null });
  assert.equal(told.length, 1);
  assert.equal(told[0][1].error.constructor.name, "ProtocolError");
  assert.equal(FakeContext.made[0].state, "closed");
  assert.equal(FakeNode.last.connected, false);
  assert.deepEqual(worker.told.at(-1), { type: "close" });
});

test("a worker that cannot be loaded ends the sound with a sentence", () => {
  const { told, worker } = client();
  worker.onerror({ message: "" });
  assert.equal(told[0][1].error.message, "its worker could not be loaded");
});

test("after close nothing is told", async () => {
  const { made, told, worker } = client();
  worker.say({ type: "started", frequency: 48000 });
  await settled();
  made.close();
  worker.say({ type: "closed", code: 1006, reason: "", error: null });
  mock.timers.tick(60_000);
  await settled();
  assert.deepEqual(told, []);
});
