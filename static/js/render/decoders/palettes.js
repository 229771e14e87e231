// @ts-check
/** Which palette an image means, and what its entries look like as pixels. */
import { BitmapFlags } from "../../spice/enums.gen.js";

/** @typedef {import("./types.js").Palette} Palette */
/** @typedef {import("./types.js").PaletteSource} PaletteSource */

/**
 * Palette entries (0x00RRGGBB) as opaque pixels. Entries the palette does not have are black.
 * @param {Palette} palette
 * @param {number} size entries wanted
 * @returns {Uint32Array}
 */
export function palettePixels(palette, size) {
  const pixels = new Uint32Array(size).fill(0xff000000);
  const count = Math.min(palette.ents.length, size);
  for (let i = 0; i < count; i++) {
    const entry = palette.ents[i] ?? 0;
    pixels[i] = 0xff000000 | ((entry & 0xff) << 16) | (entry & 0xff00) | ((entry >>> 16) & 0xff);
  }
  return pixels;
}

/**
 * The palette an image means; keeps it in the cache when the image says so.
 * @param {import("../palette.js").PaletteCache} cache
 * @param {PaletteSource} source
 * @returns {Palette|null} null when the image has none
 */
export function resolvePalette(cache, source) {
  if (source.flags & BitmapFlags.PAL_FROM_CACHE) return cache.get(source.palette_id ?? 0n);
  const palette = source.palette ?? null;
  if (palette && source.flags & BitmapFlags.PAL_CACHE_ME) cache.put(palette);
  return palette;
}
