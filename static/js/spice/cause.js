// @ts-check
// What the end of a channel means to a person.

import { causeOfClose } from "../transport/closing.js";
import { LinkRefused, ProtocolError } from "./errors.js";

/** @typedef {import("../transport/closing.js").Cause} Cause */
/** How a channel ended, and not by `close`. @typedef {{code: number, reason: string, error: Error | null}} End */

/**
 * @param {End} end
 * @param {string} [what] the channel, in a person's words
 * @returns {Cause}
 */
export function causeOf({ code, reason, error }, what = "the session") {
  if (error instanceof ProtocolError) {
    return { code, sentence: `The machine broke the protocol of ${what.toLowerCase()}: ${error.message}.`, heals: false };
  }
  if (error instanceof LinkRefused) {
    const named = causeOfClose(code, reason);
    return { ...named, sentence: reason || error.message };
  }
  if (error) return { code, sentence: `${capital(what)} failed: ${error.message}.`, heals: false };
  return causeOfClose(code, reason);
}

/** @param {string} words */
function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
