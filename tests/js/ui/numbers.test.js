import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesText, durationText, Rates } from "../../../static/js/ui/numbers.js";

test("bytes are read in units people know", () => {
  assert.deepEqual([0, 999, 1500, 123456, 7.25e6, 3e9, 5e12].map(bytesText),
    ["0 B", "999 B", "1.5 kB", "123 kB", "7.3 MB", "3.0 GB", "5000 GB"]);
});

test("durations are read in milliseconds, then seconds", () => {
  assert.deepEqual([0.44, 9.9, 9.96, 87.4, 999.4, 2400].map(durationText),
    ["0.4 ms", "9.9 ms", "10 ms", "87 ms", "999 ms", "2.4 s"]);
});

test("rates are per second, zero at first and after a counter began anew", () => {
  const rates = new Rates();
  assert.deepEqual(rates.read({ frames: 100 }, 1000), { frames: 0 });
  assert.deepEqual(rates.read({ frames: 130 }, 1500), { frames: 60 });
  assert.deepEqual(rates.read({ frames: 5 }, 2500), { frames: 0 });
});
