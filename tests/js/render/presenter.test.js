// What reaches the canvas, and when: on frames that the test lets happen.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Presenter } from "../../../static/js/render/presenter.js";
import { Surface } from "../../../static/js/render/surface.js";

// A browser's, as far as the presenter uses it; Node has none.
globalThis.ImageData ??= class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};

/** A canvas that writes down what is put on it, and frames under the test's hand. */
function stage() {
  const puts = [];
  const canvas = { width: 1, height: 1, getContext: () => ({ putImageData: (_image, _x, _y, ...rect) => puts.push(rect) }) };
  let waiting = null;
  const frames = { request: (draw) => { waiting = draw; return 1; }, cancel: () => (waiting = null) };
  const presenter = new Presenter(canvas, frames);
  return { presenter, canvas, puts, frame: () => waiting?.(), waits: () => waiting !== null };
}

const surface = (width, height) => new Surface({ surface_id: 0, width, height, format: 32, flags: 1 });

test("nothing is shown before the machine marks its picture, then all of it", () => {
  const { presenter, canvas, puts, frame, waits } = stage();
  presenter.attach(surface(8, 6));
  assert.deepEqual([canvas.width, canvas.height, waits()], [8, 6, false]);
  presenter.show(true);
  frame();
  assert.deepEqual(puts, [[0, 0, 8, 6]]);
  presenter.close();
});

test("changes between two frames are drawn together, each once", () => {
  const { presenter, puts, frame } = stage();
  const shown = surface(8, 6);
  let drawn = 0;
  presenter.onframe = () => drawn++;
  presenter.attach(shown);
  presenter.show(true);
  frame();
  presenter.damage(shown, [1, 1, 3, 3]);
  presenter.damage(shown, [2, 2, 3, 3, 4, 4, 5, 5]);
  frame();
  assert.deepEqual(puts.slice(1), [[1, 1, 2, 2], [4, 4, 1, 1]]);
  assert.equal(drawn, 2);
  presenter.close();
});

test("very many small changes become one large one that holds them all", () => {
  const { presenter, puts, frame } = stage();
  const shown = surface(100, 100);
  presenter.attach(shown);
  presenter.show(true);
  frame();
  for (let i = 0; i < 80; i++) presenter.damage(shown, [i, 7, i + 1, 8]);
  frame();
  const covered = new Set();
  for (const [x, y, width, height] of puts.slice(1)) {
    assert.ok(y === 7 && height === 1);
    for (let k = x; k < x + width; k++) covered.add(k);
  }
  assert.equal(covered.size, 80);
  assert.ok(puts.length < 40);
  presenter.close();
});

test("other surfaces than the one shown draw nothing", () => {
  const { presenter, puts, frame, waits } = stage();
  presenter.attach(surface(8, 6));
  presenter.show(true);
  frame();
  presenter.damage(surface(8, 6), [0, 0, 1, 1]);
  assert.equal(waits(), false);
  presenter.attach(null);
  assert.equal(puts.length, 1);
  presenter.close();
});

test("a page that is hidden is drawn all the same, later", async () => {
  const { presenter, puts } = stage();
  const drawn = new Promise((resolve) => (presenter.onframe = resolve));
  presenter.attach(surface(8, 6));
  presenter.show(true);
  await drawn;
  assert.equal(puts.length, 1);
  presenter.close();
});

test("a closed presenter draws no more", () => {
  const { presenter, waits, frame, puts } = stage();
  presenter.attach(surface(8, 6));
  presenter.show(true);
  presenter.close();
  assert.equal(waits(), false);
  frame();
  assert.deepEqual(puts, []);
});
