// @ts-check
// A CSS cursor cannot invert what lies below it: inverting areas become black with a white rim, legible on anything.

/** @typedef {import("./cursor_picture.js").CursorPicture} CursorPicture */

const BLACK = 0xff000000;
const WHITE = 0xffffffff;
/** Room for the rim around areas that touch the edge. */
const RIM = 1;

/**
 * The same cursor without inverting areas. Pictures that have none come back as they are.
 * @param {CursorPicture} picture
 * @returns {CursorPicture}
 */
export function outlineInverts(picture) {
  const { inverts } = picture;
  if (!inverts) return picture;
  const width = picture.width + 2 * RIM;
  const height = picture.height + 2 * RIM;
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const row = picture.pixels.subarray(y * picture.width, (y + 1) * picture.width);
    pixels.set(row, (y + RIM) * width + RIM);
  }
  for (let i = 0; i < inverts.length; i++) {
    if (!inverts[i]) continue;
    const at = (Math.floor(i / picture.width) + RIM) * width + (i % picture.width) + RIM;
    drawWithRim(pixels, at, width);
  }
  return { width, height, hotX: picture.hotX + RIM, hotY: picture.hotY + RIM, pixels, inverts: null };
}

/**
 * Black at `at`, white at those of its eight neighbours that are still transparent.
 * @param {Uint32Array} pixels @param {number} at @param {number} width
 */
function drawWithRim(pixels, at, width) {
  for (const row of [at - width, at, at + width]) {
    for (let i = row - 1; i <= row + 1; i++) if (pixels[i] === 0) pixels[i] = WHITE;
  }
  pixels[at] = BLACK;
}
