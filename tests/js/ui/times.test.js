import assert from "node:assert/strict";
import { test } from "node:test";

import { dateOf, momentText, shortSpan, spanText } from "../../../static/js/ui/times.js";

test("spans are read in the unit that counts", () => {
  assert.deepEqual([-3, 1, 59, 60, 7200, 90_000].map(spanText), ["0 seconds", "1 second", "59 seconds", "1 minute", "2 hours", "1 day"]);
});

test("in tables they are short", () => {
  assert.deepEqual([12, 90, 7500, 200_000].map(shortSpan), ["12 s", "1 min", "2 h 5 min", "2 days"]);
});

test("moments that are none are a dash", () => {
  assert.equal(momentText(null), "–");
  assert.equal(dateOf("nonsense"), null);
  assert.equal(dateOf("2026-11-26T07:00:00Z")?.getTime(), 1795676400000);
});
