// @ts-check
// Text to keys: what on-screen keyboards and input methods write, as a US keyboard types it.

/** Keys of a row, what they type, and what they type with Shift. */
const ROWS = /** @type {const} */ ([
  ["Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal", "`1234567890-=", "~!@#$%^&*()_+"],
  ["KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash", "qwertyuiop[]\\", "QWERTYUIOP{}|"],
  ["KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote", "asdfghjkl;'", "ASDFGHJKL:\""],
  ["KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash", "zxcvbnm,./", "ZXCVBNM<>?"],
  ["Space Enter Tab", " \n\t", ""],
]);

/** What phones write for what was meant. */
const MEANT = new Map(Object.entries({
  "\u2018": "'", "\u2019": "'", "\u201c": "\"", "\u201d": "\"", "\u2013": "-", "\u2014": "-", "\u00a0": " ", "\r": "\n",
}));

/** @type {ReadonlyMap<string, readonly string[]>} character → KeyboardEvent.code values to press together */
const KEYS = new Map(ROWS.flatMap(([codes, plain, shifted]) => codes.split(" ").flatMap((code, at) => {
  /** @type {[string, string[]][]} */
  const typed = [[plain[at], [code]]];
  if (at < shifted.length) typed.push([shifted[at], ["ShiftLeft", code]]);
  return typed;
})));

/**
 * @param {string} character
 * @param {boolean} [capsLock] of the machine: its letters are the other case
 * @returns {readonly string[] | null} KeyboardEvent.code values to press together; null: no key types it
 */
export function keysOf(character, capsLock = false) {
  const meant = MEANT.get(character) ?? character;
  const wanted = capsLock && /^[a-z]$/i.test(meant) ? otherCase(meant) : meant;
  return KEYS.get(wanted) ?? null;
}

/**
 * What was done to a text: characters taken from its end, then others added.
 * @param {string} before @param {string} after
 * @returns {{erased: number, added: string[]}}
 */
export function change(before, after) {
  const old = [...before];
  const now = [...after];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same++;
  return { erased: old.length - same, added: now.slice(same) };
}

/** @param {string} letter */
function otherCase(letter) {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
