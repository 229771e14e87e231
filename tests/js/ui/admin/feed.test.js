import assert from "node:assert/strict";
import { test } from "node:test";

import { Feed } from "../../../../static/js/ui/admin/feed.js";
import { EventStream } from "../../../../static/js/ui/event_stream.js";
import { FakeSource } from "../fake_source.js";

const MACHINE = { name: "office", title: "Front office", state: "up", error: "" };
const DETAIL = { key: "office/main/0" };

/** @param {(method: string, path: string, body: object) => Promise<unknown>} [tell] */
function listening(tell = async () => null) {
  const source = new FakeSource();
  const stream = new EventStream("/events", async () => null, { open: () => /** @type {any} */ (source), wait: () => new Promise(() => {}) });
  return { source, feed: new Feed(stream, tell) };
}

test("the feed says when it is live, and when and why it is lost", () => {
  const { source, feed } = listening();
  /** @type {string[]} */
  const said = [];
  feed.onstatus = (status, sentence) => said.push(`${status} ${sentence}`.trim());
  feed.onchange = (event) => said.push(event);
  feed.onwritten = (resource) => said.push(`written ${resource}`);
  source.tell("snapshot", JSON.stringify({ machines: [MACHINE], sessions: [], channels: [] }));
  source.onerror?.();
  source.tell("changed", JSON.stringify({ resource: "users" }));
  source.tell("end", "The gateway is being stopped.");
  assert.deepEqual(said, ["live", "snapshot", "lost", "written users", "lost The gateway is being stopped."]);
  assert.equal(feed.state.machines.size, 1);
  assert.ok(source.closed);
});

test("what is watched is asked for once, and again of the next stream", () => {
  /** @type {string[]} */
  const asked = [];
  const { source, feed } = listening(async (...request) => asked.push(JSON.stringify(request)));
  feed.watch("office/main/0");
  assert.deepEqual(asked, [], "the stream has no name yet");
  source.tell("hello", JSON.stringify({ reader: "a" }));
  source.tell("channel", JSON.stringify(DETAIL));
  assert.equal(feed.state.detail?.key, "office/main/0");
  source.tell("hello", JSON.stringify({ reader: "b" }));
  feed.watch(null);
  assert.equal(feed.state.detail, null);
  source.tell("hello", JSON.stringify({ reader: "c" }));
  assert.deepEqual(asked, ["a", "b"].map((reader) => JSON.stringify(["PUT", `events/${reader}`, { channel: "office/main/0" }]))
    .concat(JSON.stringify(["PUT", "events/b", { channel: null }])));
});

test("lists are read again after a break, in which somebody may have written to them", () => {
  const { source, feed } = listening();
  /** @type {string[]} */
  const written = [];
  feed.onwritten = (resource) => written.push(resource);
  source.tell("hello", JSON.stringify({ reader: "a" }));
  assert.deepEqual(written, []);
  source.tell("hello", JSON.stringify({ reader: "b" }));
  assert.deepEqual(written, ["users", "tickets"]);
});
