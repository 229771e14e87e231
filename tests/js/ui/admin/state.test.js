import assert from "node:assert/strict";
import { test } from "node:test";

import { State } from "../../../../static/js/ui/admin/state.js";
import { alertsOf } from "../../../../static/js/ui/admin/stats.js";

const STILL = { bytes_in: 0, messages_in: 0, bytes_out: 0, messages_out: 0 };
const TOTALS = { machines: 2, machines_up: 1, sessions: 1, channels: 1, bytes_in: 0, bytes_out: 0 };
const NO_CHANGE = { put: [], gone: [] };

/** @param {object} [more] @returns {any} */
const channel = (more) => ({ key: "office/display/0", machine: "office", type: "display", id: 0, name: "display 0", client_count: 1, clients: [], traffic: STILL, ...more });
/** @returns {any} */
const session = () => ({ id: "1", machine: "office", user: "vera", channels: [{ key: "office/display/0", type: "display", id: 0 }], round_trip: null, frame_rate: null, traffic: STILL });
/** @param {object} [more] @returns {any} */
const machine = (more) => ({ name: "office", title: "Front office", state: "up", error: "", ...more });

function filled() {
  const state = new State();
  state.snapshot({ machines: [machine()], sessions: [session()], channels: [channel()] });
  return state;
}

test("figures move the counters, and two of them make a rate", () => {
  const state = filled();
  state.figures({ at: 10, totals: TOTALS, sessions: {}, channels: { "office/display/0": [0, 0, 100, 1, 0, 0, 0, 0] } });
  state.figures({ at: 11, totals: { ...TOTALS, bytes_out: 900 }, sessions: { 1: [0, 0, 900, 31, 0.02, 24] }, channels: { "office/display/0": [0, 0, 1000, 31, 4, 900, 500, 2] } });
  assert.equal(state.channelRates.rate("office/display/0").out, 900);
  assert.equal(state.rate, 900);
  assert.equal(state.sessions.get("1")?.round_trip, 0.02);
  assert.equal(state.sessions.get("1")?.frame_rate, 24);
  assert.equal(state.updates(/** @type {any} */ (state.sessions.get("1"))), 30);
  assert.deepEqual(state.queue("office/display/0"), { messages: 4, bytes: 900, bytesInFlight: 500, messagesInFlight: 2 });
});

test("what is not in the figures stands still", () => {
  const state = filled();
  state.figures({ at: 10, totals: TOTALS, sessions: {}, channels: { "office/display/0": [0, 0, 100, 1, 3, 5, 0, 0] } });
  state.figures({ at: 11, totals: TOTALS, sessions: {}, channels: {} });
  assert.equal(state.channelRates.rate("office/display/0").out, 0);
  assert.equal(state.queue("office/display/0").messages, 3);
});

test("changes put and take away", () => {
  const state = filled();
  state.change({ machines: { put: [machine({ name: "lab" })], gone: ["office"] }, sessions: { put: [], gone: ["1"] }, channels: NO_CHANGE });
  assert.deepEqual([...state.machines.keys()], ["lab"]);
  assert.equal(state.sessions.size, 0);
  assert.equal(state.channels.size, 1);
});

test("figures of what is not known yet are passed over", () => {
  const state = filled();
  state.figures({ at: 10, totals: TOTALS, sessions: { 9: [1, 1, 1, 1, null] }, channels: { "lab/main/0": [1, 1, 1, 1, 0, 0, 0, 0] } });
  assert.equal(state.sessions.size + state.channels.size, 2);
});

test("machines that are away, felt round trips and long queues are alerts with a way to them", () => {
  const state = filled();
  assert.deepEqual(alertsOf(state), []);
  state.change({ machines: { put: [machine({ state: "away", error: "It is off." })], gone: [] }, sessions: NO_CHANGE, channels: NO_CHANGE });
  state.figures({ at: 10, totals: TOTALS, sessions: { 1: [0, 0, 0, 0, 0.9] }, channels: { "office/display/0": [0, 0, 0, 0, 500, 9000, 0, 0] } });
  assert.deepEqual(alertsOf(state).map(({ section, query }) => [section, query]), [["machines", "office"], ["sessions", "1"], ["channels", "office display 0"]]);
  assert.equal(alertsOf(state)[0].sentence, "Front office: It is off.");
});
