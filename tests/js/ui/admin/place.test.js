import assert from "node:assert/strict";
import { test } from "node:test";

import { hashOf, placeOf } from "../../../../static/js/ui/admin/place.js";

test("a filter goes into the address and comes back from it", () => {
  for (const query of ["alice", "100% of 10.0.0.0/8", "2001:db8::/32 -bob", "עברית 🦊", "#a?b&c"]) {
    assert.deepEqual(placeOf(hashOf("sessions", query)), { section: "sessions", query });
  }
  assert.equal(hashOf("sessions", ""), "#sessions");
});

test("addresses that people type are read as well as they can be", () => {
  assert.deepEqual(placeOf(""), { section: "", query: null });
  assert.deepEqual(placeOf("#sessions"), { section: "sessions", query: null });
  assert.deepEqual(placeOf("#sessions:"), { section: "sessions", query: "" });
  assert.deepEqual(placeOf("#sessions:2001:db8::/32"), { section: "sessions", query: "2001:db8::/32" });
  assert.deepEqual(placeOf("#sessions:100%"), { section: "sessions", query: "100%" });
});
