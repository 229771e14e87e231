import assert from "node:assert/strict";
import { test } from "node:test";

import { machinePoint, placePicture } from "../../../static/js/ui/layout.js";

const STAGE = { stageWidth: 1000, stageHeight: 500, density: 1 };

test("a picture wider than the stage is fitted by its width and letterboxed", () => {
  const placed = placePicture({ ...STAGE, width: 4000, height: 1000, mode: "fit" });
  assert.deepEqual(placed, { left: 0, top: 125, width: 1000, height: 250, scale: 0.25, exact: false });
});

test("a small picture is enlarged to fit", () => {
  const placed = placePicture({ ...STAGE, width: 500, height: 250, mode: "fit" });
  assert.deepEqual([placed.width, placed.height, placed.scale, placed.exact], [1000, 500, 2, true]);
});

test("at 1:1 on a dense screen one machine pixel covers one device pixel, on the device's grid", () => {
  const placed = placePicture({ ...STAGE, density: 1.5, width: 801, height: 601, mode: "1:1" });
  assert.equal(placed.scale, 1 / 1.5);
  assert.equal(placed.exact, true);
  assert.equal(Number.isInteger(Math.round(placed.left * 1.5 * 1e6) / 1e6), true);
  assert.equal(placed.width * 1.5, 801);
});

test("at 1:1 a picture larger than the stage begins at its corner", () => {
  const placed = placePicture({ ...STAGE, width: 2000, height: 2000, mode: "1:1" });
  assert.deepEqual([placed.left, placed.top], [0, 0]);
});

test("a stage without size gives a finite placement", () => {
  const placed = placePicture({ stageWidth: 0, stageHeight: 0, density: 1, width: 640, height: 480, mode: "fit" });
  assert.equal(placed.scale, 1);
});

test("every machine pixel is reached by the points on it, at any scale", () => {
  const machine = { width: 641, height: 3 };
  for (const scale of [0.37, 0.5, 1, 1.25, 2, 3.1]) {
    const box = { left: 13.25, top: 7, width: machine.width * scale, height: machine.height * scale };
    for (let x = 0; x < machine.width; x++) {
      const middle = machinePoint(box, machine, { x: box.left + (x + 0.5) * scale, y: box.top + 1.5 * scale });
      assert.deepEqual(middle, { x, y: 1 });
    }
  }
});

test("points beside the picture are on its nearest edge", () => {
  const box = { left: 100, top: 100, width: 200, height: 100 };
  const machine = { width: 400, height: 200 };
  assert.deepEqual(machinePoint(box, machine, { x: 0, y: 0 }), { x: 0, y: 0 });
  assert.deepEqual(machinePoint(box, machine, { x: 300, y: 900 }), { x: 399, y: 199 });
});
