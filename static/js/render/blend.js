// @ts-check
// Premultiplied 8-bit arithmetic as pixman rounds it, and the rows that blend with it.

/**
 * Every channel of a pixel times a/255, rounded.
 * @param {number} p 0xAABBGGRR @param {number} a 0…255
 */
export function scalePixel(p, a) {
  let low = Math.imul(p & 0xff00ff, a) + 0x800080;
  low = ((low + ((low >>> 8) & 0xff00ff)) >>> 8) & 0xff00ff;
  let high = Math.imul((p >>> 8) & 0xff00ff, a) + 0x800080;
  high = (high + ((high >>> 8) & 0xff00ff)) & 0xff00ff00;
  return (high | low) >>> 0;
}

/** Channels added, at most 255. @param {number} a @param {number} b */
export function addPixels(a, b) {
  const low = (a & 0xff00ff) + (b & 0xff00ff);
  const high = ((a >>> 8) & 0xff00ff) + ((b >>> 8) & 0xff00ff);
  return ((saturate(high) << 8) | saturate(low)) >>> 0;
}

/** @param {number} pair two sums of at most 510, 16 bits apart */
function saturate(pair) {
  const over = pair & 0x1000100;
  return (pair | (over - (over >>> 8))) & 0xff00ff;
}

/** @param {number} s premultiplied @param {number} d @returns {number} s over d */
export function over(s, d) {
  const a = s >>> 24;
  if (a === 255) return s;
  if (s === 0) return d;
  return addPixels(s, scalePixel(d, 255 - a));
}

/**
 * Source over destination with a constant alpha.
 * @param {Uint32Array} dst @param {number} d @param {Uint32Array} src @param {number} s @param {number} n
 * @param {number} alpha 0…255 @param {boolean} opaque the source's own alpha means nothing
 * @param {number} keep @param {number} force what becomes of each word
 */
export function overRow(dst, d, src, s, n, alpha, opaque, keep, force) {
  const own = opaque ? 0xff000000 : 0;
  for (let i = 0; i < n; i++) {
    let p = (src[s + i] | own) >>> 0;
    if (alpha !== 255) p = scalePixel(p, alpha);
    dst[d + i] = (over(p, dst[d + i]) & keep) | force;
  }
}

/**
 * Copies all but one color.
 * @param {Uint32Array} dst @param {number} d @param {Uint32Array} src @param {number} s @param {number} n
 * @param {number} key 0x00BBGGRR @param {number} keep @param {number} force
 */
export function colorKeyRow(dst, d, src, s, n, key, keep, force) {
  for (let i = 0; i < n; i++) {
    const p = src[s + i];
    if ((p & 0xffffff) !== key) dst[d + i] = (p & keep) | force;
  }
}
