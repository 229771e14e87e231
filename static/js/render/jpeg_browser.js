// @ts-check
// JPEG by the browser's own decoder, in a worker.

/** @typedef {import("./surface.js").Picture} Picture */

/**
 * Decodes JPEG one after the other on one scratch canvas.
 * @returns {{decode: (bytes: Uint8Array, width: number, height: number) => Promise<Picture>}}
 */
export function browserJpeg() {
  const canvas = new OffscreenCanvas(1, 1);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext("2d", { alpha: false, willReadFrequently: true }));
  return {
    async decode(bytes, width, height) {
      const blob = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: "image/jpeg" });
      const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
      const size = { width: bitmap.width, height: bitmap.height };
      if (size.width === width && size.height === height) {
        if (canvas.width < width) canvas.width = width;
        if (canvas.height < height) canvas.height = height;
        context.drawImage(bitmap, 0, 0);
      }
      bitmap.close();
      if (size.width !== width || size.height !== height) return { ...size, pixels: new Uint32Array(0), alpha: false };
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, pixels: new Uint32Array(data.buffer), alpha: false, transient: false };
    },
  };
}
