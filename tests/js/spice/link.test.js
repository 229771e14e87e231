import assert from "node:assert/strict";
import { constants, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { test } from "node:test";

import { fromWords, toWords } from "../../../static/js/spice/caps.js";
import { LinkErr } from "../../../static/js/spice/enums.gen.js";
import { LinkRefused, ProtocolError } from "../../../static/js/spice/errors.js";
import { LinkClient } from "../../../static/js/spice/link.js";
import { linkHeader, linkReply, linkResult } from "./link_bytes.js";

const pair = generateKeyPairSync("rsa", { modulusLength: 1024 });
const key = new Uint8Array(pair.publicKey.export({ type: "spki", format: "der" }));
const OURS = { connectionId: 7, type: 2, id: 3, commonCaps: [0, 1, 3], caps: [1, 2, 33], ticket: /** @type {string | null} */ (null) };

/** @param {Partial<typeof OURS>} [options] */
function client(options = {}) {
  const link = new LinkClient({ ...OURS, ...options });
  link.dataToSend();
  return link;
}

/** @param {LinkClient} link @param {Uint8Array} bytes @param {number} [piece] */
function feed(link, bytes, piece = 1) {
  let linked = null;
  for (let at = 0; at < bytes.length; at += piece) linked = link.receive(bytes.subarray(at, at + piece)) ?? linked;
  return linked;
}

test("client asks for its channel first", () => {
  const [bytes] = new LinkClient(OURS).dataToSend();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 4)), "REDQ");
  assert.deepEqual([4, 8, 12, 16].map((at) => view.getUint32(at, true)), [2, 2, 30, 7]);
  assert.deepEqual([...bytes.subarray(20, 22)], [2, 3]);
  assert.deepEqual([22, 26, 30, 34, 38, 42].map((at) => view.getUint32(at, true)), [1, 2, 18, 0b1011, 0b110, 2]);
});

for (const piece of [1, 5, 4096]) {
  test(`client links with zeros for a ticket, from pieces of ${piece}`, () => {
    const link = client();
    assert.equal(feed(link, linkReply({ key, common: [0b1011], channel: [0b100] }), piece), null);
    assert.deepEqual(link.dataToSend().map((bytes) => [...bytes]), [[1, 0, 0, 0], Array(128).fill(0)]);
    assert.deepEqual(feed(link, linkResult(LinkErr.OK), piece), { mini: true, commonCaps: [0, 1, 3], caps: [2] });
  });
}

test("client hands on what came behind the link", () => {
  const link = client();
  const linked = link.receive(Uint8Array.of(...linkReply({ key, common: [0b1011] }), ...linkResult(0), 9, 8, 7));
  assert.ok(linked);
  assert.deepEqual([...link.trailing()], [9, 8, 7]);
});

test("client encrypts a ticket that the server can read", () => {
  const link = client({ ticket: "one time" });
  feed(link, linkReply({ key, common: [0b1011] }));
  const [, ticket] = link.dataToSend();
  const options = { key: pair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" };
  assert.equal(privateDecrypt(options, ticket).toString(), "one time\0");
});

test("client leaves the mechanism out for a server without AUTH_SELECTION, and mini headers for one without them", () => {
  const link = client();
  feed(link, linkReply({ key, common: [] }));
  assert.deepEqual(link.dataToSend().map((bytes) => bytes.length), [128]);
  assert.equal(feed(link, linkResult(0))?.mini, false);
});

test("client says that a server wants SASL only", () => {
  assert.throws(() => feed(client(), linkReply({ key, common: [0b101] })), LinkRefused);
});

for (const [name, code] of Object.entries(LinkErr).filter(([, code]) => code !== 0)) {
  test(`client reports ${name} as request's and as ticket's answer, in a sentence`, () => {
    const isRefusal = (/** @type {any} */ error) =>
      error instanceof LinkRefused && error.code === code && /^[A-Z].+\.$/.test(error.message);
    assert.throws(() => feed(client(), linkReply({ error: code })), isRefusal);
    const link = client();
    feed(link, linkReply({ key, common: [0b1011] }));
    assert.throws(() => feed(link, linkResult(code)), isRefusal);
  });
}

const HOSTILE = {
  "wrong magic": linkHeader(178, { magic: "HTTP" }),
  "version 1": linkHeader(178, { major: 1 }),
  "a short reply": linkHeader(177),
  "a reply beyond the limit": linkHeader(4097),
  "a reply of 4 GiB": linkHeader(0xffffffff),
  "2^32-1 capability words": linkReply({ key, counts: [0xffffffff, 0] }),
  "counts that wrap": linkReply({ key, counts: [0x80000000, 0x80000000] }),
  "capabilities over the key": linkReply({ key, common: [1], offset: 4 }),
  "capabilities past the end": linkReply({ key, common: [1], offset: 179 }),
};
for (const [what, bytes] of Object.entries(HOSTILE)) {
  for (const piece of [1, 4096]) {
    test(`client ends on ${what}, from pieces of ${piece}`, () => {
      assert.throws(() => feed(client(), bytes, piece), ProtocolError);
    });
  }
}

test("client with a password ends on a key of zeros", () => {
  assert.throws(() => feed(client({ ticket: "x" }), linkReply({ common: [0b1011] })), ProtocolError);
});

test("capability numbers survive the way through words", () => {
  assert.deepEqual(toWords([]), []);
  assert.deepEqual(toWords([31, 32]), [0x80000000, 1]);
  assert.deepEqual(fromWords(toWords([0, 5, 31, 32, 64])), [0, 5, 31, 32, 64]);
});
