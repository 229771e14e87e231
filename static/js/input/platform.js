// @ts-check
// Which system's habits the keyboard of this computer has.

/** @typedef {import("./keyboard.js").Platform} Platform */

/**
 * @param {{userAgentData?: {platform?: string}, platform?: string}} navigator
 * @returns {Platform}
 */
export function platformOf(navigator) {
  const name = (navigator.userAgentData?.platform || navigator.platform || "").toLowerCase();
  if (name.startsWith("win")) return "windows";
  return name.startsWith("mac") || name.startsWith("ip") ? "mac" : "other";
}
