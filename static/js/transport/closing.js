// @ts-check
// What the end of a connection means to a person: one sentence, and whether trying again can help.

/**
 * Why a session ended.
 * @typedef {object} Cause
 * @property {number} code      WebSocket close code, or 0 when the page itself ended it
 * @property {string} sentence  what happened and what to do, one sentence
 * @property {boolean} heals    true when a later attempt may succeed without a person doing anything
 */

/** Close codes of the gateway (4000 and up) and of RFC 6455 section 7.4.1, with what each means here. */
export const CloseCode = Object.freeze({
  NORMAL: 1000,
  GOING_AWAY: 1001,
  BAD_FRAME: 1002,
  BAD_DATA: 1003,
  NO_STATUS: 1005,
  ABNORMAL: 1006,
  TOO_BIG: 1009,
  SERVER_ERROR: 1011,
  RESTART: 1012,
  TRY_LATER: 1013,
  MACHINE_AWAY: 4001,
  MACHINE_REFUSED: 4002,
  NOT_ALLOWED: 4003,
  PROTOCOL_ERROR: 4004,
  MACHINE_CLOSED: 4005,
  TAKEN_OVER: 4006,
  TOO_SLOW: 4007,
});

/** @type {Record<number, {sentence: string, heals: boolean}>} */
const MEANINGS = {
  [CloseCode.NORMAL]: { sentence: "The gateway ended the session.", heals: false },
  [CloseCode.GOING_AWAY]: { sentence: "The gateway is stopping.", heals: true },
  [CloseCode.BAD_FRAME]: { sentence: "The gateway could not read what this page sent.", heals: false },
  [CloseCode.BAD_DATA]: { sentence: "The gateway could not read what this page sent.", heals: false },
  [CloseCode.NO_STATUS]: { sentence: "The gateway ended the connection without saying why.", heals: true },
  [CloseCode.ABNORMAL]: { sentence: "The connection to the gateway was lost.", heals: true },
  [CloseCode.TOO_BIG]: { sentence: "A message was larger than the gateway accepts.", heals: false },
  [CloseCode.SERVER_ERROR]: { sentence: "The gateway failed; its log says more.", heals: false },
  [CloseCode.RESTART]: { sentence: "The gateway is restarting.", heals: true },
  [CloseCode.TRY_LATER]: { sentence: "The gateway is busy.", heals: true },
  [CloseCode.MACHINE_AWAY]: { sentence: "The machine cannot be reached.", heals: true },
  [CloseCode.MACHINE_REFUSED]: { sentence: "The machine refused the gateway; check its password.", heals: false },
  [CloseCode.NOT_ALLOWED]: { sentence: "You may not open this machine, or your sign-in has expired.", heals: false },
  [CloseCode.PROTOCOL_ERROR]: { sentence: "The machine sent something that is not SPICE.", heals: false },
  [CloseCode.MACHINE_CLOSED]: { sentence: "The machine closed the session.", heals: true },
  [CloseCode.TAKEN_OVER]: { sentence: "The machine was opened elsewhere.", heals: false },
  [CloseCode.TOO_SLOW]: { sentence: "The connection is too slow for what the machine sends.", heals: true },
};

/**
 * The cause behind a WebSocket's end. The gateway's own sentence wins over ours.
 * @param {number} code
 * @param {string} [reason]
 * @returns {Cause}
 */
export function causeOfClose(code, reason = "") {
  const known = MEANINGS[code] ?? { sentence: `The connection ended (code ${code}).`, heals: false };
  return { code, sentence: reason.trim() || known.sentence, heals: known.heals };
}
