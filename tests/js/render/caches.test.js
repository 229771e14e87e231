// The image cache and the palette cache on their own.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ImageCache } from "../../../static/js/render/image_cache.js";
import { PaletteCache } from "../../../static/js/render/palette.js";
import { PixelSlabs } from "../../../static/js/render/pixel_slabs.js";
import { ProtocolError } from "../../../static/js/spice/errors.js";
import { MAX_CACHED_IMAGES, MAX_CACHED_PALETTES } from "../../../static/js/spice/limits.gen.js";

const picture = (width = 1, height = 1, fields = {}) => ({ width, height, pixels: new Uint32Array(width * height), alpha: false, ...fields });

test("an image put twice stays until it was removed twice, as the machine counts", () => {
  const cache = new ImageCache();
  cache.put(1n, { picture: picture() });
  cache.put(1n, { picture: picture() });
  cache.remove(1n);
  assert.ok(cache.find(1n, false));
  cache.remove(1n);
  cache.remove(1n);
  assert.equal(cache.find(1n, false), undefined);
  assert.equal(cache.pixels, 0);
});

test("a replacement takes the place without counting as another use", () => {
  const cache = new ImageCache();
  cache.put(1n, { picture: picture(), lossy: true });
  assert.equal(cache.find(1n, true), undefined);
  cache.replace(1n, { picture: picture(), highBits: false });
  assert.ok(cache.find(1n, true));
  cache.remove(1n);
  assert.equal(cache.size, 0);
});

test("pixels that live only until the next decoding are copied", () => {
  const cache = new ImageCache();
  const scratch = picture(2, 1, { pixels: Uint32Array.of(1, 2, 3, 4), transient: true });
  cache.put(1n, { picture: scratch });
  scratch.pixels.fill(9);
  assert.deepEqual([...cache.find(1n, false).picture.pixels], [1, 2]);
});

test("slabs keep pictures whole, go with their last picture, and are limited in number", () => {
  const slabs = new PixelSlabs(512 * 1024);
  const scratch = new Uint32Array(32 * 1024).fill(5);
  const held = Array.from({ length: 40 }, (_, i) => slabs.keep(scratch.fill(i), scratch.length));
  assert.equal(slabs.size, 4);
  assert.deepEqual(held.map(({ pixels }) => pixels[0]), Array.from({ length: 40 }, (_, i) => i));
  assert.ok(held.at(-1).slab === null && held[0].pixels.buffer === held[7].pixels.buffer);
  held.forEach(({ slab }) => slabs.release(slab));
  assert.equal(slabs.size, 0);
  assert.equal(slabs.keep(new Uint32Array(256 * 1024), 256 * 1024).slab, null);
});

test("a cache that is emptied gives its slabs back", () => {
  const cache = new ImageCache({ budget: 1 << 20 });
  for (let round = 0; round < 100; round++) {
    for (let id = 0n; id < 8n; id++) cache.put(id, { picture: picture(256, 128, { transient: true }) });
    cache.clear();
  }
  cache.put(1n, { picture: picture(256, 128, { transient: true }) });
  assert.ok(cache.find(1n, false).slab);
});

test("images and pixels are limited", () => {
  const cache = new ImageCache();
  for (let id = 0n; id < MAX_CACHED_IMAGES; id++) cache.put(id, { picture: picture() });
  assert.throws(() => cache.put(-1n, { picture: picture() }), ProtocolError);
  assert.throws(() => new ImageCache({ budget: 10 }).put(1n, { picture: picture(4, 4) }), ProtocolError);
});

test("who waits for an image gets it, or hears that the session ended", async () => {
  const cache = new ImageCache();
  const [lossy, lossless, other] = [cache.whenPresent(1n, false), cache.whenPresent(1n, true), cache.whenPresent(2n, false)];
  cache.put(1n, { picture: picture(), lossy: true });
  assert.equal((await lossy).lossy, true);
  cache.replace(1n, { picture: picture(), highBits: false });
  assert.equal((await lossless).lossy, false);
  cache.close();
  await assert.rejects(other, ProtocolError);
});

test("a palette that is not kept is refused, and too many are", () => {
  const palettes = new PaletteCache();
  assert.throws(() => palettes.get(1n), ProtocolError);
  const ents = Uint32Array.of(1, 2);
  palettes.put({ unique: 1n, ents });
  ents.fill(7);
  assert.deepEqual([...palettes.get(1n).ents], [1, 2]);
  palettes.remove(1n);
  assert.throws(() => palettes.get(1n), ProtocolError);
  for (let id = 0n; id < 2 * MAX_CACHED_PALETTES; id++) palettes.put({ unique: id, ents });
  assert.throws(() => palettes.put({ unique: -1n, ents }), ProtocolError);
  palettes.clear();
  assert.equal(palettes.size, 0);
});
