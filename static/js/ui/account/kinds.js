// @ts-check
// What the account page's tables show.

import { gatewayNow } from "../gateway_clock.js";
import { dateOf, momentText } from "../times.js";
import { browserOf } from "./browsers.js";

/** @typedef {{id: number, method: string, address: string, agent: string, created_at: string, seen_at: string, expires_at: string, current: boolean}} Login */
/** @typedef {{id: number, name: string, prefix: string, scopes: string[], created_at: string, expires_at: string | null, last_used_at: string | null, last_used_from: string | null}} Key */
/** @typedef {{id: number, user_id: number, machine: string, rights: string[], note: string, created_at: string, expires_at: string, used_at: string | null, used_from: string | null, revoked_at: string | null}} Ticket */

/** @param {(rows: Login[]) => unknown} end @returns {import("../admin/panel.js").PanelKind<Login>} */
export function loginKind(end) {
  return {
    id: "logins",
    title: "Log-ins",
    noun: "log-in",
    filterFrom: 6,
    about: "Browsers that are logged in as you. End those that you do not know, and change your password.",
    columns: [
      { id: "agent", label: "Browser", value: ({ agent }) => browserOf(agent), text: (row) => browserOf(row.agent) + (row.current ? " (this one)" : "") },
      { id: "address", label: "Address", value: ({ address }) => address },
      { id: "created", label: "Since", value: ({ created_at }) => created_at, text: ({ created_at }) => momentText(created_at) },
      { id: "seen", label: "Last seen", value: ({ seen_at }) => seen_at, text: ({ seen_at }) => momentText(seen_at), minor: true },
      { id: "expires", label: "Ends", value: ({ expires_at }) => expires_at, text: ({ expires_at }) => momentText(expires_at), minor: true },
    ],
    rows: { key: ({ id }) => String(id), words: ({ agent, address, method }) => `${browserOf(agent)} ${address} ${method}`, addresses: ({ address }) => [address] },
    order: { sort: "seen", descending: true },
    actions: [{ label: "End", run: end, danger: true, possible: ({ current }) => !current }],
    empty: () => ["You are here by a key or a proxy: there is no log-in to end."],
  };
}

/** @param {(rows: Key[]) => unknown} revoke @param {HTMLElement[]} tools @returns {import("../admin/panel.js").PanelKind<Key>} */
export function keyKind(revoke, tools) {
  return {
    id: "keys",
    title: "API keys",
    noun: "key",
    filterFrom: 6,
    tools,
    columns: [
      { id: "name", label: "For", value: ({ name }) => name },
      { id: "prefix", label: "Begins with", value: ({ prefix }) => prefix, text: ({ prefix }) => `${prefix}…` },
      { id: "scopes", label: "May", value: ({ scopes }) => scopes.join(", ") },
      { id: "expires", label: "Expires", value: ({ expires_at }) => expires_at, text: ({ expires_at }) => (expires_at ? momentText(expires_at) : "never") },
      { id: "used", label: "Last used", value: ({ last_used_at }) => last_used_at, text: usedText, minor: true },
    ],
    rows: { key: ({ id }) => String(id), words: ({ name, prefix, scopes }) => `${name} ${prefix} ${scopes.join(" ")}`, addresses: ({ last_used_from }) => (last_used_from ? [last_used_from] : []) },
    order: { sort: "name" },
    actions: [{ label: "Revoke", run: revoke, danger: true }],
    empty: () => ["You have no API key. A program needs one to use the gateway's API as you: make it with “New key”."],
  };
}

/** @param {(rows: Ticket[]) => unknown} revoke @returns {import("../admin/panel.js").PanelKind<Ticket>} */
export function ticketKind(revoke) {
  return {
    id: "tickets",
    title: "Tickets",
    noun: "ticket",
    filterFrom: 6,
    about: "Each opens one machine once. Revoking one ends the session that it opened.",
    columns: ticketColumns(),
    rows: { key: ({ id }) => String(id), words: ticketWords, addresses: ({ used_from }) => (used_from ? [used_from] : []) },
    order: { sort: "created", descending: true },
    actions: [{ label: "Revoke", run: revoke, danger: true, possible: ({ revoked_at }) => revoked_at === null }],
    empty: () => ["You have issued no ticket. “One-time ticket” beside a machine makes one."],
  };
}

/** @returns {import("../admin/grid.js").Column<Ticket>[]} */
export function ticketColumns() {
  return [
    { id: "machine", label: "Machine", value: ({ machine }) => machine },
    { id: "state", label: "State", value: ticketState },
    { id: "rights", label: "Rights", value: ({ rights }) => rights.join(", ") },
    { id: "created", label: "Issued", value: ({ created_at }) => created_at, text: ({ created_at }) => momentText(created_at) },
    { id: "expires", label: "Good until", value: ({ expires_at }) => expires_at, text: ({ expires_at }) => momentText(expires_at), minor: true },
    { id: "from", label: "Used from", value: ({ used_from }) => used_from, minor: true },
    { id: "note", label: "Note", value: ({ note }) => note, minor: true },
  ];
}

/** @param {Ticket} ticket */
export function ticketWords(ticket) {
  return [ticket.machine, ticketState(ticket), ticket.rights.join(" "), ticket.note, ticket.used_from].join(" ");
}

/** @param {Ticket} ticket @returns {string} */
export function ticketState({ revoked_at, used_at, expires_at }) {
  if (revoked_at) return "revoked";
  if (used_at) return "used";
  return (dateOf(expires_at)?.getTime() ?? 0) > gatewayNow() ? "open" : "expired";
}

/** @param {Key} key */
function usedText({ last_used_at, last_used_from }) {
  return last_used_at ? `${momentText(last_used_at)}${last_used_from ? `, ${last_used_from}` : ""}` : "never";
}
