import assert from "node:assert/strict";
import { test } from "node:test";

import { buttonMask } from "../../../static/js/input/buttons.js";
import { Pointer } from "../../../static/js/input/pointer.js";
import { Wheel } from "../../../static/js/input/wheel.js";
import { MouseButton, MouseButtonMask } from "../../../static/js/spice/enums.gen.js";

const { LEFT, MIDDLE, RIGHT, UP, DOWN, SIDE, EXTRA } = MouseButtonMask;

/** A machine that writes down what the pointer does. */
function machine() {
  /** @type {unknown[][]} */
  const did = [];
  const sink = Object.fromEntries(
    ["motion", "position", "press", "release"].map((name) => [name, (...args) => did.push([name, ...args])]));
  return { did, pointer: new Pointer(/** @type {any} */ (sink), 3) };
}

test("the DOM's button bits become SPICE's", () => {
  assert.equal(buttonMask(0), 0);
  assert.equal(buttonMask(1), LEFT);
  assert.equal(buttonMask(2), RIGHT);
  assert.equal(buttonMask(4), MIDDLE);
  assert.equal(buttonMask(8), SIDE);
  assert.equal(buttonMask(16), EXTRA);
  assert.equal(buttonMask(31 + 32), LEFT | RIGHT | MIDDLE | SIDE | EXTRA);
});

test("a click happens at its place: position, press, release", () => {
  const { did, pointer } = machine();
  pointer.at(10, 20, LEFT);
  pointer.at(10, 20, 0);
  assert.deepEqual(did, [
    ["position", 10, 20, 0, 3], ["press", MouseButton.LEFT, LEFT],
    ["position", 10, 20, LEFT, 3], ["release", MouseButton.LEFT, 0],
  ]);
});

test("side buttons are side buttons, not the wheel", () => {
  const { did, pointer } = machine();
  pointer.at(0, 0, SIDE);
  pointer.at(0, 0, SIDE | EXTRA);
  pointer.at(0, 0, 0);
  assert.deepEqual(did.filter(([what]) => what !== "position"), [
    ["press", MouseButton.SIDE, SIDE], ["press", MouseButton.EXTRA, SIDE | EXTRA],
    ["release", MouseButton.SIDE, EXTRA], ["release", MouseButton.EXTRA, 0],
  ]);
});

test("slow motion adds up: no fraction of a pixel is lost", () => {
  const { did, pointer } = machine();
  for (let i = 0; i < 10; i++) pointer.by(0.25, -0.5, 0);
  const [x, y] = did.reduce(([sumX, sumY], [, dx, dy]) => [sumX + dx, sumY + dy], [0, 0]);
  assert.deepEqual([x, y], [2, -5]);
});

test("leaving releases every button", () => {
  const { did, pointer } = machine();
  pointer.at(1, 1, LEFT | RIGHT);
  did.length = 0;
  pointer.releaseAll();
  assert.deepEqual(did, [["release", MouseButton.LEFT, RIGHT], ["release", MouseButton.RIGHT, 0]]);
});

test("each wheel click is a press and a release that leave other buttons as they are", () => {
  const { did, pointer } = machine();
  pointer.at(1, 1, MIDDLE);
  did.length = 0;
  pointer.wheel(-2);
  pointer.wheel(1);
  assert.deepEqual(did, [
    ["press", MouseButton.UP, MIDDLE | UP], ["release", MouseButton.UP, MIDDLE],
    ["press", MouseButton.UP, MIDDLE | UP], ["release", MouseButton.UP, MIDDLE],
    ["press", MouseButton.DOWN, MIDDLE | DOWN], ["release", MouseButton.DOWN, MIDDLE],
  ]);
});

test("one notch of any browser's mouse is one click", () => {
  for (const [deltaY, deltaMode] of [[100, 0], [120, 0], [53, 0], [3, 1], [1, 2]]) {
    assert.equal(new Wheel().turn({ deltaY, deltaMode }), 1, `${deltaY} in mode ${deltaMode}`);
    assert.equal(new Wheel().turn({ deltaY: -deltaY, deltaMode }), -1);
  }
});

test("three notches at once are three clicks, and a touchpad's pixels add up to one", () => {
  assert.equal(new Wheel().turn({ deltaY: 360, deltaMode: 0 }), 3);
  const wheel = new Wheel();
  const clicks = Array.from({ length: 25 }, () => wheel.turn({ deltaY: 4, deltaMode: 0 }));
  assert.equal(clicks.reduce((sum, click) => sum + click, 0), 1);
});

test("a wheel that Shift turns sideways still turns the machine's", () => {
  assert.equal(new Wheel().turn({ deltaX: 100, deltaY: 0, deltaMode: 0, shiftKey: true }), 1);
  assert.equal(new Wheel().turn({ deltaX: 100, deltaY: 0, deltaMode: 0, shiftKey: false }), 0);
  assert.equal(new Wheel().turn({ deltaX: 3, deltaY: -100, deltaMode: 0, shiftKey: true }), -1);
});

test("a turn back does not pay for what was turned forth", () => {
  const wheel = new Wheel();
  assert.equal(wheel.turn({ deltaY: 40, deltaMode: 0 }), 0);
  assert.equal(wheel.turn({ deltaY: -40, deltaMode: 0 }), 0);
  assert.equal(wheel.turn({ deltaY: -40, deltaMode: 0 }), -1);
});

test("an absurd wheel event makes a bounded number of clicks", () => {
  assert.equal(new Wheel().turn({ deltaY: 1e12, deltaMode: 0 }), 10);
  assert.equal(new Wheel().turn({ deltaY: NaN, deltaMode: 0 }), 0);
});
