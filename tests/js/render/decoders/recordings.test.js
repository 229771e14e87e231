// Every image libspice sent must become exactly the picture it was given.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeImage } from "../../../../static/js/render/decoders/index.js";
import { context, expectedOf, firstDifference, imageOf, sessions, wasmKernels } from "./recordings.js";

const ALPHA_TYPES = ["FMT_RGBA", "FMT_8BIT_A"];

async function check(testCase, ctx) {
  const expected = expectedOf(testCase);
  ctx.jpeg = expected;
  const picture = await decodeImage(imageOf(testCase), ctx);
  assert.deepEqual([picture.width, picture.height], [testCase.width, testCase.height]);
  assert.equal(picture.alpha, ALPHA_TYPES.includes(testCase.format));
  const at = firstDifference(picture.pixels, expected);
  if (at < 0) return;
  const [got, wanted] = [picture.pixels[at], expected[at]].map((pixel) => (pixel ?? 0).toString(16));
  assert.fail(`pixel ${at % testCase.width}, ${Math.floor(at / testCase.width)} is ${got}, must be ${wanted}`);
}

const kinds = [
  { name: "JavaScript", kernels: () => undefined },
  { name: "WebAssembly", kernels: wasmKernels },
];

for (const { name, kernels } of kinds) {
  describe(`the ${name} kernels make libspice's images into the pictures it was given`, () => {
    for (const session of sessions) {
      test(session.name, async (t) => {
        const ctx = context({ wasm: await kernels() });
        for (const testCase of session.cases) {
          await t.test(`${testCase.type} ${testCase.name}`, () => check(testCase, ctx));
        }
      });
    }
  });
}

test("the recordings have every image type that carries pixels", () => {
  const types = new Set(sessions.flatMap((session) => session.cases.map((testCase) => testCase.type)));
  const wanted = ["BITMAP", "QUIC", "LZ_RGB", "LZ_PLT", "GLZ_RGB", "ZLIB_GLZ_RGB", "LZ4", "JPEG", "JPEG_ALPHA"];
  assert.deepEqual([...types].sort(), wanted.sort());
});
