// @ts-check
// Mouse buttons: the DOM's numbering to SPICE's.

import { MouseButton, MouseButtonMask } from "../spice/enums.gen.js";

/** MouseEvent.button → MouseButton, MouseButtonMask and the bit in MouseEvent.buttons. */
const BUTTONS = /** @type {const} */ ([
  { dom: 0, bit: 1, button: MouseButton.LEFT, mask: MouseButtonMask.LEFT },
  { dom: 1, bit: 4, button: MouseButton.MIDDLE, mask: MouseButtonMask.MIDDLE },
  { dom: 2, bit: 2, button: MouseButton.RIGHT, mask: MouseButtonMask.RIGHT },
  { dom: 3, bit: 8, button: MouseButton.SIDE, mask: MouseButtonMask.SIDE },
  { dom: 4, bit: 16, button: MouseButton.EXTRA, mask: MouseButtonMask.EXTRA },
]);

/**
 * @param {number} domButtons MouseEvent.buttons
 * @returns {number} MouseButtonMask
 */
export function buttonMask(domButtons) {
  let mask = 0;
  for (const { bit, mask: flag } of BUTTONS) if (domButtons & bit) mask |= flag;
  return mask;
}

/**
 * What changed between two button masks, in the order left, middle, right, side, extra.
 * @param {number} before MouseButtonMask
 * @param {number} after MouseButtonMask
 * @returns {{button: number, down: boolean, mask: number}[]} mask: the state after this very change
 */
export function buttonChanges(before, after) {
  const changes = [];
  let mask = before;
  for (const { button, mask: flag } of BUTTONS) {
    if ((before & flag) === (after & flag)) continue;
    mask ^= flag;
    changes.push({ button, down: (after & flag) !== 0, mask });
  }
  return changes;
}
