// @ts-check
// The four cards: what a glance should tell.

import { make, spriteIcon } from "../dom.js";
import { bytesText } from "../numbers.js";
import { drawSparkline, sparkline } from "./sparkline.js";
import { whoAndWhere } from "./who.js";

/** @typedef {{sentence: string, section: string, query: string}} Alert `query` finds it in that section's table */

/** Seconds from which on a round trip is felt. */
const SLOW_TRIP = 0.4;
const LONG_QUEUE = 200;

export class Stats {
  #sessions = card("Sessions now", "person", "#sessions");
  #machines = card("Machines up", "relay", "#machines");
  #bytes = card("Traffic", "rate", "#channels");
  #alerts = card("Alerts", "alert", "#alerts");
  #spark = sparkline();
  element = make("div", { class: "stats" }, ...[this.#sessions, this.#machines, this.#bytes, this.#alerts].map(({ element }) => element));

  constructor() {
    this.#bytes.element.insertBefore(this.#spark, this.#bytes.note);
  }

  /** @param {import("./state.js").State} state @param {readonly Alert[]} alerts */
  show(state, alerts) {
    const people = new Set([...state.sessions.values()].map(({ user }) => user)).size;
    const { totals } = state;
    say(this.#sessions, String(totals.sessions), totals.sessions ? `${people} ${people === 1 ? "person" : "people"}` : "Nobody is at a machine");
    say(this.#machines, `${totals.machines_up} of ${totals.machines}`, `${totals.channels} channels`);
    say(this.#bytes, `${bytesText(state.rate)}/s`, `${bytesText(totals.bytes_in + totals.bytes_out)} so far`);
    say(this.#alerts, String(alerts.length), alerts[0]?.sentence ?? "Nothing needs you");
    this.#alerts.element.classList.toggle("alarmed", alerts.length > 0);
    drawSparkline(this.#spark, state.past.values);
  }
}

/** What somebody should look at. @param {import("./state.js").State} state @returns {Alert[]} */
export function alertsOf(state) {
  /** @type {Alert[]} */
  const alerts = [];
  for (const machine of state.machines.values()) {
    if (machine.state === "away") {
      alerts.push({ sentence: `${machine.title}: ${machine.error || "not reachable"}`, section: "machines", query: machine.name });
    }
  }
  for (const session of state.sessions.values()) {
    const { id, round_trip } = session;
    if (round_trip !== null && round_trip > SLOW_TRIP) {
      const sentence = `${whoAndWhere(session)}: a round trip takes ${Math.round(round_trip * 1000)} ms`;
      alerts.push({ sentence, section: "sessions", query: id });
    }
  }
  for (const { key, machine, name } of state.channels.values()) {
    const { messages } = state.queue(key);
    if (messages > LONG_QUEUE) {
      alerts.push({ sentence: `${machine}, ${name}: ${messages} messages wait for slow clients`, section: "channels", query: `${machine} ${name}` });
    }
  }
  return alerts;
}

/** @param {string} label @param {string} icon @param {string} target */
function card(label, icon, target) {
  const figure = make("span", { class: "figure" }, "–");
  const note = make("span", { class: "note" });
  const element = make("a", { class: "stat", href: target }, make("span", { class: "label" }, label), spriteIcon(icon), figure, note);
  return { element, figure, note };
}

/** @param {{figure: HTMLElement, note: HTMLElement}} card @param {string} figure @param {string} note */
function say(card, figure, note) {
  if (card.figure.textContent !== figure) card.figure.textContent = figure;
  if (card.note.textContent !== note) card.note.textContent = note;
  card.note.title = note;
}
