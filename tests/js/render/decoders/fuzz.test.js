// Recordings with bytes changed: both kinds of kernel give the same pixels or the same ProtocolError, whatever comes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../../../../static/js/spice/errors.js";
import { decodeImage, GlzWindow } from "../../../../static/js/render/decoders/index.js";
import { context, expectedOf, imageOf, sessions, wasmKernels } from "./recordings.js";

const ROUNDS = 3;

/** A small generator of numbers below `limit`, the same in every run. */
function generator(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const CHANGES = [
  (data, below) => data.map((byte, i) => (i === below.at ? below(256) : byte)),
  (data, below) => data.map((byte, i) => (i >= below.at && i < below.at + 4 ? 0xff : byte)),
  (data, below) => data.map((byte, i) => (i >= below.at && i < below.at + 4 ? 0 : byte)),
  (data, below) => data.slice(0, below.at),
  (data, below) => Uint8Array.of(...data.subarray(0, below.at), below(256), ...data.subarray(below.at)),
  (data) => data.map((byte, i) => (i % 97 === 96 ? byte ^ 0x10 : byte)),
];

/** The image with its data changed; sometimes what is said about it too. */
function changed(image, below) {
  const { data } = image.u;
  below.at = below(4) === 0 ? below(Math.min(data.length, 48)) : below(data.length);
  const u = { ...image.u, data: CHANGES[below(CHANGES.length)](data, below) };
  const descriptor = { ...image.descriptor };
  if (below(12) === 0) descriptor.width += below(3) - 1;
  if (below(12) === 0) u.flags = below(8);
  return { descriptor, u };
}

async function outcome(image, ctx) {
  try {
    const picture = await decodeImage(image, ctx);
    return { ...picture, pixels: picture.pixels.slice(), transient: false };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.message;
  }
}

for (const session of sessions) {
  test(`changed images of ${session.name}`, async () => {
    const below = generator(session.name.length + session.cases.length);
    const wasm = await wasmKernels();
    const js = context({ glz: new GlzWindow({ waitSeconds: 0 }) });
    const fast = context({ wasm, glz: new GlzWindow({ kernels: wasm, waitSeconds: 0 }) });
    for (const testCase of session.cases) {
      js.jpeg = fast.jpeg = expectedOf(testCase);
      const image = imageOf(testCase);
      const tries = [...Array.from({ length: ROUNDS }, () => changed(image, below)), image];
      for (const attempt of tries) {
        const [one, other] = [await outcome(attempt, js), await outcome(attempt, fast)];
        assert.deepEqual(other.pixels ? { ...other, pixels: null } : other, one.pixels ? { ...one, pixels: null } : one, testCase.name);
        if (one.pixels) assert.equal(Buffer.compare(Buffer.from(other.pixels.buffer), Buffer.from(one.pixels.buffer)), 0, testCase.name);
      }
    }
  });
}
