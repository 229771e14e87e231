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
    output.replaceChildren(...ticketParts(ticket, linkOf(form, ticket), expires_in));
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

/** @param {HTMLFormElement} form that a ticket was asked for by, at `/m/{machine}/ticket` @param {string} ticket */
function linkOf(form, ticket) {
  const link = new URL(form.action);
  link.pathname = link.pathname.replace(/\/m\/([^/]+)\/ticket$/, "/t/$1");
  link.searchParams.set("ticket", ticket);
  return link.href;
}

/** @param {string} ticket @param {string} link @param {number} seconds */
function ticketParts(ticket, link, seconds) {
  const copies = navigator.clipboard ? [copyButton("Copy", ticket), copyButton("Copy as a link", link)] : [];
  const hint = `It opens the machine once, within ${seconds} s: as the SPICE password of a client, or as a link for somebody who has no log-in here.`;
  return [make("code", {}, ticket), ...copies, make("span", { class: "hint" }, hint)];
}

/** @param {string} label @param {string} text */
function copyButton(label, text) {
  const button = make("button", { type: "button", class: "button small" }, label);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  });
  return button;
}
