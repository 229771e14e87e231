// @ts-check
// Addresses and networks as people write them: 10.0.0.7, 10.0.0.0/8, 2001:db8::/32.

/**
 * @typedef {object} Address
 * @property {number} bits 32 or 128
 * @property {bigint} value
 */

/**
 * @typedef {object} Network
 * @property {number} bits
 * @property {bigint} value of its first address
 * @property {number} prefix how many leading bits count
 */

/** @param {string} text @returns {Address | null} null: this is no address */
export function parseAddress(text) {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** @param {string} text `address/prefix` @returns {Network | null} null: this is no network */
export function parseNetwork(text) {
  const [place, length, ...more] = text.split("/");
  const address = parseAddress(place);
  if (!address || more.length || !/^\d{1,3}$/.test(length ?? "") || Number(length) > address.bits) return null;
  const prefix = Number(length);
  return { bits: address.bits, value: leading(address, prefix), prefix };
}

/**
 * @param {Network} network
 * @param {string} text an address; with a port, or in brackets, as servers name their peers
 * @returns {boolean}
 */
export function isWithin(network, text) {
  const address = parseAddress(withoutPort(text));
  return address !== null && address.bits === network.bits && leading(address, network.prefix) === network.value;
}

/** @param {string} text */
function withoutPort(text) {
  const bracketed = /^\[([^\]]*)\]/.exec(text);
  if (bracketed) return bracketed[1];
  return /^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text;
}

/** @param {Address} address @param {number} prefix */
function leading({ bits, value }, prefix) {
  const rest = BigInt(bits - prefix);
  return (value >> rest) << rest;
}

/** @param {string} text @returns {Address | null} */
function parseV4(text) {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return { bits: 32, value: parts.reduce((value, part) => value * 256n + BigInt(part), 0n) };
}

/** @param {string} text @returns {Address | null} */
function parseV6(text) {
  const [head, tail, ...more] = text.split("::");
  if (more.length) return null;
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  if (!before || !after) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...before, ...Array(missing).fill(0n), ...after];
  return { bits: 128, value: all.reduce((value, group) => value * 65536n + group, 0n) };
}

/** @param {string} text @returns {bigint[] | null} */
function groups(text) {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[\da-f]{1,4}$/i.test(part)) ? parts.map((part) => BigInt(`0x${part}`)) : null;
}
