import assert from "node:assert/strict";
import { test } from "node:test";

import { Answers } from "../../../static/js/ui/answers.js";

test("an answer that is owed for more than two seconds is slow, and well again when it comes", () => {
  const answers = new Answers();
  assert.deepEqual([0, 1999, 2500, 3500, 0].map((silence) => answers.read(silence)), ["well", "well", "slow", "slow", "well"]);
});

test("a machine that answers nothing for twenty seconds is given up, once", () => {
  const answers = new Answers();
  const said = Array.from({ length: 23 }, (_, second) => answers.read(second * 1000));
  assert.equal(said.indexOf("gone"), 22);
  assert.equal(answers.read(0), "well");
});

test("a computer that slept for an hour waits for the answer as long as any other", () => {
  const answers = new Answers();
  assert.equal(answers.read(3_600_000), "slow");
  assert.equal(answers.read(0), "well");
});
