// @ts-check
// Which moment of the machine a sample belongs to.

/** The places of a stream of samples and the machine's milliseconds (u32, which wrap) that were said of them. */
export class MediaTimes {
  /** @type {{place: number, time: number}[]} by place */
  #marks = [];

  /** @param {number} place of the first sample of what came @param {number} time */
  mark(place, time) {
    this.#marks.push({ place, time });
  }

  /**
   * @param {number} place
   * @param {number} rate samples per second
   * @returns {number | null} the machine's milliseconds at a place, and what is older is forgotten
   */
  at(place, rate) {
    while (this.#marks.length > 1 && this.#marks[1].place <= place) this.#marks.shift();
    const mark = this.#marks[0];
    return mark ? (mark.time + Math.round(((place - mark.place) * 1000) / rate)) >>> 0 : null;
  }

  clear() {
    this.#marks = [];
  }
}
