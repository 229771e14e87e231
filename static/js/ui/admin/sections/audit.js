// @ts-check
// The audit: who did what. The gateway looks through all of it; here are the newest that match.

import { get } from "../../api.js";
import { make } from "../../dom.js";
import { sitePath } from "../../site.js";
import { exactMoment, momentText } from "../../times.js";
import { parseAddress, parseNetwork } from "../networks.js";
import { Panel } from "../panel.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {{id: number, at: string, actor: string, address: string, action: string, target: string, outcome: string, detail: Record<string, string>}} Entry */

const PAGE = 200;

/** @param {Context} context @returns {import("../context.js").Section} */
export function auditSection(context) {
  const audit = new Audit(context);
  return {
    id: "audit",
    title: "Audit",
    element: audit.element,
    onshow: () => audit.load(),
    onwritten: () => {
      if (audit.element.isConnected) audit.renew();
    },
    find: (query) => audit.panel.setQuery(query),
    query: () => audit.panel.query,
  };
}

class Audit {
  panel;
  element;
  #context;
  #csv = make("a", { class: "button", download: true }, "CSV of all that match");
  #more = make("button", { type: "button", class: "button more", hidden: true }, "Show older ones");
  /** @type {Entry[]} */
  #entries = [];
  /** @type {string | null} */
  #next = null;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    this.panel = new Panel(this.#kind());
    this.element = make("div", {}, this.panel.element, this.#more);
    this.#more.addEventListener("click", () => this.#loadMore());
    this.#csv.href = sitePath("/api/v1/audit.csv");
  }

  /** The newest entries that match. */
  async load() {
    this.#csv.href = sitePath(`/api/v1/audit.csv?${auditQuery(this.panel.query)}`);
    await this.#ask("", (page) => this.#take([], page));
  }

  /** What was done since; the older entries that somebody reads stay there. */
  async renew() {
    await this.#ask("", ({ items, next }) => {
      const newest = items.filter(({ id }) => id > (this.#entries[0]?.id ?? 0));
      if (newest.length === items.length) this.#take([], { items, next });
      else this.#take(newest, { items: this.#entries, next: this.#next });
    });
  }

  /**
   * An answer to what is not asked any more is of no use.
   * @param {string} more of the query @param {(page: {items: Entry[], next: string | null}) => void} take
   */
  async #ask(more, take) {
    const { query } = this.panel;
    await this.#context.attempt(async () => {
      const page = await get(`audit?limit=${PAGE}&${more}${auditQuery(query)}`);
      if (query === this.panel.query) take(page);
    });
  }

  async #loadMore() {
    const next = this.#next;
    await this.#ask(`after=${encodeURIComponent(next ?? "")}&`, (page) => {
      if (next === this.#next) this.#take(this.#entries, page); // pressed once
    });
  }

  /** @param {Entry[]} before @param {{items: Entry[], next: string | null}} page */
  #take(before, { items, next }) {
    this.#entries = [...before, ...items];
    this.#next = next;
    this.#more.hidden = next === null;
    this.panel.set(this.#entries);
  }

  /** @returns {import("../panel.js").PanelKind<Entry>} */
  #kind() {
    const { drawer } = this.#context;
    return {
      id: "audit",
      title: "Audit",
      noun: "entry",
      tools: [this.#csv],
      filterHint: "Filter by words, an address or a network",
      columns: [
        { id: "action", label: "Action", value: ({ action }) => action },
        { id: "at", label: "When", value: ({ id }) => id, text: ({ at }) => momentText(at) },
        { id: "actor", label: "Who", value: ({ actor }) => actor || "a stranger" },
        { id: "target", label: "What", value: ({ target }) => target },
        { id: "outcome", label: "Outcome", value: ({ outcome }) => outcome, draw: drawOutcome },
        { id: "address", label: "From", value: ({ address }) => address },
        { id: "detail", label: "Detail", value: ({ detail }) => detailText(detail), minor: true },
      ],
      rows: { key: ({ id }) => String(id), words: () => "" },
      order: { sort: "at", descending: true },
      actions: [],
      empty: () => ["Nothing was done yet."],
      onquery: () => this.load(),
      onopen: (entry) => drawer.open(() => ({ title: entry.action, facts: factsOf(entry) })),
    };
  }
}

/**
 * The filter box in the words of the API.
 * @param {string} query words, of which the last network or address counts as such
 * @returns {string} a query string
 */
export function auditQuery(query) {
  const terms = query.split(/\s+/).filter(Boolean);
  const networks = terms.filter((term) => parseNetwork(term) || parseAddress(term));
  const words = terms.filter((term) => !networks.includes(term)).join(" ");
  const wanted = new URLSearchParams();
  if (words) wanted.set("words", words);
  const network = networks.at(-1);
  if (network) wanted.set("network", network);
  return wanted.toString();
}

/** @param {HTMLElement} cell @param {Entry} entry */
function drawOutcome(cell, { outcome }) {
  cell.textContent = outcome;
  cell.classList.toggle("bad", outcome !== "ok");
}

/** @param {Record<string, string>} detail */
function detailText(detail) {
  return Object.entries(detail).map(([name, value]) => `${name}: ${value}`).join(", ");
}

/** @param {Entry} entry @returns {import("../drawer.js").Fact[]} */
function factsOf({ id, at, actor, address, action, target, outcome, detail }) {
  return [["When", exactMoment(at)], ["Who", actor || "a stranger"], ["From", address], ["Action", action], ["What", target],
    ["Outcome", outcome], ["Number", id], ...Object.entries(detail)];
}
