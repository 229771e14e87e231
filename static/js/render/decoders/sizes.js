// @ts-check
/** Is a picture of this size one we decode? Checked before anything is allocated. */
import { ProtocolError } from "../../spice/errors.js";
import { MAX_IMAGE_HEIGHT, MAX_IMAGE_PIXELS, MAX_IMAGE_WIDTH } from "../../spice/limits.gen.js";

/** @typedef {import("./types.js").ImageDescriptor} ImageDescriptor */

/**
 * @param {number} width
 * @param {number} height
 * @returns {number} the number of pixels
 */
export function checkSize(width, height) {
  if (width < 1 || height < 1) throw new ProtocolError(`an image of ${width}×${height} pixels is empty`);
  if (width > MAX_IMAGE_WIDTH || height > MAX_IMAGE_HEIGHT || width * height > MAX_IMAGE_PIXELS) {
    throw new ProtocolError(`an image of ${width}×${height} pixels is larger than we take`);
  }
  return width * height;
}

/**
 * @param {ImageDescriptor} descriptor what the message promised
 * @param {number} width what the compressed data says
 * @param {number} height
 * @returns {number} the number of pixels
 */
export function expectSize(descriptor, width, height) {
  if (width !== descriptor.width || height !== descriptor.height) {
    throw new ProtocolError(
      `the image is announced as ${descriptor.width}×${descriptor.height} pixels, its data says ${width}×${height}`,
    );
  }
  return checkSize(width, height);
}

/**
 * Turns rows around in place: stream order is bottom-up, a picture is top-down.
 * @template {Uint32Array|Uint8Array} T
 * @param {T} pixels
 * @param {number} width elements a row
 * @param {number} height
 * @returns {T}
 */
export function flipRows(pixels, width, height) {
  const kept = pixels.slice(0, width);
  for (let top = 0, bottom = (height - 1) * width; top < bottom; top += width, bottom -= width) {
    kept.set(pixels.subarray(top, top + width));
    pixels.copyWithin(top, bottom, bottom + width);
    pixels.set(kept, bottom);
  }
  return pixels;
}
