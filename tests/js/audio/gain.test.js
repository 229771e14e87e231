import assert from "node:assert/strict";
import { test } from "node:test";

import { Gain, gainsOf } from "../../../static/js/audio/gain.js";
import { Tone, steepest } from "./waves.js";

const FULL = { machine: [1, 1], machineMute: false, person: 1, personMute: false };

test("the machine's volume and the person's both count, each ear by its own, felt as a cube", () => {
  assert.deepEqual(gainsOf(FULL), [1, 1]);
  assert.deepEqual(gainsOf({ ...FULL, machine: [0.5, 1], person: 0.5 }), [0.25 ** 3, 0.125]);
});

test("a machine with one channel sets both ears", () => {
  assert.deepEqual(gainsOf({ ...FULL, machine: [0.5] }), [0.125, 0.125]);
});

test("whoever mutes, it is silent", () => {
  assert.deepEqual(gainsOf({ ...FULL, machineMute: true }), [0, 0]);
  assert.deepEqual(gainsOf({ ...FULL, personMute: true }), [0, 0]);
});

/** As the sound thread does it: 128 samples at a time. */
function applied(gain, { left, right }) {
  for (let at = 0; at < left.length; at += 128) gain.apply(left.subarray(at, at + 128), right.subarray(at, at + 128));
  return { left, right };
}

test("a gain that is set changes smoothly and arrives exactly", () => {
  const gain = new Gain();
  const { left } = applied(gain, new Tone(440, 48000).next(4800));
  const slope = steepest(left);
  gain.set(0, 0.5);
  const after = applied(gain, new Tone(440, 48000).next(9600));
  assert.ok(steepest(after.left) < slope * 1.05, "no click");
  assert.ok(after.left.subarray(4800).every((sample) => sample === 0));
  const last = new Tone(440, 48000).next(4800);
  const expected = last.right.map((sample) => sample * 0.5);
  applied(gain, last);
  assert.deepEqual(last.right, expected);
});
