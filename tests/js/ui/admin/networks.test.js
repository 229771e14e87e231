import assert from "node:assert/strict";
import { test } from "node:test";

import { isWithin, parseAddress, parseNetwork } from "../../../../static/js/ui/admin/networks.js";

/** @param {string} network @param {string} address */
const within = (network, address) => isWithin(/** @type {any} */ (parseNetwork(network)), address);

test("addresses are in their networks, with or without a port", () => {
  assert.ok(within("10.0.0.0/8", "10.200.3.4"));
  assert.ok(within("10.1.2.3/32", "10.1.2.3:40212"));
  assert.ok(within("0.0.0.0/0", "192.0.2.1"));
  assert.ok(within("2001:db8::/32", "2001:db8:1::9"));
  assert.ok(within("2001:db8::/32", "[2001:db8::1]:443"));
  assert.ok(within("::1/128", "::1"));
});

test("addresses of other networks, of the other family, and what is none are not", () => {
  assert.ok(!within("10.0.0.0/8", "11.0.0.1"));
  assert.ok(!within("10.0.0.128/25", "10.0.0.127"));
  assert.ok(!within("0.0.0.0/0", "::1"));
  assert.ok(!within("10.0.0.0/8", "local"));
  assert.ok(!within("10.0.0.0/8", ""));
});

test("what is no network is not taken for one", () => {
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "256.0.0.0/8", "a/8", "/8", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "1::2::3/64", "1:2:3:4:5:6:7/64", "12345::/16"]) {
    assert.equal(parseNetwork(text), null, text);
  }
});

test("every spelling of an IPv6 address is the same", () => {
  assert.deepEqual(parseAddress("0:0:0:0:0:0:0:1"), parseAddress("::1"));
  assert.deepEqual(parseAddress("2001:DB8::"), parseAddress("2001:db8:0:0:0:0:0:0"));
});
