// The GLZ window: images that wait for others, leave, and never come.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ImageType } from "../../../../static/js/spice/enums.gen.js";
import { ProtocolError } from "../../../../static/js/spice/errors.js";
import { decodeImage, GlzWindow } from "../../../../static/js/render/decoders/index.js";
import { binary, glzData } from "./images.js";
import { context, expectedOf, firstDifference, imageOf, sessions, wasmKernels } from "./recordings.js";

const COLOUR = [1, 2, 3];
const PIXEL = 0xff010203;
/** An image of sixteen pixels of one colour. */
const plain = (id, reach = 0) => binary(ImageType.GLZ_RGB, 4, 4, glzData({ id, reach }, 0, ...COLOUR, 0xe0, 8, 0, 0));
/** An image that copies sixteen pixels from the one `distance` before it. */
const copy = (id, distance, reach = distance) => binary(ImageType.GLZ_RGB, 4, 4, glzData({ id, reach }, 0xe0, 9, 0, distance));

const kinds = [
  { name: "JavaScript", kernels: async () => undefined },
  { name: "WebAssembly", kernels: wasmKernels },
];

for (const { name, kernels } of kinds) {
  describe(`with the ${name} kernels the window`, () => {
    const fresh = async (options = {}) => {
      const wasm = await kernels();
      return context({ wasm, glz: new GlzWindow({ kernels: wasm, ...options }) });
    };
    const allAre = (picture, pixel) => assert.deepEqual([...picture.pixels], new Array(16).fill(pixel));

    test("gives an image the pixels of the one it refers to", async () => {
      const ctx = await fresh();
      allAre(decodeImage(plain(0), ctx), PIXEL);
      allAre(decodeImage(copy(1, 1), ctx), PIXEL);
    });

    test("lets an image wait until another channel brings the one it refers to", async () => {
      const ctx = await fresh();
      const late = decodeImage(copy(2, 1), ctx);
      const later = decodeImage(copy(1, 1), ctx);
      assert.ok(late instanceof Promise && later instanceof Promise);
      decodeImage(plain(0), ctx);
      allAre(await later, PIXEL);
      allAre(await late, PIXEL);
      assert.equal(ctx.glz.size, 2);
    });

    test("decodes a session whose images came in another order on two channels", async () => {
      const ctx = await fresh();
      const { cases } = sessions.find((session) => session.name.startsWith("GLZ"));
      const turned = cases.map((_, i) => cases[i % 2 ? i - 1 : Math.min(i + 1, cases.length - 1)]);
      const difference = (testCase) => (picture) => firstDifference(picture.pixels, expectedOf(testCase));
      const pictures = turned.map((testCase) => {
        const picture = decodeImage(imageOf(testCase), ctx);
        return picture instanceof Promise ? picture.then(difference(testCase)) : difference(testCase)(picture);
      });
      assert.deepEqual(await Promise.all(pictures), turned.map(() => -1));
    });

    test("releases images that later ones no longer reach", async () => {
      const ctx = await fresh();
      for (let id = 0; id < 10; id++) decodeImage(plain(id, Math.min(id, 2)), ctx);
      assert.equal(ctx.glz.size, 3);
      assert.equal(ctx.glz.pixels, 48);
      assert.throws(() => decodeImage(copy(10, 5, 2), ctx), ProtocolError);
    });

    test("releases nothing while an earlier image is still to come", async () => {
      const ctx = await fresh();
      decodeImage(plain(0), ctx);
      decodeImage(plain(2), ctx);
      decodeImage(plain(3), ctx);
      assert.equal(ctx.glz.size, 3);
      allAre(decodeImage(copy(1, 1), ctx), PIXEL);
      assert.equal(ctx.glz.size, 1);
    });

    test("shows an image that a later one, which came before it, no longer reaches", async () => {
      const ctx = await fresh();
      for (const id of [0, 2, 1, 4, 3]) allAre(decodeImage(plain(id), ctx), PIXEL);
      assert.equal(ctx.glz.size, 1);
    });

    test("fails an image whose reference never comes", async () => {
      const ctx = await fresh({ waitSeconds: 0 });
      await assert.rejects(decodeImage(copy(1, 1), ctx), /never came/);
    });

    test("fails who waits when it is closed, and starts again", async () => {
      const ctx = await fresh();
      const waiting = decodeImage(copy(1, 1), ctx);
      ctx.glz.close();
      await assert.rejects(waiting, ProtocolError);
      allAre(decodeImage(plain(0), ctx), PIXEL);
    });

    test("refuses an image that came twice", async () => {
      const ctx = await fresh();
      decodeImage(plain(0), ctx);
      assert.throws(() => decodeImage(plain(0), ctx), /came twice/);
    });

    test("refuses to grow beyond twice what was announced", async () => {
      const ctx = await fresh({ maxPixels: 20 });
      decodeImage(plain(0), ctx);
      decodeImage(plain(1, 1), ctx);
      assert.throws(() => decodeImage(plain(2, 2), ctx), /beyond what was announced/);
    });

    test("lets only so many images wait", async () => {
      const ctx = await fresh();
      const waiting = [];
      for (let id = 2; id <= 65; id++) waiting.push(decodeImage(copy(id, 1), ctx));
      assert.throws(() => decodeImage(copy(66, 1), ctx), /too many/);
      ctx.glz.close();
      const outcomes = await Promise.allSettled(waiting);
      assert.ok(outcomes.every(({ status }) => status === "rejected"));
    });
  });
}
