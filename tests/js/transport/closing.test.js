import assert from "node:assert/strict";
import { test } from "node:test";

import { causeOfClose, CloseCode } from "../../../static/js/transport/closing.js";

test("every code of the gateway has a sentence, and only those that can heal are tried again", () => {
  const heals = { MACHINE_AWAY: true, MACHINE_REFUSED: false, NOT_ALLOWED: false, PROTOCOL_ERROR: false, MACHINE_CLOSED: true, TAKEN_OVER: false };
  for (const [name, expected] of Object.entries(heals)) {
    const cause = causeOfClose(CloseCode[name]);
    assert.equal(cause.heals, expected, name);
    assert.match(cause.sentence, /^[A-Z].*\.$/);
  }
});

test("a lost connection and a restarting gateway are tried again", () => {
  for (const code of [1001, 1006, 1012, 1013]) assert.equal(causeOfClose(code).heals, true, String(code));
});

test("the gateway's own sentence wins over ours", () => {
  assert.equal(causeOfClose(4001, "web-1 does not answer.").sentence, "web-1 does not answer.");
  assert.notEqual(causeOfClose(4001, "  ").sentence, "");
});

test("a code nobody knows is named and not tried again", () => {
  assert.deepEqual(causeOfClose(4999), { code: 4999, sentence: "The connection ended (code 4999).", heals: false });
});
