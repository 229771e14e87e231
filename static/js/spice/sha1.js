// @ts-check
/**
 * SHA-1 (FIPS 180-4), for the ticket's OAEP padding: `crypto.subtle` is missing on pages without a secure context, and the
 * protocol leaves no choice of hash. Inputs are a few dozen bytes.
 */

/** Bytes of a digest. */
export const SHA1_BYTES = 20;

/**
 * @param {Uint8Array} message
 * @returns {Uint8Array} 20 bytes
 */
export function sha1(message) {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const blocks = pad(message);
  for (let at = 0; at < blocks.byteLength; at += 64) compress(state, blocks, at);
  const digest = new DataView(new ArrayBuffer(SHA1_BYTES));
  state.forEach((word, index) => digest.setUint32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

/** @param {Uint8Array} message */
function pad(message) {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  return view;
}

/**
 * @param {Uint32Array} state
 * @param {DataView} blocks
 * @param {number} at
 */
function compress(state, blocks, at) {
  const words = new Uint32Array(80);
  for (let i = 0; i < 16; i++) words[i] = blocks.getUint32(at + i * 4);
  for (let i = 16; i < 80; i++) words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  let [a, b, c, d, e] = state;
  for (let i = 0; i < 80; i++) {
    const next = (rotate(a, 5) + mix(i, b, c, d) + e + words[i]) >>> 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  [a, b, c, d, e].forEach((word, index) => (state[index] += word));
}

/**
 * The round's function with its constant.
 * @param {number} round
 * @param {number} b
 * @param {number} c
 * @param {number} d
 */
function mix(round, b, c, d) {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/**
 * @param {number} word
 * @param {number} bits
 */
function rotate(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}
