/** What a SPICE server writes during the link, byte for byte. */

const KEY_BYTES = 162;

/**
 * @param {number} size of what follows
 * @param {{magic?: string, major?: number}} [header]
 */
export function linkHeader(size, { magic = "REDQ", major = 2 } = {}) {
  const view = new DataView(new ArrayBuffer(16));
  [...magic].forEach((letter, i) => view.setUint8(i, letter.charCodeAt(0)));
  [major, 2, size].forEach((word, i) => view.setUint32(4 + i * 4, word, true));
  return new Uint8Array(view.buffer);
}

/**
 * Header and reply; capabilities are u32 words.
 * @param {{error?: number, key?: Uint8Array, common?: number[], channel?: number[], counts?: number[], offset?: number}} reply
 */
export function linkReply({
  error = 0,
  key = new Uint8Array(KEY_BYTES),
  common = [],
  channel = [],
  counts = [common.length, channel.length],
  offset = 16 + KEY_BYTES,
}) {
  const words = [...common, ...channel];
  const view = new DataView(new ArrayBuffer(16 + KEY_BYTES + words.length * 4));
  view.setUint32(0, error, true);
  new Uint8Array(view.buffer).set(key, 4);
  [...counts, offset, ...words].forEach((word, i) => view.setUint32(4 + KEY_BYTES + i * 4, word, true));
  return Uint8Array.of(...linkHeader(view.byteLength), ...new Uint8Array(view.buffer));
}

/** @param {number} code */
export function linkResult(code) {
  return Uint8Array.of(code & 0xff, (code >> 8) & 0xff, (code >> 16) & 0xff, code >>> 24);
}
