// @ts-check
// What a viewer tells the gateway of its session: frames that it draws, and now and then what the machine shows. Nothing
// is told while nothing is drawn; the gateway's answers say how soon to tell more.

/** How long to wait when the gateway cannot be asked. */
const PATIENCE_SECONDS = 10;

/** @typedef {{report_after: number, picture_after: number | null, missed?: boolean}} Pace seconds; null: no pictures; `missed`: the gateway has not heard it */
/** @typedef {{frames?: number, picture?: string}} Report frames a second, and a JPEG in Base64 */

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
  #pictureAt = Infinity;
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
    if (this.#over || this.#busy || (!this.#since && frames === 0)) return;
    const withPicture = this.#pictureDue(frames, now);
    if (now < this.#due && !withPicture) return;
    const rate = this.#rate(frames, now);
    this.#since = { frames, at: now };
    if (rate === 0 && this.#told === 0 && !withPicture) return;
    this.#busy = true;
    try {
      await this.#tell({ rate, frames, now, withPicture });
      if (!withPicture && this.#pictureDue(frames, now)) await this.#tell({ rate, frames, now, withPicture: true });
    } finally {
      this.#busy = false;
    }
  }

  close() {
    this.#over = true;
  }

  /** @param {number} frames @param {number} now */
  #pictureDue(frames, now) {
    return now >= this.#pictureAt && frames !== this.#picturedFrames;
  }

  /** Frames a second since the last measure; null at the first. @param {number} frames @param {number} now */
  #rate(frames, now) {
    const elapsed = this.#since ? now - this.#since.at : 0;
    return this.#since && elapsed > 0 ? Math.round(((frames - this.#since.frames) / elapsed) * 10_000) / 10 : null;
  }

  /** @param {{rate: number | null, frames: number, now: number, withPicture: boolean}} what */
  async #tell({ rate, frames, now, withPicture }) {
    const picture = withPicture ? await this.#takePicture() : null;
    if (this.#over) return;
    const pace = await this.#send({ ...(rate === null ? {} : { frames: rate }), ...(picture ? { picture: base64(picture) } : {}) });
    if (!pace) {
      this.close();
      return;
    }
    this.#told = pace.missed ? null : rate;
    this.#due = rate === null && !pace.missed ? 0 : now + pace.report_after * 1000;
    if (withPicture) {
      this.#picturedAt = now;
      this.#picturedFrames = frames;
    }
    this.#pictureAt = pace.picture_after === null ? Infinity : this.#picturedAt + pace.picture_after * 1000;
  }
}

/**
 * Sends reports of one session; 204: the gateway has no such session any more.
 * @param {string} url
 * @param {number} session MAIN's connection id
 * @returns {(report: Report) => Promise<Pace | null>}
 */
export function reportsTo(url, session) {
  return async (report) => {
    const body = JSON.stringify({ session, ...report });
    const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    if (response?.ok) return response.status === 204 ? null : response.json();
    const passes = !response || response.status === 429 || response.status >= 500;
    return passes ? { report_after: PATIENCE_SECONDS, picture_after: null, missed: true } : null;
  };
}

/** @param {ArrayBuffer} bytes */
function base64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
