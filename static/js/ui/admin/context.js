// @ts-check
// What every section of the dashboard is given.

import { sentenceOf } from "../dialogs.js";
import { forEachRow } from "./many.js";

/** @typedef {{user_id: number | null, name: string, role: string, permissions: string[]}} Profile */

/**
 * @typedef {object} Section
 * @property {string} id also the fragment that leads there
 * @property {string} title
 * @property {HTMLElement} element
 * @property {(event: string) => void} [onchange] the feed's state changed
 * @property {(resource: string) => void} [onwritten] somebody wrote to a list
 * @property {() => void} [onshow] it is before the person now
 * @property {(query: string) => void} [find] shows the rows that this finds
 * @property {() => string} [query] what it is filtered by
 */

export class Context {
  /** @param {{me: Profile, feed: import("./feed.js").Feed, drawer: import("./drawer.js").Drawer,
   *   toast: import("../notices.js").Toast, passwordLength: number}} parts */
  constructor({ me, feed, drawer, toast, passwordLength }) {
    this.me = me;
    this.feed = feed;
    this.state = feed.state;
    this.drawer = drawer;
    this.toast = toast;
    this.passwordLength = passwordLength;
  }

  /** @param {string} permission */
  may(permission) {
    return this.me.permissions.includes(permission);
  }

  /**
   * Does something with many rows, and says how it went.
   * @template T
   * @param {readonly T[]} rows
   * @param {(row: T) => Promise<unknown>} work
   * @param {string} done for example "3 sessions ended." without the number: "sessions ended"
   */
  async act(rows, work, done) {
    const faults = await forEachRow(rows, work);
    const count = rows.length - faults.length;
    const trouble = faults.length ? `${faults.length} failed: ${sentenceOf(faults[0])}` : "";
    this.toast.show([count ? `${count} ${done}.` : "", trouble].filter(Boolean).join(" "));
  }

  /** Does something once; a refusal is shown. @param {() => Promise<unknown>} work */
  async attempt(work) {
    await work().catch((error) => this.toast.show(sentenceOf(error)));
  }
}
