// @ts-check
// The page of all machines: wiring only.

import { addFilter, showRecent } from "./ui/machines/list.js";
import { LiveMachines } from "./ui/machines/live.js";
import { showScreens } from "./ui/machines/shots.js";
import { issueTicket, offerLink } from "./ui/machines/tickets.js";

/** @param {HTMLElement} machine the card */
function prepare(machine) {
  const form = /** @type {HTMLFormElement | null} */ (machine.querySelector("form.ticket-form"));
  const output = /** @type {HTMLOutputElement | null} */ (machine.querySelector("output.ticket"));
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (output) issueTicket(form, output);
  });
  offerLink(machine);
}

for (const machine of document.querySelectorAll("li.machine")) prepare(/** @type {HTMLElement} */ (machine));

const recent = /** @type {HTMLElement | null} */ (document.querySelector("section.recent"));
const all = /** @type {HTMLElement | null} */ (document.querySelector("ul.all"));
if (recent && all) {
  showScreens(showRecent(recent, all));
  addFilter(recent, [recent, /** @type {HTMLElement} */ (all.closest("section"))]);
  const live = new LiveMachines(all, (machine) => {
    prepare(machine);
    if (recent.hidden) showScreens([machine]);
  });
  window.addEventListener("pagehide", () => live.close());
}
