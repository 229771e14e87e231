import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../../../static/js/ui/api.js";
import { forEachRow } from "../../../../static/js/ui/admin/many.js";

test("each row is worked on once, a few at a time", async () => {
  let now = 0;
  let most = 0;
  /** @type {number[]} */
  const done = [];
  const faults = await forEachRow([1, 2, 3, 4, 5, 6, 7, 8, 9], async (row) => {
    most = Math.max(most, ++now);
    await null;
    done.push(row);
    now--;
  });
  assert.deepEqual(faults, []);
  assert.deepEqual(done.sort(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.ok(most <= 4);
});

test("a gateway that asks for patience gets it, and the row is tried again", async () => {
  let refusals = 2;
  let waited = 0;
  const faults = await forEachRow(["a"], async () => {
    if (refusals-- > 0) throw new Problem(429, "wait");
  }, async (ms) => void (waited += ms));
  assert.deepEqual(faults, []);
  assert.equal(waited, 2000);
});

test("what is gone already is no fault, everything else is", async () => {
  const faults = await forEachRow([404, 403, 500], async (status) => {
    throw new Problem(status, `no ${status}`);
  });
  assert.deepEqual(faults.map(String).sort(), ["Error: no 403", "Error: no 500"]);
});
