// @ts-check
// The cards of machines follow what happens: one stream of events, while the page is seen.

import { make } from "../dom.js";
import { EventStream } from "../event_stream.js";
import { gatewayNow } from "../gateway_clock.js";
import { sitePath } from "../site.js";
import { spanText } from "../times.js";

/** @typedef {{name: string, title: string, state: string, since: string, error: string, sessions: number, channels: {type: string}[]}} Machine */

/** @type {Record<string, string>} */
const STATES = { up: "Up", away: "Not reachable", unknown: "Not asked yet" };
/** Spans of time are written anew so often. */
const CLOCK_MS = 10_000;

export class LiveMachines {
  /** @type {EventStream | null} */
  #stream = null;
  #list;
  #prepare;
  #clock;
  #look = () => (document.hidden ? this.#rest() : this.#listen());

  /** @param {HTMLElement} list of all machines @param {(card: HTMLElement) => void} prepare a card that comes later */
  constructor(list, prepare) {
    this.#list = list;
    this.#prepare = prepare;
    for (const card of cards()) showSpan(card);
    this.#clock = setInterval(() => cards().forEach(showSpan), CLOCK_MS);
    document.addEventListener("visibilitychange", this.#look);
    this.#look();
  }

  close() {
    clearInterval(this.#clock);
    document.removeEventListener("visibilitychange", this.#look);
    this.#rest();
  }

  /** A stream that ends is opened again, until the gateway refuses: then the page stays as it is. */
  #listen() {
    if (this.#stream) return;
    const stream = (this.#stream = new EventStream(sitePath("/api/v1/me/events")));
    stream.on("snapshot", ({ data }) => {
      const { machines } = JSON.parse(data);
      const names = new Set(machines.map((/** @type {Machine} */ { name }) => name));
      this.#change(machines, cards().map(nameOf).filter((name) => !names.has(name)));
    });
    stream.on("changes", ({ data }) => {
      const { put, gone } = JSON.parse(data);
      this.#change(put, gone);
    });
  }

  #rest() {
    this.#stream?.close();
    this.#stream = null;
  }

  /** @param {readonly Machine[]} put @param {readonly string[]} gone names */
  async #change(put, gone) {
    for (const card of cards()) if (gone.includes(nameOf(card))) card.remove();
    const known = new Map(cards().map((card) => [nameOf(card), card]));
    const unknown = [];
    for (const machine of put) {
      const card = known.get(machine.name);
      if (card && looksTheSame(card, machine)) show(card, machine);
      else unknown.push(machine.name);
    }
    if (unknown.length || !known.size) await this.#fetchCards(unknown);
  }

  /** Cards that are new, or different in more than their state, come from the page as it is now. @param {readonly string[]} names */
  async #fetchCards(names) {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const fresh of cards(page)) if (names.includes(nameOf(fresh))) this.#put(document.adoptNode(fresh));
    const rest = page.querySelector("ul.all > li.empty");
    const shown = this.#list.querySelector("li.empty");
    if (cards().length) shown?.remove();
    else if (rest && !shown) this.#list.append(document.adoptNode(rest));
  }

  /** @param {HTMLElement} fresh */
  #put(fresh) {
    const old = cards().find((card) => nameOf(card) === nameOf(fresh));
    if (old) {
      // its other parts stay: somebody may just press a button, or copy a ticket
      for (const part of PARTS) swap(old, fresh, part);
    } else this.#list.append(fresh);
    const card = old ?? fresh;
    if (!old) this.#prepare(card);
    showSpan(card);
  }
}

const PARTS = [".machine-head", ".machine-state", ".machine-error", ".chips", ".channel-icons"];

/** @param {HTMLElement} old @param {HTMLElement} fresh @param {string} part */
function swap(old, fresh, part) {
  const [before, now] = [old.querySelector(part), fresh.querySelector(part)];
  if (before && now) before.replaceWith(now);
  else if (now) old.insertBefore(now, old.querySelector(PARTS.slice(PARTS.indexOf(part) + 1).concat(".machine-actions").join()));
  else before?.remove();
  old.dataset.state = fresh.dataset.state;
}

/** @param {ParentNode} [where] @returns {HTMLElement[]} */
function cards(where = document) {
  return [...where.querySelectorAll("li.machine")].map((card) => /** @type {HTMLElement} */ (card));
}

/** @param {HTMLElement} card */
const nameOf = (card) => card.dataset.machine ?? "";

/** @param {HTMLElement} card @param {Machine} machine */
function looksTheSame(card, { title, channels }) {
  const types = new Set(channels.map(({ type }) => type));
  return card.querySelector("h3")?.textContent === title && card.querySelectorAll(".channel-icons > li").length === types.size;
}

/** @param {HTMLElement} card @param {Machine} machine */
function show(card, { state, since, error, sessions }) {
  card.dataset.state = state;
  const line = /** @type {HTMLElement} */ (card.querySelector(".machine-state"));
  say(line.querySelector(".state"), STATES[state] ?? state);
  const time = line.querySelector("time");
  if (time && Date.parse(time.dateTime) !== Date.parse(since)) time.dateTime = since;
  optional(line, "span", "sessions", sessions ? `in use by ${sessions}` : "");
  optional(card, "p", "machine-error", error, { role: "status" }, line);
  showSpan(card);
}

/**
 * A part that is there only while it says something.
 * @param {HTMLElement} parent @param {"p" | "span"} tag @param {string} name its class @param {string} text
 * @param {Record<string, string>} [attributes] @param {Element} [after] unless it is the last
 */
function optional(parent, tag, name, text, attributes = {}, after = undefined) {
  const part = parent.querySelector(`.${name}`);
  if (!text) part?.remove();
  else if (part) say(part, text);
  else if (after) after.after(make(tag, { class: name, ...attributes }, text));
  else parent.append(make(tag, { class: name, ...attributes }, text));
}

/** @param {Element | null} part @param {string} text */
function say(part, text) {
  if (part && part.textContent !== text) part.textContent = text;
}

/** How long it has been so. @param {HTMLElement} card */
function showSpan(card) {
  const time = card.querySelector("time");
  if (!time) return;
  const date = new Date(time.dateTime);
  time.title = date.toLocaleString();
  say(time, spanText((gatewayNow() - date.getTime()) / 1000));
  const since = time.closest(".since");
  if (since?.firstChild?.textContent !== "for ") since?.replaceChildren("for ", time);
}
