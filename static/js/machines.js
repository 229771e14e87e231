// @ts-check
// The page of all machines: tickets without leaving it, times and amounts as people read them, a filter for many.

import { make } from "./ui/dom.js";
import { bytesText } from "./ui/numbers.js";

/** As many machines fit a screen; below that a filter is clutter. */
const FILTER_FROM = 6;

/** @type {readonly [string, number][]} */
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** @param {Date} date in the past @returns {string} how long ago, for example "2 minutes" */
function timeSince(date) {
  const seconds = Math.max(0, Math.round((Date.now() - date.getTime()) / 1000));
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? UNITS[UNITS.length - 1];
  const count = Math.floor(seconds / length);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** @param {HTMLFormElement} form @param {HTMLOutputElement} output */
async function issueTicket(form, output) {
  output.hidden = false;
  try {
    const response = await fetch(form.action, { method: "POST" });
    if (!response.ok) throw new Error(await response.text());
    const { ticket, expires_in } = await response.json();
    output.replaceChildren(...ticketParts(ticket, expires_in));
  } catch (error) {
    output.textContent = `No ticket: ${error instanceof Error ? error.message : error}`;
  }
}

/** @param {string} ticket @param {number} seconds */
function ticketParts(ticket, seconds) {
  const copy = make("button", { type: "button", class: "button small" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(ticket);
    copy.textContent = "Copied";
  });
  const hint = `Give it as the SPICE password, once, within ${seconds} s.`;
  return [make("code", {}, ticket), ...(navigator.clipboard ? [copy] : []), make("span", { class: "hint" }, hint)];
}

/** @param {HTMLElement} list */
function addFilter(list) {
  const machines = [...list.querySelectorAll("li.machine")];
  if (machines.length < FILTER_FROM) return;
  const input = make("input", { type: "search", class: "filter", placeholder: "Filter", "aria-label": "Filter machines" });
  const nothing = make("p", { class: "empty", role: "status", hidden: true }, "No machine has these words.");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const machine of /** @type {HTMLElement[]} */ (machines)) {
      const text = machine.textContent?.toLowerCase() ?? "";
      machine.hidden = !words.every((word) => text.includes(word));
    }
    nothing.hidden = machines.some((machine) => !(/** @type {HTMLElement} */ (machine).hidden));
  });
  list.before(input);
  list.after(nothing);
}

for (const time of document.querySelectorAll("time")) {
  time.title = time.dateTime;
  time.textContent = timeSince(new Date(time.dateTime));
  time.closest(".since")?.replaceChildren("for ", time);
}
for (const cell of document.querySelectorAll("[data-bytes]")) {
  cell.textContent = bytesText(Number(cell.getAttribute("data-bytes")));
}
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.ticket-form"))) {
  const output = /** @type {HTMLOutputElement | null} */ (form.closest(".machine")?.querySelector("output.ticket"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (output) issueTicket(form, output);
  });
}
const list = /** @type {HTMLElement | null} */ (document.querySelector("ul.machines"));
if (list) addFilter(list);
