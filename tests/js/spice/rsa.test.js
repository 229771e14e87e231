import assert from "node:assert/strict";
import { constants, createHash, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { test } from "node:test";

import { ProtocolError, UsageError } from "../../../static/js/spice/errors.js";
import { encryptTicket, parsePublicKey } from "../../../static/js/spice/rsa.js";
import { sha1 } from "../../../static/js/spice/sha1.js";

const pair = generateKeyPairSync("rsa", { modulusLength: 1024 });
const publicKey = new Uint8Array(pair.publicKey.export({ type: "spki", format: "der" }));

/** @param {Uint8Array} ticket */
function decrypt(ticket) {
  const options = { key: pair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" };
  return privateDecrypt(options, ticket).toString();
}

test("sha1 agrees with OpenSSL at every length around a block", () => {
  for (let size = 0; size < 200; size++) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7 + size);
    assert.deepEqual([...sha1(bytes)], [...createHash("sha1").update(bytes).digest()]);
  }
});

for (const password of ["", "secret", "x".repeat(60), "pässwörd €"]) {
  test(`OpenSSL reads the ticket for a password of ${password.length} characters`, () => {
    assert.equal(publicKey.length, 162);
    assert.equal(decrypt(encryptTicket(password, publicKey)), `${password}\0`);
  });
}

test("a ticket has 128 bytes, leading zeros included, and no two are alike", () => {
  const tickets = Array.from({ length: 300 }, () => encryptTicket("x", publicKey));
  assert.ok(tickets.every((ticket) => ticket.length === 128));
  assert.ok(tickets.every((ticket) => decrypt(ticket) === "x\0"));
  assert.equal(new Set(tickets.map(String)).size, tickets.length);
});

test("a password that no ticket holds is refused", () => {
  for (const password of ["x".repeat(61), "€".repeat(21), "a\0b"]) {
    assert.throws(() => encryptTicket(password, publicKey), UsageError);
  }
});

test("bytes behind a key are ignored", () => {
  const { modulus } = parsePublicKey(Uint8Array.of(...publicKey, 0, 0, 0));
  assert.equal(modulus, parsePublicKey(publicKey).modulus);
});

test("a key that is none raises a protocol error, cut or changed anywhere", () => {
  const longer = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" });
  for (const bytes of [new Uint8Array(162), new Uint8Array(0), new Uint8Array(longer)]) {
    assert.throws(() => parsePublicKey(bytes), ProtocolError);
  }
  for (let cut = 0; cut < publicKey.length; cut++) {
    assert.throws(() => parsePublicKey(publicKey.subarray(0, cut)), ProtocolError);
  }
  for (let at = 0; at < publicKey.length; at++) {
    const changed = publicKey.slice();
    changed[at] ^= 0xff;
    try {
      encryptTicket("x", changed);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
});
