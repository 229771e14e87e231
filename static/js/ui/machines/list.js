// @ts-check
// The list of machines: those of late first, and a filter for many.

import { make, spriteIcon } from "../dom.js";
import { recentMachines } from "../recent.js";

/** As many machines fit a screen; below that a filter and a list of recent ones are clutter. */
const FILTER_FROM = 4;
const NOTHING_RECENT = "Machines that you open stand here first, with what their screens show.";

/**
 * @param {HTMLElement} section "Recent" @param {HTMLElement} list all machines
 * @returns {HTMLElement[]} the cards that are to show their machine's screen
 */
export function showRecent(section, list) {
  const recent = /** @type {HTMLElement} */ (section.querySelector("ul"));
  const machines = cards(list);
  if (machines.length < FILTER_FROM) return machines;
  for (const name of recentMachines()) {
    const machine = machines.find((card) => card.dataset.machine === name);
    if (machine) recent.append(machine);
  }
  section.hidden = false;
  if (recent.children.length === 0) recent.replaceWith(make("p", { class: "empty hint" }, NOTHING_RECENT));
  else list.closest("section")?.querySelector("h2")?.replaceChildren("Other machines");
  return cards(recent);
}

/** @param {HTMLElement} before what the filter stands above @param {readonly HTMLElement[]} sections */
export function addFilter(before, sections) {
  const machines = sections.flatMap(cards);
  if (machines.length < FILTER_FROM) return;
  const input = make("input", { type: "search", placeholder: "Filter by name, label or group", "aria-label": "Filter machines" });
  const nothing = make("p", { class: "empty", role: "status", hidden: true }, "No machine has these words.");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const machine of machines) {
      const text = machine.textContent?.toLowerCase() ?? "";
      machine.hidden = !words.every((word) => text.includes(word));
    }
    for (const section of sections) {
      const within = cards(section);
      section.hidden = within.length ? within.every((machine) => machine.hidden) : input.value !== "";
    }
    nothing.hidden = machines.some((machine) => !machine.hidden);
  });
  before.before(make("div", { class: "machine-filter filter" }, spriteIcon("search"), input), nothing);
}

/** @param {HTMLElement} place @returns {HTMLElement[]} */
function cards(place) {
  return [...place.querySelectorAll("li.machine")].map((card) => /** @type {HTMLElement} */ (card));
}
