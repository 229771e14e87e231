// @ts-check
/**
 * Why a picture could not be decoded. The numbers are shared with `static/wasm/src/faults.h`: a WebAssembly kernel returns
 * the negative of one, so that both kinds of kernel fail with the same sentence.
 */
import { ProtocolError } from "../../spice/errors.js";

export const Fault = Object.freeze({
  TRUNCATED: 1,
  OVERRUN: 2,
  BAD_REFERENCE: 3,
  BAD_RUN: 4,
  BAD_BLOCK: 5,
  BAD_CODES: 6,
  WRONG_SIZE: 7,
  BAD_CHECKSUM: 8,
  BAD_HEADER: 9,
  NO_MEMORY: 10,
});

const SENTENCES = Object.freeze([
  "",
  "the image's data ends too early",
  "the image's data describes more than the image holds",
  "the image refers to pixels before its beginning or outside the window",
  "a run goes past the end of its row",
  "a compressed block has an impossible kind or length",
  "a compressed block has impossible codes",
  "the image's data describes less than the image holds",
  "the compressed data does not match its checksum",
  "the compressed data does not begin as it should",
  "the picture does not fit the memory set aside for pictures",
]);

/**
 * @param {number} code a `Fault`
 * @returns {ProtocolError}
 */
export function fault(code) {
  return new ProtocolError(SENTENCES[code] ?? "the image cannot be decoded");
}

/**
 * The result of a WebAssembly kernel, or its fault.
 * @param {number} result negative: a fault
 * @returns {number}
 */
export function checked(result) {
  if (result < 0) throw fault(-result);
  return result;
}
