// @ts-check
// A session that comes back: states, steps with their times, and a countdown for causes that can heal.

/** @typedef {import("../spice/session.js").Session} Session */
/** @typedef {import("../transport/closing.js").Cause} Cause */
/** @typedef {import("../spice/session.js").Step} Step */

/** @typedef {"connecting" | "connected" | "waiting" | "failed" | "closed"} State */

/**
 * All a page needs to show.
 * @typedef {object} Status
 * @property {State} state
 * @property {Map<Step, number>} steps  done steps → milliseconds since the attempt began
 * @property {Cause | null} cause       why it is waiting or failed
 * @property {number} retryIn           whole seconds until the next attempt, while waiting
 */

/** Seconds before each further attempt; the last one repeats. */
const DELAYS = [1, 2, 4, 8, 15, 30];
/** A session that stood this long was a good one: the delays begin anew. */
const GOOD_MS = 10_000;

export class Connection {
  /** @type {((status: Status) => void) | null} */
  onchange = null;

  #begin;
  /** @type {Session | null} */
  #session = null;
  /** @type {Status} */
  #status = { state: "closed", steps: new Map(), cause: null, retryIn: 0 };
  #failures = 0;
  #connectedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(events: Pick<import("../spice/session.js").SessionEvents, "onstep" | "onend">) => Session} begin
   *   makes a session that reports to these events
   */
  constructor(begin) {
    this.#begin = begin;
  }

  get status() {
    return this.#status;
  }

  /** The session of the current attempt. */
  get session() {
    return this.#session;
  }

  /** Begins, or begins anew at once. */
  open() {
    clearTimeout(this.#timer);
    this.#session?.close();
    this.#set({ state: "connecting", steps: new Map(), cause: null, retryIn: 0 });
    this.#session = this.#begin({
      onstep: (step, milliseconds) => this.#stepped(step, milliseconds),
      onend: (cause) => this.#ended(cause),
    });
  }

  /** Gives the session up for a reason that it has not seen itself. @param {Cause} cause */
  abandon(cause) {
    if (!this.#session) return;
    this.#session.close();
    this.#ended(cause);
  }

  /** Does not begin at all. @param {Cause} cause */
  refuse(cause) {
    this.close();
    this.#set({ state: "failed", steps: new Map(), cause, retryIn: 0 });
  }

  /** Tries now instead of waiting. */
  hurry() {
    if (this.#status.state === "waiting") this.open();
  }

  /** Ends it for good. */
  close() {
    clearTimeout(this.#timer);
    this.#session?.close();
    this.#session = null;
    if (this.#status.state !== "closed") this.#set({ ...this.#status, state: "closed", cause: null, retryIn: 0 });
  }

  /** @param {Step} step @param {number} milliseconds */
  #stepped(step, milliseconds) {
    const steps = new Map(this.#status.steps).set(step, milliseconds);
    const connected = step === "picture";
    if (connected) this.#connectedAt = performance.now();
    this.#set({ ...this.#status, steps, state: connected ? "connected" : this.#status.state });
  }

  /** @param {Cause} cause */
  #ended(cause) {
    this.#session = null;
    if (this.#status.state === "connected" && performance.now() - this.#connectedAt > GOOD_MS) this.#failures = 0;
    if (!cause.heals) {
      this.#set({ ...this.#status, state: "failed", cause, retryIn: 0 });
      return;
    }
    const delay = DELAYS[Math.min(this.#failures++, DELAYS.length - 1)];
    this.#set({ ...this.#status, state: "waiting", cause, retryIn: delay });
    this.#timer = setTimeout(() => this.#tick(), 1000);
  }

  #tick() {
    const retryIn = this.#status.retryIn - 1;
    if (retryIn <= 0) {
      this.open();
      return;
    }
    this.#set({ ...this.#status, retryIn });
    this.#timer = setTimeout(() => this.#tick(), 1000);
  }

  /** @param {Status} status */
  #set(status) {
    this.#status = status;
    this.onchange?.(status);
  }
}
