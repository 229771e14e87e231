import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { HeldPictures } from "../../../static/js/render/held_pictures.js";
import { StreamClock } from "../../../static/js/render/streams.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
});

function holding() {
  const drawn = [];
  return { drawn, held: new HeldPictures((picture) => drawn.push(picture), () => Date.now()) };
}

test("a picture that is due is drawn at once", () => {
  const { drawn, held } = holding();
  held.show(1, 0);
  assert.deepEqual([drawn, held.size], [[1], 0]);
});

test("pictures that came early are drawn in their moments", () => {
  const { drawn, held } = holding();
  held.show(1, 100);
  mock.timers.tick(40);
  held.show(2, 100);
  mock.timers.tick(59);
  assert.deepEqual(drawn, []);
  mock.timers.tick(1);
  assert.deepEqual(drawn, [1]);
  mock.timers.tick(40);
  assert.deepEqual(drawn, [1, 2]);
});

test("a picture that is due has those before it drawn before it", () => {
  const { drawn, held } = holding();
  held.show(1, 100);
  held.show(2, 120);
  held.show(3, 0);
  assert.deepEqual(drawn, [1, 2, 3]);
  mock.timers.tick(1000);
  assert.deepEqual(drawn, [1, 2, 3]);
});

test("not more than a few wait", () => {
  const { drawn, held } = holding();
  for (let i = 0; i < 100; i++) held.show(i, 500);
  assert.equal(held.size, 16);
  assert.deepEqual(drawn, Array.from({ length: 84 }, (_, i) => i));
});

test("what waits when a stream ends is not drawn", () => {
  const { drawn, held } = holding();
  held.show(1, 100);
  held.close();
  mock.timers.tick(1000);
  assert.deepEqual(drawn, []);
});

test("pictures wait only for sound that would be heard too long after them", () => {
  const clock = new StreamClock(() => Date.now());
  clock.set(5000);
  assert.equal(clock.wait(9000), 0, "no sound, no waiting");
  clock.set(5000, 60);
  assert.equal(clock.wait(4000), 0, "it is late already");
  assert.equal(clock.wait(5060), 0, "nobody notices 60 ms");
  assert.equal(clock.wait(5280), 200);
  assert.equal(clock.wait(9000), 1000, "no picture waits for ever");
  mock.timers.tick(50);
  assert.equal(clock.wait(5280), 150);
});
