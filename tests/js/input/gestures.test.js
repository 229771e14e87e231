import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Gestures } from "../../../static/js/input/gestures.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** Fingers, and what is made of them. */
function hand() {
  /** @type {unknown[][]} */
  const did = [];
  const sink = Object.fromEntries(["tap", "dragStart", "drag", "dragEnd", "pan", "pinch"]
    .map((name) => [name, (...args) => did.push([name, ...args])]));
  return { did, gestures: new Gestures(/** @type {any} */ (sink)) };
}

/** @param {number} x @param {number} y */
const at = (x, y) => ({ x, y });

test("a finger that comes and goes taps where it came down", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 20), 0);
  gestures.move(1, at(13, 21));
  gestures.up(1, 90);
  mock.timers.tick(1000);
  assert.deepEqual(did, [["tap", at(10, 20), false]]);
});

test("a second tap nearby is at the place of the first, so that it makes a double click", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 20), 0);
  gestures.up(1, 80);
  gestures.down(2, at(24, 30), 200);
  gestures.up(2, 260);
  gestures.down(3, at(15, 20), 2000);
  gestures.up(3, 2080);
  assert.deepEqual(did.map(([, point]) => point), [at(10, 20), at(10, 20), at(15, 20)]);
});

test("a finger that moves drags from where it came down", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 20), 0);
  gestures.move(1, at(40, 20));
  gestures.move(1, at(60, 25));
  gestures.up(1, 400);
  assert.deepEqual(did, [
    ["dragStart", at(10, 20), { secondary: false, again: false }],
    ["drag", at(40, 20)], ["drag", at(60, 25)], ["dragEnd"],
  ]);
});

test("a finger that rests is the other button until it goes", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 20), 0);
  mock.timers.tick(500);
  gestures.up(1, 700);
  assert.deepEqual(did, [["dragStart", at(10, 20), { secondary: true, again: false }], ["dragEnd"]]);
});

test("a finger that comes right back after a tap and moves says so", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 20), 0);
  gestures.up(1, 80);
  gestures.down(1, at(12, 20), 180);
  gestures.move(1, at(80, 20));
  assert.deepEqual(did[1], ["dragStart", at(12, 20), { secondary: false, again: true }]);
});

test("two fingers that come and go together tap with the other button", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 20), 0);
  gestures.down(2, at(80, 20), 30);
  gestures.up(2, 120);
  gestures.up(1, 130);
  mock.timers.tick(1000);
  assert.deepEqual(did, [["tap", at(10, 20), true]]);
});

test("two fingers that move together pan and do not pinch", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(10, 100), 0);
  gestures.down(2, at(80, 100), 30);
  for (const y of [90, 80, 70]) {
    gestures.move(1, at(10, y));
    gestures.move(2, at(80, y));
  }
  gestures.up(1, 500);
  gestures.move(2, at(80, 10));
  gestures.up(2, 600);
  assert.ok(did.every(([name]) => name === "pan"));
  assert.equal(did.reduce((sum, [, , , dy]) => sum + Number(dy), 0), -30);
});

test("two fingers that go apart pinch by as much", () => {
  const { did, gestures } = hand();
  gestures.down(1, at(100, 100), 0);
  gestures.down(2, at(200, 100), 10);
  for (const step of [20, 40, 60, 80, 100]) {
    gestures.move(1, at(100 - step / 2, 100));
    gestures.move(2, at(200 + step / 2, 100));
  }
  const factor = did.filter(([name]) => name === "pinch").reduce((product, [, , by]) => product * Number(by), 1);
  assert.ok(factor > 1.4 && factor <= 2, `${factor}`);
});

test("a third finger ends what two began, and a browser that takes the touches ends a drag", () => {
  const { did, gestures } = hand();
  for (const id of [1, 2, 3]) gestures.down(id, at(id * 50, 20), id);
  for (const id of [1, 2, 3]) gestures.up(id, 100);
  assert.deepEqual(did, []);
  gestures.down(4, at(0, 0), 1000);
  gestures.move(4, at(50, 0));
  gestures.cancel();
  gestures.move(4, at(90, 0));
  assert.deepEqual(did.map(([name]) => name), ["dragStart", "drag", "dragEnd"]);
});
