// @ts-check
// The same request for many rows: a few at a time, and slower when the gateway asks for that.

import { Problem } from "../api.js";

const AT_ONCE = 4;
const PATIENCE_MS = 1000;

/**
 * @template T
 * @param {readonly T[]} rows
 * @param {(row: T) => Promise<unknown>} work
 * @param {(milliseconds: number) => Promise<void>} [wait]
 * @returns {Promise<unknown[]>} what went wrong; a row that is gone already is none of it
 */
export async function forEachRow(rows, work, wait = (ms) => new Promise((done) => setTimeout(done, ms))) {
  const left = [...rows];
  /** @type {unknown[]} */
  const faults = [];
  const worker = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      try {
        await work(row);
      } catch (error) {
        const status = error instanceof Problem ? error.status : null;
        if (status === 429) {
          left.push(row);
          await wait(PATIENCE_MS);
        } else if (status !== 404) faults.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return faults;
}
