// @ts-check
// The list of machines: those of late first, and a filter for many.

import { make, spriteIcon } from "../dom.js";
import { recentMachines } from "../recent.js";

/** As many machines fit a screen; below that a filter and a list of recent ones are clutter. */
const FILTER_FROM = 4;

/** @param {HTMLElement} section "Recent" @param {HTMLElement} list all machines */
export function showRecent(section, list) {
  const recent = /** @type {HTMLElement} */ (section.querySelector("ul"));
  const machines = cards(list);
  if (machines.length < FILTER_FROM) return;
  for (const name of recentMachines()) {
    const machine = machines.find((card) => card.dataset.machine === name);
    if (machine) recent.append(machine);
  }
  section.hidden = recent.children.length === 0;
}

/** @param {HTMLElement} before what the filter stands above @param {readonly HTMLElement[]} lists */
export function addFilter(before, lists) {
  const machines = lists.flatMap(cards);
  if (machines.length < FILTER_FROM) return;
  const input = make("input", { type: "search", placeholder: "Filter by name, label or group", "aria-label": "Filter machines" });
  const nothing = make("p", { class: "empty", role: "status", hidden: true }, "No machine has these words.");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const machine of machines) {
      const text = machine.textContent?.toLowerCase() ?? "";
      machine.hidden = !words.every((word) => text.includes(word));
    }
    for (const list of lists) {
      const section = list.closest("section");
      if (section) section.hidden = cards(list).every((machine) => machine.hidden);
    }
    nothing.hidden = machines.some((machine) => !machine.hidden);
  });
  before.before(make("div", { class: "machine-filter filter" }, spriteIcon("search"), input), nothing);
}

/** @param {HTMLElement} list @returns {HTMLElement[]} */
function cards(list) {
  return [...list.querySelectorAll("li.machine")].map((card) => /** @type {HTMLElement} */ (card));
}
