// @ts-check
// A small picture of what a canvas shows, as JPEG: for the gateway's pages.

import { THUMBNAIL_BYTES, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from "../spice/limits.gen.js";

/** Tried in this order until the picture is small enough. */
const QUALITIES = [0.8, 0.6, 0.4, 0.2];

/** @typedef {{width: number, height: number}} Size */

/** @param {Size} size of a screen @returns {Size} the largest that is allowed, with the same proportions; never larger than the screen */
export function thumbnailSize({ width, height }) {
  const scale = Math.min(1, THUMBNAIL_WIDTH / width, THUMBNAIL_HEIGHT / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * @param {OffscreenCanvas} canvas
 * @returns {Promise<ArrayBuffer | null>} null: it cannot be made small enough
 */
export async function thumbnailOf(canvas) {
  const { width, height } = thumbnailSize(canvas);
  const small = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d", { alpha: false }));
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
  for (const quality of QUALITIES) {
    const picture = await small.convertToBlob({ type: "image/jpeg", quality });
    if (picture.size <= THUMBNAIL_BYTES) return picture.arrayBuffer();
  }
  return null;
}
