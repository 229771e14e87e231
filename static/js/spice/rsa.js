// @ts-check
/**
 * The ticket of a link: a password under RSA-OAEP-SHA1 with the server's public key (RFC 8017, 7.1.1), in plain BigInt
 * arithmetic, so that it works where the page is no secure context.
 */
import { ProtocolError, UsageError } from "./errors.js";
import { MAX_PASSWORD_BYTES, TICKET_BYTES } from "./limits.gen.js";
import { SHA1_BYTES, sha1 } from "./sha1.js";

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const INTEGER = 0x02;
const LABEL_HASH = sha1(new Uint8Array(0));

/**
 * @param {string} password
 * @param {Uint8Array} publicKey SubjectPublicKeyInfo, DER, of an RSA key of 1024 bits
 * @param {(size: number) => Uint8Array} [random]
 * @returns {Uint8Array} TICKET_BYTES bytes
 * @throws {UsageError} for a password that no ticket can hold
 * @throws {ProtocolError} for a key that is none
 */
export function encryptTicket(password, publicKey, random = randomBytes) {
  const plain = new TextEncoder().encode(`${password}\0`);
  if (plain.length - 1 > MAX_PASSWORD_BYTES || plain.indexOf(0) !== plain.length - 1) {
    throw new UsageError(`A SPICE password has at most ${MAX_PASSWORD_BYTES} bytes and no NUL.`);
  }
  const { modulus, exponent } = parsePublicKey(publicKey);
  const message = bytesToInteger(oaepPad(plain, TICKET_BYTES, random(SHA1_BYTES)));
  return integerToBytes(power(message, exponent, modulus), TICKET_BYTES);
}

/**
 * @param {Uint8Array} der SubjectPublicKeyInfo; bytes after it are ignored
 * @returns {{modulus: bigint, exponent: bigint}}
 */
export function parsePublicKey(der) {
  const info = readElement(der, SEQUENCE);
  const bits = readElement(readElement(info.value, SEQUENCE).rest, BIT_STRING).value;
  const key = readElement(bits.subarray(1), SEQUENCE).value; // the first byte counts unused bits
  const modulus = readElement(key, INTEGER);
  const exponent = bytesToInteger(readElement(modulus.rest, INTEGER).value);
  const n = bytesToInteger(modulus.value);
  if (n.toString(2).length !== TICKET_BYTES * 8 || exponent < 3n || exponent >= 1n << 64n) {
    throw new ProtocolError(`the server's public key is not RSA of ${TICKET_BYTES * 8} bits`);
  }
  return { modulus: n, exponent };
}

/**
 * EME-OAEP encoding with an empty label.
 * @param {Uint8Array} message
 * @param {number} size of the modulus
 * @param {Uint8Array} seed SHA1_BYTES bytes, random
 * @returns {Uint8Array} `size` bytes
 */
export function oaepPad(message, size, seed) {
  const block = new Uint8Array(size - SHA1_BYTES - 1);
  block.set(LABEL_HASH);
  block[block.length - message.length - 1] = 1;
  block.set(message, block.length - message.length);
  const maskedBlock = xor(block, generateMask(seed, block.length));
  const maskedSeed = xor(seed, generateMask(maskedBlock, SHA1_BYTES));
  return Uint8Array.of(0, ...maskedSeed, ...maskedBlock);
}

/**
 * MGF1 with SHA-1.
 * @param {Uint8Array} seed
 * @param {number} size
 */
function generateMask(seed, size) {
  const mask = new Uint8Array(Math.ceil(size / SHA1_BYTES) * SHA1_BYTES);
  for (let counter = 0; counter * SHA1_BYTES < size; counter++) {
    mask.set(sha1(Uint8Array.of(...seed, 0, 0, 0, counter)), counter * SHA1_BYTES);
  }
  return mask.subarray(0, size);
}

/**
 * One DER element of the given tag at the start of `bytes`.
 * @param {Uint8Array} bytes
 * @param {number} tag
 * @returns {{value: Uint8Array, rest: Uint8Array}}
 */
function readElement(bytes, tag) {
  const short = bytes[1] < 0x80;
  const extra = short ? 0 : bytes[1] - 0x80;
  const length = short ? bytes[1] : bytes.subarray(2, 2 + extra).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + extra;
  if (bytes[0] !== tag || extra > 2 || Number.isNaN(extra) || start + length > bytes.length) {
    throw new ProtocolError("the server's public key cannot be read");
  }
  return { value: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

/**
 * @param {bigint} base
 * @param {bigint} exponent
 * @param {bigint} modulus
 */
function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** @param {Uint8Array} bytes */
function bytesToInteger(bytes) {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/**
 * @param {bigint} value
 * @param {number} size
 */
function integerToBytes(value, size) {
  const bytes = new Uint8Array(size);
  for (let at = size - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function xor(a, b) {
  return a.map((byte, index) => byte ^ b[index]);
}

/** @param {number} size */
function randomBytes(size) {
  return crypto.getRandomValues(new Uint8Array(size)); // unlike crypto.subtle, on every page
}
