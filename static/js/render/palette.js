// @ts-check
// The palettes a display channel asked to be kept.
import { ProtocolError } from "../spice/errors.js";
import { MAX_CACHED_PALETTES } from "../spice/limits.gen.js";

/** @typedef {{unique: bigint, num_ents?: number, ents: ArrayLike<number>}} Palette entries are 0x00RRGGBB */

/** One cache for each display channel: the machine names palettes by a 64-bit number. */
export class PaletteCache {
  /** @type {Map<bigint, Palette>} */
  #palettes = new Map();

  /** @param {bigint} id @returns {Palette} @throws {ProtocolError} it was never sent, or was invalidated */
  get(id) {
    const palette = this.#palettes.get(id);
    if (!palette) throw new ProtocolError(`palette ${id} is not in the cache`);
    return palette;
  }

  /** Keeps a copy: the message it came in is not held. @param {Palette} palette */
  put(palette) {
    const { unique } = palette;
    // A server says which palette it pushed out only after it sent the one that needed the room.
    if (!this.#palettes.has(unique) && this.#palettes.size >= 2 * MAX_CACHED_PALETTES) {
      throw new ProtocolError("too many cached palettes");
    }
    this.#palettes.set(unique, { unique, ents: Uint32Array.from(palette.ents) });
  }

  /** @param {bigint} id */
  remove(id) {
    this.#palettes.delete(id);
  }

  clear() {
    this.#palettes.clear();
  }

  get size() {
    return this.#palettes.size;
  }
}
