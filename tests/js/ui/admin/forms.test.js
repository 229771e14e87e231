import assert from "node:assert/strict";
import { test } from "node:test";

import { auditQuery } from "../../../../static/js/ui/admin/sections/audit.js";
import { draftOf, labelsOf, machineFields } from "../../../../static/js/ui/admin/sections/machine_form.js";

test("what a form says of a machine is what the API takes", () => {
  const draft = draftOf({
    name: "office", url: " spice://host:5900 ", title: "Front office", groups: "office, , lab", labels: "os = Debian 12\nold\n\nargs = a=b",
    password_file: "", password_env: "SPICEGATE_MACHINE_OFFICE", ca_file: "", host_subject: "",
  });
  assert.deepEqual(draft, {
    url: "spice://host:5900",
    groups: ["office", "lab"],
    labels: { os: "Debian 12", old: "", args: "a=b" },
    options: { title: "Front office", password_file: null, password_env: "SPICEGATE_MACHINE_OFFICE", ca_file: null, host_subject: null },
  });
});

test("a machine that is edited stands in the form as it is", () => {
  const fields = machineFields(/** @type {any} */ ({
    name: "office", address: "spice://host:5900", groups: ["a", "b"], labels: { os: "Debian", old: "" },
    stored: { version: 3, options: { title: "Front office" }, fault: null },
  }));
  const values = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  assert.equal(values.url, "spice://host:5900");
  assert.equal(values.groups, "a, b");
  assert.deepEqual(labelsOf(String(values.labels)), { os: "Debian", old: "" });
  assert.ok(fields[0].fixed);
});

test("the audit's filter tells networks from words", () => {
  assert.equal(auditQuery("login failed"), "words=login+failed");
  assert.equal(auditQuery("login 10.0.0.0/8"), "words=login&network=10.0.0.0%2F8");
  assert.equal(auditQuery("127.0.0.1"), "network=127.0.0.1");
  assert.equal(auditQuery("  "), "");
});
