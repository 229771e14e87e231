// @ts-check
// The gateway as the dashboard knows it, kept up to date by the events of its feed.

import { heardTime } from "../gateway_clock.js";
import { Meter } from "./meter.js";
import { History } from "./sparkline.js";

/** @typedef {import("./shapes.js").Channel} Channel */
/** @typedef {import("./shapes.js").Session} Session */
/** @typedef {import("./shapes.js").Machine} Machine */
/** @typedef {import("./shapes.js").Figures} Figures */
/** @typedef {import("./shapes.js").Change} Change */

/** @type {import("./shapes.js").Totals} */
const NOTHING = { machines: 0, machines_up: 0, sessions: 0, channels: 0, bytes_in: 0, bytes_out: 0 };

export class State {
  /** @type {Map<string, Machine>} by name */
  machines = new Map();
  /** @type {Map<string, Session>} by id */
  sessions = new Map();
  /** @type {Map<string, Channel>} by key */
  channels = new Map();
  /** The channel of which everything is told. @type {Channel | null} */
  detail = null;
  totals = NOTHING;
  /** Of each channel, by key. */
  channelRates = new Meter();
  /** Of each session, by id. */
  sessionRates = new Meter();
  /** Bytes a second through the whole gateway. */
  rate = 0;
  past = new History();
  /** @type {Map<string, import("./shapes.js").ChannelFigures>} */
  #figures = new Map();
  #at = 0;

  /** Everything anew. @param {{machines: Machine[], sessions: Session[], channels: Channel[]}} all */
  snapshot({ machines, sessions, channels }) {
    this.machines = new Map(machines.map((machine) => [machine.name, machine]));
    this.sessions = new Map(sessions.map((session) => [session.id, session]));
    this.channels = new Map(channels.map((channel) => [channel.key, channel]));
    this.#figures = new Map();
    this.#at = 0;
  }

  /** @param {{machines: Change, sessions: Change, channels: Change}} changes */
  change({ machines, sessions, channels }) {
    apply(this.machines, machines, ({ name }) => name);
    apply(this.sessions, sessions, ({ id }) => id);
    apply(this.channels, channels, ({ key }) => key);
    for (const key of channels.gone) this.#figures.delete(key);
  }

  /** Only of what has moved. @param {Figures} figures */
  figures({ at, totals, sessions, channels }) {
    for (const [id, row] of Object.entries(sessions)) {
      const session = this.sessions.get(id);
      if (session) this.sessions.set(id, { ...session, round_trip: row[4], frame_rate: row[5], traffic: trafficOf(row) });
    }
    for (const [key, row] of Object.entries(channels)) {
      const channel = this.channels.get(key);
      if (!channel) continue;
      this.#figures.set(key, row);
      this.channels.set(key, { ...channel, traffic: trafficOf(row) });
    }
    this.#measure(at, totals);
  }

  /** @param {string} key of a channel @returns {{messages: number, bytes: number, bytesInFlight: number, messagesInFlight: number}} */
  queue(key) {
    const [, , , , messages, bytes, bytesInFlight, messagesInFlight] = this.#figures.get(key) ?? [0, 0, 0, 0, 0, 0, 0, 0];
    return { messages, bytes, bytesInFlight, messagesInFlight };
  }

  /** Pictures and drawing that a session gets a second. @param {Session} session @returns {number | null} null: it has no screen */
  updates({ channels }) {
    const screens = channels.filter(({ type }) => type === "display");
    if (!screens.length) return null;
    return screens.reduce((sum, { key }) => sum + this.channelRates.rate(key).messages / Math.max(1, this.channels.get(key)?.client_count ?? 1), 0);
  }

  /** @param {number} at @param {import("./shapes.js").Totals} totals */
  #measure(at, totals) {
    const now = at * 1000;
    heardTime(now);
    this.channelRates.read([...this.channels.values()].map(({ key, traffic }) => /** @type {const} */ ([key, traffic])), now);
    this.sessionRates.read([...this.sessions.values()].map(({ id, traffic }) => /** @type {const} */ ([id, traffic])), now);
    if (this.#at) {
      const grown = totals.bytes_in + totals.bytes_out - this.totals.bytes_in - this.totals.bytes_out;
      this.rate = Math.max(0, grown / Math.max(0.001, at - this.#at));
      this.past.add(this.rate);
    }
    this.#at = at;
    this.totals = totals;
  }
}

/** @param {readonly (number | null)[]} row @returns {import("./meter.js").Traffic} */
function trafficOf([bytes_in, messages_in, bytes_out, messages_out]) {
  return { bytes_in: bytes_in ?? 0, messages_in: messages_in ?? 0, bytes_out: bytes_out ?? 0, messages_out: messages_out ?? 0 };
}

/**
 * @template T
 * @param {Map<string, T>} known
 * @param {Change} change
 * @param {(item: T) => string} keyOf
 */
function apply(known, { put, gone }, keyOf) {
  for (const key of gone) known.delete(key);
  for (const item of put) known.set(keyOf(item), item);
}
