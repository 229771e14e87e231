import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsInSight } from "../../../../static/js/ui/admin/window.js";

test("a long table has few rows in sight, with some beyond the edges", () => {
  assert.deepEqual(rowsInSight({ total: 5000, rowHeight: 44, scrolled: 0, height: 440 }), { first: 0, last: 19 });
  assert.deepEqual(rowsInSight({ total: 5000, rowHeight: 44, scrolled: 44_000, height: 440 }), { first: 992, last: 1019 });
});

test("the end of a table is its end, also when it became shorter than it was scrolled", () => {
  assert.deepEqual(rowsInSight({ total: 5, rowHeight: 44, scrolled: 0, height: 440 }), { first: 0, last: 5 });
  assert.deepEqual(rowsInSight({ total: 10, rowHeight: 44, scrolled: 44_000, height: 440 }), { first: 2, last: 10 });
  assert.deepEqual(rowsInSight({ total: 0, rowHeight: 44, scrolled: 300, height: 440 }), { first: 0, last: 0 });
});

test("before a row was measured some are drawn", () => {
  assert.deepEqual(rowsInSight({ total: 100, rowHeight: 0, scrolled: 0, height: 440 }), { first: 0, last: 16 });
});
