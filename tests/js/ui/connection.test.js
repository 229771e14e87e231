import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Connection } from "../../../static/js/ui/connection.js";

const AWAY = { code: 4001, sentence: "The machine is away.", heals: true };
const REFUSED = { code: 4002, sentence: "The machine refused.", heals: false };

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** A connection whose sessions do as the test says. */
function connection() {
  /** @type {any[]} */
  const sessions = [];
  const link = new Connection((events) => {
    const session = { ...events, closed: false, close: () => (session.closed = true) };
    sessions.push(session);
    return /** @type {any} */ (session);
  });
  /** @type {string[]} */
  const states = [];
  link.onchange = ({ state, retryIn }) => states.push(state === "waiting" ? `waiting ${retryIn}` : state);
  link.open();
  return { link, sessions, states };
}

test("the steps are collected, and the first picture means connected", () => {
  const { link, sessions, states } = connection();
  sessions[0].onstep("reach", 10);
  sessions[0].onstep("authenticate", 15);
  assert.equal(link.status.state, "connecting");
  sessions[0].onstep("picture", 90);
  assert.deepEqual([...link.status.steps], [["reach", 10], ["authenticate", 15], ["picture", 90]]);
  assert.equal(states.at(-1), "connected");
});

test("a cause that can heal is counted down second by second and tried again", () => {
  const { sessions, states } = connection();
  sessions[0].onend(AWAY);
  mock.timers.tick(1000);
  assert.equal(sessions.length, 2);
  sessions[1].onend(AWAY);
  mock.timers.tick(1000);
  mock.timers.tick(1000);
  assert.equal(sessions.length, 3);
  assert.deepEqual(states, ["connecting", "waiting 1", "connecting", "waiting 2", "waiting 1", "connecting"]);
});

test("the pauses grow, but never past half a minute", () => {
  const { link, sessions } = connection();
  const pauses = Array.from({ length: 8 }, () => {
    sessions.at(-1).onend(AWAY);
    const { retryIn } = link.status;
    link.hurry();
    return retryIn;
  });
  assert.deepEqual(pauses, [1, 2, 4, 8, 15, 30, 30, 30]);
});

test("a cause that needs a person is not tried again", () => {
  const { link, sessions } = connection();
  sessions[0].onend(REFUSED);
  mock.timers.tick(60_000);
  assert.equal(sessions.length, 1);
  assert.deepEqual([link.status.state, link.status.cause], ["failed", REFUSED]);
});

test("a person who closes ends it, even while it waits", () => {
  const { link, sessions } = connection();
  sessions[0].onend(AWAY);
  link.close();
  mock.timers.tick(60_000);
  assert.equal(sessions.length, 1);
  assert.equal(link.status.state, "closed");
});

test("opening anew closes the session before", () => {
  const { link, sessions } = connection();
  link.open();
  assert.equal(sessions[0].closed, true);
  assert.equal(sessions.length, 2);
  assert.equal(link.session, sessions[1]);
});

test("to hurry does nothing while it is not waiting", () => {
  const { link, sessions } = connection();
  link.hurry();
  assert.equal(sessions.length, 1);
});

test("a session that is abandoned is closed and begun anew", () => {
  const { link, sessions, states } = connection();
  sessions[0].onstep("picture", 90);
  link.abandon(AWAY);
  assert.equal(sessions[0].closed, true);
  mock.timers.tick(1000);
  assert.equal(sessions.length, 2);
  assert.deepEqual(states, ["connecting", "connected", "waiting 1", "connecting"]);
  link.close();
  link.abandon(AWAY);
  assert.equal(link.status.state, "closed");
});

test("a session that is refused is not begun, and can be asked for again", () => {
  const { link, sessions, states } = connection();
  link.refuse(REFUSED);
  assert.equal(sessions[0].closed, true);
  assert.deepEqual(states, ["connecting", "closed", "failed"]);
  assert.equal(link.status.cause?.sentence, REFUSED.sentence);
  link.open();
  assert.equal(sessions.length, 2);
});
