import assert from "node:assert/strict";
import { test } from "node:test";

import { heardTime } from "../../../static/js/audio/clock.js";
import { MediaTimes } from "../../../static/js/audio/media_times.js";

test("what is heard now is what went to the loudspeaker a moment ago", () => {
  // At 2 s of the context, heard at 5000 ms of the page; the sample at 2.05 s belongs to the machine's 700.
  assert.equal(heardTime(700, 2.05, { contextTime: 2, performanceTime: 5000 }, 5010), 660);
});

test("without a loudspeaker sound is heard as it goes out", () => {
  assert.equal(heardTime(700, 2.05, { contextTime: 0, performanceTime: 0 }, 5010), 700);
  assert.equal(heardTime(700, 2.05, {}, 5010), 700);
});

test("the machine's clock wraps", () => {
  assert.equal(heardTime(3, 2.05, { contextTime: 2, performanceTime: 5000 }, 5000), 2 ** 32 - 47);
  const times = new MediaTimes();
  times.mark(0, 2 ** 32 - 5);
  assert.equal(times.at(480, 48000), 5);
});

test("the latest time that was said of what came before a place counts", () => {
  const times = new MediaTimes();
  assert.equal(times.at(0, 48000), null);
  times.mark(0, 100);
  times.mark(480, 150); // the machine left something out
  assert.equal(times.at(240, 48000), 105);
  assert.equal(times.at(480, 48000), 150);
  assert.equal(times.at(960, 48000), 160);
  times.clear();
  assert.equal(times.at(960, 48000), null);
});
