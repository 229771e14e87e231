// @ts-check
// The page of all machines: wiring only.

import { addFilter, showRecent } from "./ui/machines/list.js";
import { issueTicket, offerLink } from "./ui/machines/tickets.js";
import { spanText } from "./ui/times.js";

for (const time of document.querySelectorAll("time")) {
  const date = new Date(time.dateTime);
  time.title = date.toLocaleString();
  time.textContent = spanText((Date.now() - date.getTime()) / 1000);
  time.closest(".since")?.replaceChildren("for ", time);
}
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.ticket-form"))) {
  const output = /** @type {HTMLOutputElement | null} */ (form.closest(".machine")?.querySelector("output.ticket"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (output) issueTicket(form, output);
  });
}
for (const machine of document.querySelectorAll("li.machine")) offerLink(/** @type {HTMLElement} */ (machine));

const recent = /** @type {HTMLElement | null} */ (document.querySelector("section.recent"));
const all = /** @type {HTMLElement | null} */ (document.querySelector("ul.all"));
if (recent && all) {
  showRecent(recent, all);
  addFilter(recent, [/** @type {HTMLElement} */ (recent.querySelector("ul")), all]);
}
