// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { Reporter, reportsTo } from "../../../static/js/ui/reporter.js";

/** @typedef {import("../../../static/js/ui/reporter.js").Pace} Pace */
/** @typedef {import("../../../static/js/ui/reporter.js").Report} Report */

const PACE = { report_after: 2, picture_after: 5 };

/** A viewer and what it told. @param {Pace | null} [pace] */
function viewer(pace = PACE) {
  /** @type {Report[]} */
  const told = [];
  let pictures = 0;
  const answers = { pace };
  const reporter = new Reporter(
    async (report) => {
      told.push(report);
      return answers.pace;
    },
    async () => {
      pictures += 1;
      return new Uint8Array([1, 2, 3]).buffer;
    },
  );
  return { reporter, told, answers, pictures: () => pictures };
}

/** @param {Reporter} reporter @param {readonly (readonly [frames: number, second: number])[]} stats */
async function say(reporter, stats) {
  for (const [frames, second] of stats) await reporter.displaySays(frames, second * 1000);
}

test("a viewer tells of itself with its first frame, and then how many it draws a second", async () => {
  const { reporter, told } = viewer({ report_after: 2, picture_after: null });
  await say(reporter, [[0, 0], [1, 1], [31, 2]]);
  assert.deepEqual(told, [{}, { frames: 30 }]);
});

test("a viewer tells no sooner than it was asked to, and measures from then on", async () => {
  const { reporter, told } = viewer({ report_after: 2, picture_after: null });
  await say(reporter, [[1, 0], [31, 1], [61, 2], [81, 3]]);
  assert.deepEqual(told, [{}, { frames: 30 }, { frames: 25 }]);
});

test("a viewer that draws nothing says so once", async () => {
  const { reporter, told } = viewer({ report_after: 1, picture_after: null });
  await say(reporter, [[1, 0], [31, 1], [31, 2], [31, 3], [31, 60]]);
  assert.deepEqual(told, [{}, { frames: 30 }, { frames: 0 }]);
  await say(reporter, [[46, 61]]);
  assert.deepEqual(told.at(-1), { frames: 15 });
});

test("a viewer sends a picture as soon as one is wanted, and others when something was drawn", async () => {
  const { reporter, told, pictures } = viewer();
  await say(reporter, [[1, 0], ...[10, 20, 20, 20, 20, 20, 20, 20, 21, 21].map((frames, at) => /** @type {const} */ ([frames, at + 1]))]);
  assert.deepEqual(told.map(({ frames = null, picture }) => [frames, picture ?? ""]),
    [[null, ""], [null, "AQID"], [9, ""], [5, ""], [0, "AQID"], [1, ""], [0, "AQID"]]);
  assert.equal(pictures(), 3);
});

test("a viewer whose gateway wants no pictures takes none", async () => {
  const { reporter, pictures } = viewer({ report_after: 0, picture_after: null });
  await say(reporter, Array.from({ length: 9 }, (_, second) => [second * 10 + 1, second]));
  assert.equal(pictures(), 0);
});

test("a viewer that was told to stop, or was closed, tells nothing more", async () => {
  const refused = viewer(null);
  for (let second = 0; second < 9; second++) await refused.reporter.displaySays(second, second * 1000);
  assert.equal(refused.told.length, 1);
  const { reporter, told } = viewer();
  reporter.close();
  await reporter.displaySays(30, 1000);
  assert.deepEqual(told, []);
});

test("a report that the gateway has not heard is made again", async () => {
  const { reporter, told, answers } = viewer({ report_after: 10, picture_after: null, missed: true });
  await say(reporter, [[5, 0], [5, 1], [5, 10]]);
  answers.pace = { report_after: 2, picture_after: null };
  for (let second = 11; second < 60; second++) await reporter.displaySays(5, second * 1000);
  assert.deepEqual(told, [{}, { frames: 0 }, { frames: 0 }]);
});

test("a report that is still under way is not followed by another", async () => {
  /** @type {(pace: Pace) => void} */
  let answer = () => {};
  let sent = 0;
  const reporter = new Reporter(() => {
    sent += 1;
    return new Promise((resolve) => (answer = resolve));
  }, async () => null);
  const first = reporter.displaySays(30, 1000);
  await reporter.displaySays(60, 9000);
  assert.equal(sent, 1);
  answer({ report_after: 2, picture_after: null });
  await first;
});

test("what the gateway answers says how to go on", async (t) => {
  /** @param {Response | Error} answer */
  const paceAfter = (answer) => {
    t.mock.method(globalThis, "fetch", async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
    return reportsTo("/m/office/report", 7)({ frames: 1 });
  };
  const missed = { report_after: 10, picture_after: null, missed: true };
  assert.deepEqual(await paceAfter(Response.json(PACE)), PACE);
  assert.equal(await paceAfter(new Response(null, { status: 204 })), null, "the session is over");
  assert.equal(await paceAfter(new Response(null, { status: 401 })), null);
  assert.deepEqual(await paceAfter(new Response(null, { status: 503 })), missed);
  assert.deepEqual(await paceAfter(new TypeError("no network")), missed);
});
