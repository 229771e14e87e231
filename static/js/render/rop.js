// @ts-check
// Raster operations: how a descriptor names one of the sixteen, and one loop for each.
import { Ropd } from "../spice/enums.gen.js";

/**
 * The sixteen functions of two bits, numbered as in X11 and libspice: the number's bits are the result for
 * (source, destination) = (1,1), (1,0), (0,1), (0,0), lowest bit first.
 */
export const Rop = Object.freeze({
  CLEAR: 0, AND: 1, AND_REVERSE: 2, COPY: 3, AND_INVERTED: 4, NOOP: 5, XOR: 6, OR: 7,
  NOR: 8, EQUIV: 9, INVERT: 10, OR_REVERSE: 11, COPY_INVERTED: 12, OR_INVERTED: 13, NAND: 14, SET: 15,
});

const SOURCE = 0b0011;
const DESTINATION = 0b0101;

/**
 * The operation that a descriptor means. PUT ignores an inverted destination, and BLACKNESS, WHITENESS and INVERS
 * ignore every inversion, as every SPICE canvas does; a descriptor without an operation copies.
 * @param {number} descriptor of `Ropd`
 * @param {number} sourceInversion the `Ropd` bit that inverts what is drawn
 * @param {number} destinationInversion the `Ropd` bit that inverts what is drawn on
 * @returns {number} of `Rop`
 */
export function ropOf(descriptor, sourceInversion, destinationInversion) {
  const s = descriptor & sourceInversion ? ~SOURCE : SOURCE;
  const d = descriptor & destinationInversion ? ~DESTINATION : DESTINATION;
  const result = descriptor & Ropd.INVERS_RES ? 15 : 0;
  if (descriptor & Ropd.OP_PUT) return (s ^ result) & 15;
  if (descriptor & Ropd.OP_OR) return ((s | d) ^ result) & 15;
  if (descriptor & Ropd.OP_AND) return (s & d ^ result) & 15;
  if (descriptor & Ropd.OP_XOR) return (s ^ d ^ result) & 15;
  if (descriptor & Ropd.OP_BLACKNESS) return Rop.CLEAR;
  if (descriptor & Ropd.OP_WHITENESS) return Rop.SET;
  if (descriptor & Ropd.OP_INVERS) return Rop.INVERT;
  return Rop.COPY;
}

/**
 * Combines `n` words; afterwards each is `(word & keep) | force`.
 * @callback RopRow
 * @param {Uint32Array} dst @param {number} d where in `dst`
 * @param {Uint32Array} src @param {number} s where in `src`
 * @param {number} n @param {number} keep @param {number} force
 * @returns {void}
 */

/** @type {readonly RopRow[]} by number of `Rop` */
export const ROP_ROWS = [
  function clear(dst, d, _src, _s, n, _keep, force) {
    dst.fill(force, d, d + n);
  },
  function and(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (src[s + i] & dst[d + i] & keep) | force;
  },
  function andReverse(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (src[s + i] & ~dst[d + i] & keep) | force;
  },
  function copy(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (src[s + i] & keep) | force;
  },
  function andInverted(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (~src[s + i] & dst[d + i] & keep) | force;
  },
  function noop() {},
  function xor(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = ((src[s + i] ^ dst[d + i]) & keep) | force;
  },
  function or(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = ((src[s + i] | dst[d + i]) & keep) | force;
  },
  function nor(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (~(src[s + i] | dst[d + i]) & keep) | force;
  },
  function equiv(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (~(src[s + i] ^ dst[d + i]) & keep) | force;
  },
  function invert(dst, d, _src, _s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (~dst[d + i] & keep) | force;
  },
  function orReverse(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = ((src[s + i] | ~dst[d + i]) & keep) | force;
  },
  function copyInverted(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (~src[s + i] & keep) | force;
  },
  function orInverted(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = ((~src[s + i] | dst[d + i]) & keep) | force;
  },
  function nand(dst, d, src, s, n, keep, force) {
    for (let i = 0; i < n; i++) dst[d + i] = (~(src[s + i] & dst[d + i]) & keep) | force;
  },
  function set(dst, d, _src, _s, n, keep, force) {
    dst.fill((keep | force) >>> 0, d, d + n);
  },
];
