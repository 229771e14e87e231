// @ts-check
// Where the machine's picture lies on the page, and which of its pixels a point is on. Pure geometry.

/** @typedef {"fit" | "1:1"} ScaleMode */

/**
 * Lengths in CSS pixels relative to the stage.
 * @typedef {object} Placement
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} scale   CSS pixels per machine pixel
 * @property {boolean} exact  every machine pixel covers whole device pixels: no smoothing wanted
 */

/**
 * @param {object} on
 * @param {number} on.stageWidth   CSS pixels
 * @param {number} on.stageHeight
 * @param {number} on.width        machine pixels, at least 1
 * @param {number} on.height
 * @param {number} on.density      device pixels per CSS pixel
 * @param {ScaleMode} on.mode      "fit": as large as fits; "1:1": one machine pixel on one device pixel
 * @param {number} [on.zoom]       times as large as that
 * @returns {Placement}
 */
export function placePicture({ stageWidth, stageHeight, width, height, density, mode, zoom = 1 }) {
  const fit = Math.min((stageWidth * density) / width, (stageHeight * density) / height);
  const deviceScale = zoom * (mode === "1:1" || !(fit > 0) ? 1 : fit);
  const exact = Math.abs(deviceScale - Math.round(deviceScale)) < 1e-9;
  const scale = deviceScale / density;
  return {
    left: center(stageWidth, width * scale, density),
    top: center(stageHeight, height * scale, density),
    width: width * scale,
    height: height * scale,
    scale,
    exact,
  };
}

/**
 * Centred, on a whole device pixel; a picture larger than the stage begins at its edge, so that it can be scrolled.
 * @param {number} room @param {number} size @param {number} density
 */
function center(room, size, density) {
  return Math.max(0, Math.floor(((room - size) / 2) * density)) / density;
}

/**
 * The machine pixel under a point; points beside the picture count as its nearest edge.
 * @param {{left: number, top: number, width: number, height: number}} box the picture on the page, CSS pixels
 * @param {{width: number, height: number}} machine
 * @param {{x: number, y: number}} point in the same coordinates as `box`
 * @returns {{x: number, y: number}}
 */
export function machinePoint(box, machine, { x, y }) {
  return {
    x: clamp(Math.floor(((x - box.left) * machine.width) / box.width), machine.width),
    y: clamp(Math.floor(((y - box.top) * machine.height) / box.height), machine.height),
  };
}

/** @param {number} value @param {number} count */
function clamp(value, count) {
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), count - 1) : 0;
}
