// The drawing operations against their meaning, pixel by pixel, over random boxes, clips, masks and raster operations.
import assert from "node:assert/strict";
import { test } from "node:test";

import { BenchCanvas, rgb } from "./bench_canvas.js";
import { base, bitmap, clipTo, Dice, maskBitmap, NO_CLIP, NO_MASK, pattern, solid } from "./messages.js";
import { after, afterMove } from "./reference.js";

const WIDTH = 23;
const HEIGHT = 17;
const ROUNDS = 300;

const randomImage = (dice) => {
  const [width, height] = [dice.roll(1, 20), dice.roll(1, 15)];
  return bitmap(width, height, Array.from({ length: width * height }, () => dice.word()), { alpha: dice.roll(0, 1) === 1 });
};

const randomClip = (dice) =>
  dice.roll(0, 1) ? NO_CLIP : clipTo(Array.from({ length: dice.roll(0, 6) }, () => dice.rect(WIDTH, HEIGHT)));

function randomMask(dice) {
  if (dice.roll(0, 2)) return { mask: NO_MASK, bits: null };
  const [width, height] = [dice.roll(1, 40), dice.roll(1, 20)];
  const values = Array.from({ length: width * height }, () => dice.roll(0, 1));
  const mask = { flags: dice.roll(0, 1), pos: { x: dice.roll(-3, 8), y: dice.roll(-3, 8) }, bitmap: maskBitmap(width, height, values) };
  return { mask, bits: { width, height, bits: values } };
}

const randomBrush = (dice) =>
  [{ type: 0, u: null }, solid(dice.word()), pattern(randomImage(dice), dice.roll(-9, 30), dice.roll(-9, 30))][dice.roll(0, 2)];

const randomRop = (dice) => dice.oneOf([8, 16, 32, 64, 128, 256, 512, 0, 8]) | (dice.roll(0, 7) & 7) | (dice.roll(0, 1) << 10);

/** An area inside the picture or partly outside, as large as the box or not. */
function randomArea(dice, box, { width, height }) {
  const left = dice.roll(-2, width);
  const top = dice.roll(-2, height);
  if (dice.roll(0, 1)) return { left, top, right: left + box.right - box.left, bottom: top + box.bottom - box.top };
  return { left, top, right: dice.roll(left + 1, width + 3), bottom: dice.roll(top + 1, height + 3) };
}

function randomMessage(dice) {
  const { mask, bits } = randomMask(dice);
  const box = dice.rect(WIDTH, HEIGHT);
  const image = randomImage(dice);
  const data = {
    src_bitmap: image, src_area: randomArea(dice, box, image.descriptor), rop_descriptor: randomRop(dice), scale_mode: 1,
    brush: randomBrush(dice), rop3: dice.roll(0, 255), true_color: new Uint32Array(image.u.data.buffer)[0], mask,
  };
  return { message: { base: base(box, randomClip(dice)), data }, bits };
}

function scribbled(dice) {
  const canvas = new BenchCanvas({ width: WIDTH, height: HEIGHT });
  for (let i = 0; i < canvas.screen.pixels.length; i++) canvas.screen.pixels[i] = (dice.word() | 0xff000000) >>> 0;
  return canvas;
}

const words = (canvas) => Array.from(canvas.screen.pixels, rgb);

for (const name of ["draw_copy", "draw_blend", "draw_fill", "draw_opaque", "draw_blackness", "draw_whiteness", "draw_invers",
  "draw_transparent"]) {
  test(`${name} changes the pixels that its definition says, and no other`, () => {
    const dice = new Dice(name.length * 7919);
    for (let round = 0; round < ROUNDS; round++) {
      const canvas = scribbled(dice);
      const { message, bits } = randomMessage(dice);
      const masked = name === "draw_transparent" ? null : bits;
      if (!masked) message.data.mask = NO_MASK;
      const wanted = after(name, message, masked, WIDTH, words(canvas));
      canvas.draw(name, message);
      assert.deepEqual(words(canvas), wanted, `round ${round}`);
      assert.ok(canvas.screen.pixels.every((p) => p >>> 24 === 255), "the screen stays opaque");
    }
  });
}

test("draw_rop3 evaluates each of the 256 functions of brush, source and destination", () => {
  const dice = new Dice(3);
  for (let code = 0; code < 256; code++) {
    const canvas = scribbled(dice);
    const { message, bits } = randomMessage(dice);
    const { width, height } = message.data.src_bitmap.descriptor;
    const { left, top } = message.base.box;
    message.base.box = { left, top, right: left + width, bottom: top + height };
    message.data.src_area = { left: 0, top: 0, right: width, bottom: height };
    message.data.rop3 = code;
    const wanted = after("draw_rop3", message, bits, WIDTH, words(canvas));
    canvas.draw("draw_rop3", message);
    assert.deepEqual(words(canvas), wanted, `code ${code}`);
  }
});

test("copy_bits moves overlapping pixels as if it read them all first", () => {
  const dice = new Dice(11);
  for (let round = 0; round < ROUNDS * 2; round++) {
    const canvas = scribbled(dice);
    const box = dice.rect(WIDTH, HEIGHT);
    const message = { base: base(box, randomClip(dice)), src_pos: { x: box.left + dice.roll(-6, 6), y: box.top + dice.roll(-6, 6) } };
    const wanted = afterMove(message, WIDTH, HEIGHT, words(canvas));
    canvas.draw("copy_bits", message);
    assert.deepEqual(words(canvas), wanted, `round ${round}`);
  }
});

test("what was damaged covers every pixel that changed", () => {
  const dice = new Dice(5);
  for (let round = 0; round < ROUNDS; round++) {
    const canvas = scribbled(dice);
    const before = words(canvas);
    canvas.draw(dice.oneOf(["draw_copy", "draw_fill", "draw_invers"]), randomMessage(dice).message);
    const quads = canvas.damaged.flatMap(([, region]) => region);
    words(canvas).forEach((now, i) => {
      if (now === before[i]) return;
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      const covered = quads.some((_, k) => k % 4 === 0 && x >= quads[k] && y >= quads[k + 1] && x < quads[k + 2] && y < quads[k + 3]);
      assert.ok(covered, `round ${round}, pixel ${x}, ${y}`);
    });
  }
});
