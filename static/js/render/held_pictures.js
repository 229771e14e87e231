// @ts-check
// Video pictures that came before the sound they belong to: each is drawn at its moment.

/** More than so many wait only when something is wrong: then the oldest is drawn. */
const MOST = 16;

/** @template P */
export class HeldPictures {
  #draw;
  #now;
  /** @type {{picture: P, due: number}[]} in the order they came */
  #held = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(picture: P) => void} draw @param {() => number} now local milliseconds */
  constructor(draw, now) {
    this.#draw = draw;
    this.#now = now;
  }

  get size() {
    return this.#held.length;
  }

  /**
   * Draws a picture after a while, or at once; what waits before it is drawn before it.
   * @param {P} picture @param {number} wait milliseconds
   */
  show(picture, wait) {
    if (wait <= 0 && !this.#held.length) {
      this.#draw(picture);
      return;
    }
    this.#held.push({ picture, due: this.#now() + wait });
    if (this.#held.length > MOST || wait <= 0) this.#drawUpTo(wait <= 0 ? this.#held.length : 1);
    this.#wait();
  }

  /** What waits is not drawn any more. */
  close() {
    clearTimeout(this.#timer);
    this.#held = [];
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#held.length) this.#timer = setTimeout(() => this.#onTime(), Math.max(0, this.#held[0].due - this.#now()));
  }

  #onTime() {
    const now = this.#now();
    this.#drawUpTo(this.#held.findLastIndex(({ due }) => due <= now) + 1);
    this.#wait();
  }

  /** @param {number} count */
  #drawUpTo(count) {
    for (const { picture } of this.#held.splice(0, count)) this.#draw(picture);
  }
}
