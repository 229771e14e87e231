// @ts-check
// The palettes that a display channel keeps by id, until INVAL_PALETTE or INVAL_ALL_PALETTES takes them away.
import { ProtocolError } from "../spice/errors.js";
import { MAX_CACHED_PALETTES } from "../spice/limits.gen.js";

/** @typedef {{unique: bigint, num_ents?: number, ents: ArrayLike<number>}} Palette entries are 0x00RRGGBB */

// A machine tells which palette it pushed out a little after it sent the one that needed the room.
const MOST_PALETTES = 2 * MAX_CACHED_PALETTES;

/** One cache for each display channel: the machine names palettes by a 64-bit number. */
export class PaletteCache {
  /** @type {Map<bigint, {unique: bigint, num_ents: number, ents: Uint32Array}>} */
  #palettes = new Map();

  /** @param {bigint} id @throws {ProtocolError} it was never sent, or was invalidated */
  get(id) {
    const palette = this.#palettes.get(id);
    if (!palette) throw new ProtocolError(`palette ${id} is not in the cache`);
    return palette;
  }

  /** Keeps a copy: the message it came in is not held. @param {Palette} palette */
  put({ unique, ents }) {
    if (!this.#palettes.has(unique) && this.#palettes.size >= MOST_PALETTES) {
      throw new ProtocolError(`more than ${MOST_PALETTES} cached palettes`);
    }
    this.#palettes.set(unique, { unique, num_ents: ents.length, ents: Uint32Array.from(ents) });
  }

  /** @param {bigint} id an unknown one is ignored */
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
