import assert from "node:assert/strict";
import { test } from "node:test";

import { gatewayNow, heardFrom, heardTime } from "../../../static/js/ui/gateway_clock.js";

const HOUR = 3_600_000;

/** @param {number} expected */
const isAhead = (expected) => assert.ok(Math.abs(gatewayNow() - Date.now() - expected) < 60_000);

test("what the gateway says of the time counts, whatever this computer's clock says", () => {
  isAhead(0);
  heardTime(Date.now() + 5 * HOUR);
  isAhead(5 * HOUR);
  heardFrom(new Response("", { headers: { Date: new Date(Date.now() - 3 * HOUR).toUTCString() } }));
  isAhead(-3 * HOUR);
  heardFrom(new Response(""));
  isAhead(-3 * HOUR);
  heardTime(Date.now() - 900);
  assert.ok(gatewayNow() - Date.now() >= 0, "a clock that is nearly right is taken for right");
});
