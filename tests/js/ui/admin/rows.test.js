import assert from "node:assert/strict";
import { test } from "node:test";

import { parseFilter } from "../../../../static/js/ui/admin/filter.js";
import { Rows } from "../../../../static/js/ui/admin/rows.js";

const PEOPLE = [
  { name: "vera", address: "10.0.0.7", trip: 3 },
  { name: "Bob 10", address: "192.168.1.4", trip: null },
  { name: "bob 9", address: "10.9.9.9", trip: 12 },
];
const KIND = {
  key: (/** @type {any} */ { name }) => name,
  words: (/** @type {any} */ { name }) => name,
  addresses: (/** @type {any} */ { address }) => [address],
};

function rows() {
  const made = new Rows(KIND);
  made.set(PEOPLE);
  return made;
}

/** @param {Rows<any>} made */
const names = (made) => made.view.map(({ name }) => name);

test("names are in the order in which people count", () => {
  const made = rows();
  made.sort(({ name }) => name, false);
  assert.deepEqual(names(made), ["bob 9", "Bob 10", "vera"]);
});

test("what is not known comes last in both directions", () => {
  const made = rows();
  made.sort(({ trip }) => trip, false);
  assert.deepEqual(names(made), ["vera", "bob 9", "Bob 10"]);
  made.sort(({ trip }) => trip, true);
  assert.deepEqual(names(made), ["bob 9", "vera", "Bob 10"]);
});

test("a filter takes words in any order, words that must not stand there, and networks", () => {
  const made = rows();
  for (const [query, expected] of /** @type {[string, string[]][]} */ ([
    ["BOB", ["Bob 10", "bob 9"]], ["9 bob", ["bob 9"]], ["bob -9", ["Bob 10"]], ["10.0.0.0/8", ["vera", "bob 9"]],
    ["10.0.0.0/8 bob", ["bob 9"]], ["-10.0.0.0/8", ["Bob 10"]], ["nobody", []], ["  ", ["vera", "Bob 10", "bob 9"]],
  ])) {
    made.filter(query);
    assert.deepEqual(names(made), expected, query);
  }
});

test("an empty filter wants everything", () => {
  assert.equal(parseFilter(""), null);
  assert.equal(parseFilter(" - "), null);
});

test("ticked rows that are filtered away are not acted on, and come back with their ticks", () => {
  const made = rows();
  made.tickAll(true);
  made.filter("vera");
  assert.deepEqual(made.ticked.map(({ name }) => name), ["vera"]);
  made.filter("");
  assert.equal(made.ticked.length, 3);
});

test("a row that is gone takes its tick along", () => {
  const made = rows();
  made.tick(PEOPLE[0], true);
  made.set(PEOPLE.slice(1));
  made.set(PEOPLE);
  assert.equal(made.ticked.length, 0);
});

test("five thousand rows are filtered and sorted in a fraction of the second between two readings", () => {
  const made = new Rows(KIND);
  made.set(Array.from({ length: 5000 }, (_, index) => ({ name: `machine ${index % 977} display ${index}`, address: `10.0.${index % 250}.1`, trip: index % 311 })));
  made.filter("machine 10.0.0.0/8");
  made.sort(({ name }) => name, false);
  const begun = process.cpuUsage();
  assert.equal(made.view.length, 5000);
  assert.ok(process.cpuUsage(begun).user < 500_000, "microseconds, of this program's own time");
});

test("rows that somebody points at stay in their places, what is new comes behind them", () => {
  const made = rows();
  made.sort(({ trip }) => trip, true);
  assert.deepEqual(names(made), ["bob 9", "vera", "Bob 10"]);
  made.hold(true);
  made.set([{ name: "new 2", address: "", trip: 99 }, { name: "vera", address: "", trip: 50 }, { name: "bob 9", address: "", trip: 1 }, { name: "new 1", address: "", trip: 100 }]);
  assert.deepEqual(names(made), ["bob 9", "vera", "new 1", "new 2"]);
  made.set([{ name: "new 1", address: "", trip: 1 }, { name: "new 2", address: "", trip: 2 }, { name: "vera", address: "", trip: 50 }]);
  assert.deepEqual(names(made), ["vera", "new 1", "new 2"]);
  made.hold(false);
  assert.deepEqual(names(made), ["vera", "new 2", "new 1"]);
});

test("who points at the rows and orders or filters them gets what was asked for", () => {
  const made = rows();
  made.sort(({ trip }) => trip, true);
  made.hold(true);
  made.sort(({ name }) => name, false);
  assert.deepEqual(names(made), ["bob 9", "Bob 10", "vera"]);
  made.filter("bob");
  assert.deepEqual(names(made), ["bob 9", "Bob 10"]);
  made.filter("");
  assert.deepEqual(names(made), ["bob 9", "Bob 10", "vera"]);
});
