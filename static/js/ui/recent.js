// @ts-check
// Which machines somebody opened lately, newest first, as this browser remembers it.

import { recall, remember } from "./remembered.js";

const NAME = "recent";
const MOST = 4;

/** @returns {string[]} machines by name */
export function recentMachines() {
  try {
    const names = JSON.parse(recall(NAME) ?? "[]");
    return Array.isArray(names) ? names.filter((name) => typeof name === "string").slice(0, MOST) : [];
  } catch {
    return []; // not what we wrote
  }
}

/** @param {string} machine that was just opened */
export function noteRecent(machine) {
  const others = recentMachines().filter((name) => name !== machine);
  remember(NAME, JSON.stringify([machine, ...others].slice(0, MOST)));
}
