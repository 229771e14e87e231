import assert from "node:assert/strict";
import { test } from "node:test";

import { whoAndWhere, whoText } from "../../../../static/js/ui/admin/who.js";

test("who came by a ticket is a guest of whoever gave it", () => {
  assert.equal(whoText({ user: "olga", method: "session" }), "olga");
  assert.equal(whoText({ user: "olga", method: "ticket" }), "guest of olga");
  assert.equal(whoText({ user: "", method: "password" }), "somebody");
  assert.equal(whoAndWhere({ user: "olga", method: "session", machine: "lab" }), "olga at lab");
  assert.equal(whoAndWhere({ user: "olga", method: "ticket", machine: "lab" }), "Guest of olga at lab");
  assert.equal(whoAndWhere({ user: "", method: "password", machine: "lab" }), "Somebody at lab");
});
