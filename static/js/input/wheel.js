// @ts-check
// The wheel: SPICE knows clicks, browsers give distances.

/** Pixels that make a click on a touchpad; a mouse's notch is 100 to 120 in Chromium, 53 on some Linux. */
const CLICK_PIXELS = 50;
const NOTCH_PIXELS = 100;
const NOTCH_LINES = 3;
/** One event never makes more clicks than a person could. */
const MOST_CLICKS = 10;

/** WheelEvent.deltaMode */
const LINES = 1;
const PAGES = 2;

/** Adds up wheel distances until they make clicks. */
export class Wheel {
  #collected = 0;

  /**
   * With Shift browsers turn the wheel sideways; what Shift means is the machine's business.
   * @param {{deltaX?: number, deltaY: number, deltaMode: number, shiftKey?: boolean}} event
   * @returns {number} clicks: negative up, positive down
   */
  turn({ deltaX = 0, deltaY, deltaMode, shiftKey = false }) {
    const delta = shiftKey && deltaY === 0 ? deltaX : deltaY;
    const pixels = delta * (deltaMode === LINES ? NOTCH_PIXELS / NOTCH_LINES : deltaMode === PAGES ? NOTCH_PIXELS : 1);
    if (!Number.isFinite(pixels)) return 0;
    if (Math.sign(pixels) !== Math.sign(this.#collected)) this.#collected = 0;
    this.#collected += pixels;
    const distance = Math.abs(this.#collected);
    if (distance < CLICK_PIXELS) return 0;
    const clicks = Math.min(MOST_CLICKS, Math.max(1, Math.floor(distance / NOTCH_PIXELS)));
    const direction = Math.sign(this.#collected);
    this.#collected = 0;
    return direction * clicks;
  }

  /** Drops what has not made a click. */
  reset() {
    this.#collected = 0;
  }
}
