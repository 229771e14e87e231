// Scaling and compositing against what pixman itself makes of the same pictures (tests/record/pixman_vectors.py).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { overRow, scalePixel } from "../../../static/js/render/blend.js";
import { BLEND_MODES } from "../../../static/js/render/blend_modes.js";
import {
  CHANNEL_OPERATORS, FLOAT_OPERATORS, multiplyPixels, OPERATORS, plainOperator, spread,
} from "../../../static/js/render/composite_operators.js";
import { Sampler } from "../../../static/js/render/sampler.js";
import { ScaledInk } from "../../../static/js/render/scale.js";
import { Surface, swapRedBlue } from "../../../static/js/render/surface.js";

const vectors = JSON.parse(readFileSync(new URL("../../data/pixman.json", import.meta.url), "utf8"));
const ours = (words) => Uint32Array.from(words, swapRedBlue);
const hex = (pixels) => Array.from(pixels, (p) => (p >>> 0).toString(16).padStart(8, "0"));

test("a picture's area is stretched as pixman stretches it", () => {
  for (const [number, { width, height, area, box, smooth, pixels, result }] of vectors.scaling.entries()) {
    const picture = { width, height, pixels: ours(pixels), alpha: false };
    const surface = new Surface({ surface_id: 0, width: box[0], height: box[1], format: 32, flags: 0 });
    const [left, top, right, bottom] = area;
    const whole = { left: 0, top: 0, right: box[0], bottom: box[1] };
    const ink = new ScaledInk(picture, { left, top, right, bottom }, whole, smooth, surface, null);
    const out = [];
    for (let y = 0; y < box[1]; y++) {
      ink.at(0, y, box[0]);
      out.push(...ink.row.slice(0, box[0]).map((p) => p & 0xffffff));
    }
    assert.deepEqual(hex(out), hex(ours(result)), `case ${number}`);
  }
});

test("a row blended with a constant alpha has pixman's rounding", () => {
  for (const { alpha, pixels, before, result } of vectors.blending) {
    const dst = ours(before);
    overRow(dst, 0, ours(pixels), 0, dst.length, alpha, false, 0xffffff, 0);
    assert.deepEqual(hex(dst), hex(ours(result)), `alpha ${alpha}`);
  }
});

test("every operator gives pixman's pixels, without a mask and with both kinds of mask", () => {
  for (const { op: number, masking, pixels, mask, before, result } of vectors.operators) {
    const op = plainOperator(number);
    const [s, m, d] = [ours(pixels), ours(mask), ours(before)];
    const exact = FLOAT_OPERATORS.get(op) ?? BLEND_MODES.get(op);
    const out = d.map((under, i) => {
      const factors = { none: 0xffffffff, alpha: spread(m[i] >>> 24), channels: m[i] };
      if (exact) return exact(s[i], factors[masking], under);
      if (masking === "none") return OPERATORS[op](s[i], under);
      if (masking === "alpha") return OPERATORS[op](scalePixel(s[i], m[i] >>> 24), under);
      return CHANNEL_OPERATORS[op](multiplyPixels(s[i], m[i]), scalePixel(m[i], s[i] >>> 24), under);
    });
    assert.deepEqual(hex(out), hex(ours(result)), `operator ${number}, mask ${masking}`);
  }
});

test("transforms, filters and repeats read the pixels that pixman reads", () => {
  for (const [number, { width, height, repeat, smooth, transform, origin, pixels, result }] of vectors.sampling.entries()) {
    const [t00, t01, t02, t10, t11, t12] = transform ?? [];
    const sampler = new Sampler({ width, height, pixels: ours(pixels), alpha: true }, {
      opaque: false, repeat, smooth, transform: transform && { t00, t01, t02, t10, t11, t12 },
    });
    const out = [];
    for (let y = 0; y < 11; y++) out.push(...sampler.read(origin[0], origin[1] + y, 16).slice(0, 16));
    assert.deepEqual(hex(out), hex(ours(result)), `case ${number}`);
  }
});
