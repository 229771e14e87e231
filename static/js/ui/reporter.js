// @ts-check
// What a viewer tells the gateway of its session: frames that it draws, and now and then what the machine shows. Nothing
// is told while nothing is drawn; the gateway's answers say how soon to tell more.

/** How long to wait when the gateway cannot be asked. */
const PATIENCE_SECONDS = 10;

/** @typedef {{report_after: number, picture_after: number | null, missed?: boolean}} Pace seconds; null: no pictures; `missed`: the gateway has not heard it */
/** @typedef {{frames: number, picture?: string}} Report frames a second, and a JPEG in Base64 */

export class Reporter {
  #send;
  #takePicture;
  #over = false;
  #busy = false;
  /** The last measure began here. @type {{frames: number, at: number} | null} */
  #since = null;
  /** @type {number | null} the frames a second that were told last */
  #told = null;
  /** When more may be told. */
  #due = 0;
  /** When another picture is wanted; that is not known before the first answer. */
  #pictureDue = Infinity;
  #picturedAt = -Infinity;
  /** The frames that the last picture had behind it. */
  #picturedFrames = 0;

  /**
   * @param {(report: Report) => Promise<Pace | null>} send null: nothing more shall be told
   * @param {() => Promise<ArrayBuffer | null>} takePicture
   */
  constructor(send, takePicture) {
    this.#send = send;
    this.#takePicture = takePicture;
  }

  /**
   * The display's counters, about once a second.
   * @param {number} frames drawn since the beginning
   * @param {number} now milliseconds
   * @returns {Promise<void>} when everything is told that there was to tell
   */
  async displaySays(frames, now) {
    this.#since ??= { frames, at: now };
    const elapsed = now - this.#since.at;
    if (this.#over || this.#busy || elapsed <= 0) return;
    const pictureDue = now >= this.#pictureDue && frames !== this.#picturedFrames;
    if (now < this.#due && !pictureDue) return;
    const drawn = frames - this.#since.frames;
    const rate = Math.round((drawn / elapsed) * 10_000) / 10;
    this.#since = { frames, at: now };
    if (drawn === 0 && this.#told === 0 && !pictureDue) return;
    this.#busy = true;
    try {
      await this.#tell(rate, pictureDue, frames, now);
    } finally {
      this.#busy = false;
    }
  }

  close() {
    this.#over = true;
  }

  /** @param {number} rate @param {boolean} withPicture @param {number} frames @param {number} now */
  async #tell(rate, withPicture, frames, now) {
    const picture = withPicture ? await this.#takePicture() : null;
    if (this.#over) return;
    const pace = await this.#send({ frames: rate, ...(picture ? { picture: base64(picture) } : {}) });
    if (!pace) {
      this.close();
      return;
    }
    this.#told = pace.missed ? null : rate;
    this.#due = now + pace.report_after * 1000;
    if (withPicture) {
      this.#picturedAt = now;
      this.#picturedFrames = frames;
    }
    this.#pictureDue = pace.picture_after === null ? Infinity : this.#picturedAt + pace.picture_after * 1000;
  }
}

/**
 * Sends reports of one session.
 * @param {string} url
 * @param {number} session MAIN's connection id
 * @returns {(report: Report) => Promise<Pace | null>}
 */
export function reportsTo(url, session) {
  return async (report) => {
    const body = JSON.stringify({ session, ...report });
    const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    if (response?.ok) return response.json();
    const passes = !response || response.status === 429 || response.status >= 500;
    return passes ? { report_after: PATIENCE_SECONDS, picture_after: null, missed: true } : null;
  };
}

/** @param {ArrayBuffer} bytes */
function base64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
