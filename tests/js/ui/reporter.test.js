// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { Reporter } from "../../../static/js/ui/reporter.js";

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

test("a viewer tells how many frames it drew a second", async () => {
  const { reporter, told } = viewer();
  await reporter.displaySays(1, 1000);
  await reporter.displaySays(31, 2000);
  assert.deepEqual(told, [{ frames: 30 }]);
});

test("a viewer tells no sooner than it was asked to, and measures from then on", async () => {
  const { reporter, told } = viewer({ report_after: 2, picture_after: null });
  for (const [frames, now] of [[0, 0], [30, 1000], [60, 2000], [80, 3000]]) await reporter.displaySays(frames, now);
  assert.deepEqual(told, [{ frames: 30 }, { frames: 25 }]);
});

test("a viewer that draws nothing says so once", async () => {
  const { reporter, told } = viewer({ report_after: 1, picture_after: null });
  for (const [frames, now] of [[0, 0], [30, 1000], [30, 2000], [30, 3000], [30, 60_000]]) await reporter.displaySays(frames, now);
  assert.deepEqual(told, [{ frames: 30 }, { frames: 0 }]);
  await reporter.displaySays(45, 61_000);
  assert.deepEqual(told.at(-1), { frames: 15 });
});

test("a viewer sends pictures when they are wanted and something was drawn, and no others", async () => {
  const { reporter, told, pictures } = viewer();
  const seconds = [1, 10, 20, 20, 20, 20, 20, 20, 21, 21, 21];
  for (const [second, frames] of seconds.entries()) await reporter.displaySays(frames, second * 1000);
  assert.equal(pictures(), 2);
  assert.deepEqual(told.map(({ picture }) => picture ?? ""), ["", "AQID", "", "AQID", ""]);
});

test("a viewer whose gateway wants no pictures takes none", async () => {
  const { reporter, pictures } = viewer({ report_after: 0, picture_after: null });
  for (let second = 0; second < 9; second++) await reporter.displaySays(second * 10, second * 1000);
  assert.equal(pictures(), 0);
});

test("a viewer that was told to stop, or was closed, tells nothing more", async () => {
  const refused = viewer(null);
  for (let second = 0; second < 9; second++) await refused.reporter.displaySays(second, second * 1000);
  assert.equal(refused.told.length, 1);
  const { reporter, told } = viewer();
  await reporter.displaySays(0, 0);
  reporter.close();
  await reporter.displaySays(30, 1000);
  assert.deepEqual(told, []);
});

test("a report that the gateway has not heard is made again", async () => {
  const { reporter, told, answers } = viewer({ report_after: 10, picture_after: null, missed: true });
  await reporter.displaySays(5, 0);
  await reporter.displaySays(5, 1000);
  answers.pace = { report_after: 2, picture_after: null };
  for (let second = 2; second < 60; second++) await reporter.displaySays(5, second * 1000);
  assert.deepEqual(told, [{ frames: 0 }, { frames: 0 }]);
});

test("a report that is still under way is not followed by another", async () => {
  /** @type {(pace: Pace) => void} */
  let answer = () => {};
  let sent = 0;
  const reporter = new Reporter(() => {
    sent += 1;
    return new Promise((resolve) => (answer = resolve));
  }, async () => null);
  await reporter.displaySays(0, 0);
  const first = reporter.displaySays(30, 1000);
  await reporter.displaySays(60, 9000);
  assert.equal(sent, 1);
  answer(PACE);
  await first;
});
