// @ts-check
// What fingers on the picture mean: a state machine over touches, without the DOM.

/** @typedef {{x: number, y: number}} Point CSS pixels */

/**
 * What comes of touches. A drag begins where its finger came down.
 * @typedef {object} GestureSink
 * @property {(at: Point, secondary: boolean) => void} tap        a finger, or two at once (`secondary`), came and went
 * @property {(at: Point, how: {secondary: boolean, again: boolean}) => void} dragStart  a finger moved, or rested first
 *   (`secondary`); `again`: right after a tap
 * @property {(at: Point) => void} drag
 * @property {() => void} dragEnd
 * @property {(at: Point, dx: number, dy: number) => void} pan    two fingers moved together
 * @property {(at: Point, factor: number) => void} pinch          two fingers went apart (above 1) or together
 */

/** A finger that rests so long means the other button. */
const REST_MS = 500;
/** A finger that moves less rests. */
const SLACK = 10;
/** Two fingers whose distance changes less do not pinch. */
const PINCH_SLACK = 30;
/** Two fingers that stay longer did not tap. */
const TAP_MS = 400;
/** A second tap so soon and so near is meant for the place of the first. */
const DOUBLE_MS = 400;
const DOUBLE_DISTANCE = 30;

export class Gestures {
  #sink;
  /** @type {"none" | "one" | "drag" | "two" | "over"} over: until all fingers are up */
  #state = "none";
  /** @type {Map<number, Point>} fingers that are down, the first first */
  #fingers = new Map();
  /** @type {Point} where the first finger came down */
  #start = { x: 0, y: 0 };
  #startedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** @type {{at: Point, time: number} | null} */
  #lastTap = null;
  /** The finger came down right after a tap and near it. */
  #again = false;
  #moved = false;
  #pinching = false;
  /** Of the two fingers. @type {{middle: Point, distance: number}} */
  #pair = { middle: { x: 0, y: 0 }, distance: 0 };
  #firstDistance = 0;

  /** @param {GestureSink} sink */
  constructor(sink) {
    this.#sink = sink;
  }

  /** @param {number} id of the finger @param {Point} at @param {number} time milliseconds */
  down(id, at, time) {
    this.#fingers.set(id, at);
    if (this.#state === "none") this.#one(at, time);
    else if (this.#state === "one") this.#two(time);
    else if (this.#state === "two") this.#state = "over";
  }

  /** @param {number} id @param {Point} at */
  move(id, at) {
    if (!this.#fingers.has(id)) return;
    this.#fingers.set(id, at);
    if (this.#state === "one" && distance(at, this.#start) > SLACK) this.#drag(false);
    if (this.#state === "drag" && id === this.#first) this.#sink.drag(at);
    if (this.#state === "two") this.#movePair();
  }

  /** @param {number} id @param {number} time milliseconds */
  up(id, time) {
    const first = id === this.#first;
    if (!this.#fingers.delete(id)) return;
    clearTimeout(this.#rest);
    if (this.#state === "one") this.#tap(time);
    else if (this.#state === "drag" && first) this.#sink.dragEnd();
    else if (this.#state === "two" && !this.#moved && time - this.#startedAt < TAP_MS) this.#sink.tap(this.#start, true);
    if (this.#state !== "drag" || first) this.#state = "over";
    if (this.#fingers.size === 0) this.#state = "none";
  }

  /** The touches are the browser's, or nobody's, from now on. */
  cancel() {
    clearTimeout(this.#rest);
    if (this.#state === "drag") this.#sink.dragEnd();
    this.#fingers.clear();
    this.#state = "none";
    this.#lastTap = null;
  }

  get #first() {
    return this.#fingers.keys().next().value;
  }

  /** @param {Point} at @param {number} time */
  #one(at, time) {
    this.#state = "one";
    this.#start = at;
    this.#startedAt = time;
    const last = this.#lastTap;
    this.#again = last !== null && time - last.time < DOUBLE_MS && distance(at, last.at) < DOUBLE_DISTANCE;
    this.#rest = setTimeout(() => this.#drag(true), REST_MS);
  }

  /** @param {boolean} secondary */
  #drag(secondary) {
    clearTimeout(this.#rest);
    this.#state = "drag";
    this.#sink.dragStart(this.#start, { secondary, again: this.#again });
  }

  /** @param {number} time */
  #tap(time) {
    const at = this.#again && this.#lastTap ? this.#lastTap.at : this.#start;
    this.#lastTap = this.#again ? null : { at, time };
    this.#sink.tap(at, false);
  }

  /** @param {number} time */
  #two(time) {
    clearTimeout(this.#rest);
    this.#state = "two";
    this.#startedAt = time;
    this.#moved = this.#pinching = false;
    this.#pair = this.#measure();
    this.#firstDistance = this.#pair.distance;
  }

  #movePair() {
    const before = this.#pair;
    const now = this.#measure();
    this.#pinching ||= Math.abs(now.distance - this.#firstDistance) > PINCH_SLACK;
    this.#moved ||= this.#pinching || distance(now.middle, before.middle) > SLACK;
    if (!this.#moved) return;
    this.#pair = now;
    this.#sink.pan(now.middle, now.middle.x - before.middle.x, now.middle.y - before.middle.y);
    if (this.#pinching && before.distance > 0) this.#sink.pinch(now.middle, now.distance / before.distance);
  }

  #measure() {
    const [one, other] = this.#fingers.values();
    return { middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }, distance: distance(one, other) };
  }
}

/** @param {Point} one @param {Point} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
