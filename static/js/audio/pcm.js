// @ts-check
// Samples as the wire has them and as a browser plays them.

const FULL_SCALE = 32768;

/** One moment's sound for both ears. @typedef {{left: Float32Array, right: Float32Array}} Stereo */

/**
 * @param {Uint8Array} bytes interleaved signed 16-bit samples, little-endian, whole ones
 * @param {number} channels 1 (heard in both ears) or 2
 * @returns {Stereo} of memory of their own
 */
export function stereoOf(bytes, channels) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames = bytes.length / 2 / channels;
  const left = new Float32Array(frames);
  const right = new Float32Array(frames);
  const second = channels === 2 ? 2 : 0;
  for (let i = 0; i < frames; i++) {
    const at = i * 2 * channels;
    left[i] = view.getInt16(at, true) / FULL_SCALE;
    right[i] = view.getInt16(at + second, true) / FULL_SCALE;
  }
  return { left, right };
}
