// @ts-check
// What a person may do at a machine, as the gateway says it. It lets nothing else pass: these only keep pages from offering it.

/** Bits, those of the gateway's `Right`. */
export const Right = Object.freeze({ VIEW: 1, CONTROL: 2, CLIPBOARD_IN: 4, CLIPBOARD_OUT: 8, FILES: 16, DEVICES: 32 });

/** In the upper half of a NOTIFY's `what`: the rights of this session, in the lower half, are others from now on. */
const RIGHTS_NOTICE = 0x5347;

/**
 * @param {number} what of a NOTIFY
 * @returns {number | null} `Right` bits; null: it tells of something else
 */
export function rightsOf(what) {
  return what >>> 16 === RIGHTS_NOTICE ? what & 0xffff : null;
}
