import assert from "node:assert/strict";
import { test } from "node:test";

import { browserOf } from "../../../../static/js/ui/account/browsers.js";
import { ticketState } from "../../../../static/js/ui/account/kinds.js";

test("browsers are told by their names, though most claim to be others", () => {
  assert.equal(browserOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"), "Chrome on Linux");
  assert.equal(browserOf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"), "Edge on Windows");
  assert.equal(browserOf("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"), "Firefox on Android");
  assert.equal(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"), "Safari on iOS");
  assert.equal(browserOf("curl/8.1"), "curl/8.1");
  assert.equal(browserOf(""), "Unknown");
});

test("a ticket is open until it is used, revoked or too old", () => {
  const soon = new Date(Date.now() + 60_000).toISOString();
  const before = new Date(Date.now() - 60_000).toISOString();
  /** @param {object} more */
  const ticket = (more) => /** @type {any} */ ({ expires_at: soon, used_at: null, revoked_at: null, ...more });
  assert.equal(ticketState(ticket({})), "open");
  assert.equal(ticketState(ticket({ expires_at: before })), "expired");
  assert.equal(ticketState(ticket({ used_at: before })), "used");
  assert.equal(ticketState(ticket({ used_at: before, revoked_at: before })), "revoked");
});
