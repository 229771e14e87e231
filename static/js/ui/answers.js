// @ts-check
// Whether the machine still answers: a broken network says nothing, and a browser may wait many minutes before it does.

/** Without an answer for so long, the connection is called slow. */
const SLOW_MS = 2000;
/** After so many readings in a row without an answer it is given up. Counted, for a computer that slept is only behind. */
const GONE_READINGS = 20;

/** @type {import("../transport/closing.js").Cause} */
export const SILENT = Object.freeze({ code: 0, sentence: "The machine stopped answering.", heals: true });

export class Answers {
  #slow = 0;

  /**
   * Once a second.
   * @param {number} silence milliseconds that an answer has been owed, 0 when none is
   * @returns {"well" | "slow" | "gone"}
   */
  read(silence) {
    this.#slow = silence > SLOW_MS ? this.#slow + 1 : 0;
    if (this.#slow < GONE_READINGS) return this.#slow > 0 ? "slow" : "well";
    this.#slow = 0;
    return "gone";
  }
}
