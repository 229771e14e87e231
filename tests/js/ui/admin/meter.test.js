import assert from "node:assert/strict";
import { test } from "node:test";

import { Meter } from "../../../../static/js/ui/admin/meter.js";
import { History, sparkPath } from "../../../../static/js/ui/admin/sparkline.js";

/** @param {number} bytes @param {number} messages */
const traffic = (bytes, messages) => ({ bytes_in: 0, messages_in: 0, bytes_out: bytes, messages_out: messages });

test("rates are per second between two readings, and zero before", () => {
  const meter = new Meter();
  meter.read([["a", traffic(1000, 10)]], 1000);
  assert.equal(meter.rate("a").out, 0);
  meter.read([["a", traffic(3000, 20)]], 3000);
  assert.deepEqual(meter.rate("a"), { in: 0, out: 1000, messages: 5, history: [1000] });
});

test("a counter that began anew has no rate, and none is negative", () => {
  const meter = new Meter();
  meter.read([["a", traffic(1000, 10)]], 1000);
  meter.read([["a", traffic(5, 1)]], 2000);
  assert.equal(meter.rate("a").out, 0);
});

test("what is gone is forgotten", () => {
  const meter = new Meter();
  meter.read([["a", traffic(0, 0)]], 0);
  meter.read([["a", traffic(9, 9)]], 1000);
  meter.read([], 2000);
  assert.deepEqual(meter.rate("a"), { in: 0, out: 0, messages: 0, history: [] });
});

test("a minute is kept", () => {
  const history = new History(60);
  for (let second = 0; second < 100; second++) history.add(second);
  assert.equal(history.values.length, 60);
  assert.equal(history.values[0], 40);
});

test("the line ends at the right, its highest reading reaches the top and nothing lies at the bottom", () => {
  assert.equal(sparkPath([0, 50, 100], 3), "M0.0 19.0L30.0 10.0L60.0 1.0");
  assert.equal(sparkPath([0, 0], 3), "M30.0 19.0L60.0 19.0");
  assert.equal(sparkPath([], 60), "");
});
