// @ts-check
// Everybody's console tickets.

import { call, getAll } from "../../api.js";
import { ticketColumns, ticketWords } from "../../account/kinds.js";
import { Panel } from "../panel.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../../account/kinds.js").Ticket} Ticket */

/** @param {Context} context @returns {import("../context.js").Section} */
export function ticketsSection(context) {
  /** @type {Map<number, string>} */
  let names = new Map();
  /** @param {Ticket} ticket */
  const issuer = ({ user_id }) => names.get(user_id) ?? `user ${user_id}`;
  const [machine, ...others] = ticketColumns();
  /** @type {Panel<Ticket>} */
  const panel = new Panel({
    id: "tickets",
    title: "Tickets",
    noun: "ticket",
    about: "Each opens one machine once. Revoking one ends the session that it opened.",
    columns: [machine, { id: "user", label: "Issued by", value: issuer }, ...others],
    rows: { key: ({ id }) => String(id), words: (ticket) => `${issuer(ticket)} ${ticketWords(ticket)}`, addresses: ({ used_from }) => (used_from ? [used_from] : []) },
    order: { sort: "created", descending: true },
    actions: [{
      label: "Revoke",
      danger: true,
      possible: ({ revoked_at }) => revoked_at === null,
      run: (tickets) => context.act(tickets, ({ id }) => call("DELETE", `tickets/${id}`), "revoked"),
    }],
    empty: () => ["No ticket was issued of late. “One-time ticket” beside a machine makes one, and so does the API."],
  });
  const load = () => context.attempt(async () => {
    const [users, tickets] = await Promise.all([getAll("users"), getAll("tickets?everybody=true")]);
    names = new Map(users.map(({ id, name }) => [id, name]));
    panel.set(tickets);
  });
  return {
    id: "tickets",
    title: "Tickets",
    element: panel.element,
    onshow: load,
    onwritten: (resource) => {
      if (resource === "tickets" && panel.element.isConnected) load();
    },
    find: (query) => panel.setQuery(query),
    query: () => panel.query,
  };
}
