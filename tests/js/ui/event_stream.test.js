import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../../static/js/ui/api.js";
import { EventStream } from "../../../static/js/ui/event_stream.js";
import { FakeSource } from "./fake_source.js";

/** @param {(Problem | null)[]} answers of the gateway, one after the other */
function streaming(answers) {
  /** @type {FakeSource[]} */
  const sources = [];
  /** @type {number[]} */
  const waits = [];
  /** @type {string[]} */
  const said = [];
  const ask = async () => {
    const answer = answers.shift();
    if (answer) throw answer;
  };
  const stream = new EventStream("/events", ask, {
    open: () => /** @type {any} */ (sources[sources.push(new FakeSource()) - 1]),
    wait: async (ms) => void waits.push(ms),
  });
  stream.onlost = (sentence) => said.push(`lost ${sentence}`.trim());
  stream.onended = (sentence) => said.push(`ended ${sentence}`);
  stream.on("news", (event) => said.push(event.data));
  return { stream, sources, waits, said };
}

/** Lets promises come to their end. */
const settled = () => new Promise((done) => setImmediate(done));

test("a stream that a proxy refused while the gateway was away comes back with its listeners", async () => {
  const { sources, waits, said } = streaming([new Problem(502, "Bad Gateway"), new Problem(0, "nobody"), null]);
  sources[0].tell("news", "first");
  sources[0].fail();
  await settled();
  assert.equal(sources.length, 2);
  assert.deepEqual(waits, [2000, 4000, 8000]);
  sources[1].tell("news", "second");
  assert.deepEqual(said, ["first", "lost", "second"]);
});

test("a gateway that is started anew is followed", async () => {
  const { sources, said } = streaming([null]);
  sources[0].tell("end", "The gateway is being stopped.");
  await settled();
  assert.ok(sources[0].closed);
  assert.equal(sources.length, 2);
  assert.deepEqual(said, ["lost The gateway is being stopped."]);
});

for (const status of [401, 403]) {
  test(`who may not listen any more (${status}) is told so, and nobody is asked again and again`, async () => {
    const { sources, said } = streaming([new Problem(status, "No.")]);
    sources[0].tell("end", "The right ended.");
    await settled();
    assert.equal(sources.length, 1);
    assert.deepEqual(said, ["lost The right ended.", "ended No."]);
  });
}

test("a stream that is refused again and again is asked for less and less often", async () => {
  const { sources, waits } = streaming([]);
  for (let turn = 0; turn < 6; turn++) {
    sources[turn].fail();
    await settled();
  }
  assert.deepEqual(waits, [2000, 4000, 8000, 16_000, 30_000, 30_000]);
  sources[6].dispatchEvent(new Event("open"));
  sources[6].fail();
  await settled();
  assert.equal(waits.at(-1), 2000);
});

test("a stream that the browser opens again by itself is left to it, and a closed one rests", async () => {
  const { stream, sources } = streaming([null]);
  sources[0].readyState = 0;
  sources[0].onerror?.();
  await settled();
  assert.equal(sources.length, 1);
  sources[0].fail();
  stream.close();
  await settled();
  assert.equal(sources.length, 1);
});

test("a page that nobody sees has no stream, and gets one when it is seen", async () => {
  const { stream, sources, said } = streaming([]);
  stream.wake();
  assert.equal(sources.length, 1, "it has one");
  sources[0].fail();
  stream.rest();
  await settled();
  assert.equal(sources.length, 1);
  stream.wake();
  assert.equal(sources.length, 2);
  sources[1].tell("news", "again");
  assert.deepEqual(said, ["lost", "again"]);
});
