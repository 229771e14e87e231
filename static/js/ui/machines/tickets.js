// @ts-check
// One-time tickets and links of a machine, without leaving the page.

import { make } from "../dom.js";

/** @param {HTMLFormElement} form @param {HTMLOutputElement} output */
export async function issueTicket(form, output) {
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

/** @param {HTMLElement} machine the card */
export function offerLink(machine) {
  const button = /** @type {HTMLButtonElement | null} */ (machine.querySelector(".copy-link"));
  const link = machine.querySelector("a");
  if (!button || !link || !navigator.clipboard) return;
  const [label] = button.childNodes;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.href);
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = "Copy link"), 2000);
  });
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
