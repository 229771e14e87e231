// @ts-check
// The shapes a CURSOR channel names: decoded, kept as long as the machine says, bounded in any case.

import { CursorFlags } from "../spice/enums.gen.js";
import { ProtocolError } from "../spice/errors.js";
import { CURSOR_CACHE_PIXELS, MAX_CACHED_CURSORS } from "../spice/limits.gen.js";
import { decodeCursor } from "./cursor_picture.js";

/**
 * A Cursor on the wire.
 * @typedef {object} WireCursor
 * @property {number} flags                CursorFlags
 * @property {import("./cursor_picture.js").CursorHeader | null} [header]  absent with CursorFlags.NONE
 * @property {Uint8Array} [data]
 */

/** @typedef {import("./cursor_picture.js").CursorPicture} CursorPicture */

export class CursorShapes {
  /** @type {Map<bigint, CursorPicture>} oldest first */
  #kept = new Map();
  #pixels = 0;

  /** How many shapes are kept. */
  get size() {
    return this.#kept.size;
  }

  /**
   * The picture a cursor stands for; null when it says there is none.
   * @param {WireCursor} cursor
   * @returns {CursorPicture | null}
   * @throws {ProtocolError}
   */
  resolve({ flags, header, data }) {
    if (flags & CursorFlags.NONE) return null;
    if (!header) throw new ProtocolError("cursor without a header");
    if (flags & CursorFlags.FROM_CACHE) {
      const kept = this.#kept.get(header.unique);
      if (!kept) throw new ProtocolError(`cursor ${header.unique} is not in the cache`);
      return kept;
    }
    const picture = decodeCursor(header, data ?? new Uint8Array(0));
    if (flags & CursorFlags.CACHE_ME) this.#keep(header.unique, picture);
    return picture.pixels.length > 0 ? picture : null;
  }

  /** @param {bigint} unique */
  forget(unique) {
    const picture = this.#kept.get(unique);
    if (!picture) return;
    this.#kept.delete(unique);
    this.#pixels -= picture.pixels.length;
  }

  clear() {
    this.#kept.clear();
    this.#pixels = 0;
  }

  /** @param {bigint} unique @param {CursorPicture} picture */
  #keep(unique, picture) {
    this.forget(unique);
    this.#kept.set(unique, picture);
    this.#pixels += picture.pixels.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_CACHED_CURSORS && this.#pixels <= CURSOR_CACHE_PIXELS) break;
      this.forget(oldest);
    }
  }
}
