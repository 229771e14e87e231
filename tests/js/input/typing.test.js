import assert from "node:assert/strict";
import { test } from "node:test";

import { SCANCODES } from "../../../static/js/input/scancodes.js";
import { change, keysOf } from "../../../static/js/input/typing.js";

test("every character of ASCII has a key of the machine's", () => {
  for (let code = 0x20; code < 0x7f; code++) {
    const keys = keysOf(String.fromCharCode(code));
    assert.ok(keys, String.fromCharCode(code));
    assert.ok(keys.every((key) => key in SCANCODES));
  }
  assert.deepEqual(keysOf("\n"), ["Enter"]);
  assert.deepEqual(keysOf("A"), ["ShiftLeft", "KeyA"]);
  assert.deepEqual(keysOf("@"), ["ShiftLeft", "Digit2"]);
});

test("a phone's curly quotes and dashes are typed as the keyboard has them", () => {
  assert.deepEqual(keysOf("\u2019"), ["Quote"]);
  assert.deepEqual(keysOf("\u201d"), ["ShiftLeft", "Quote"]);
  assert.deepEqual(keysOf("\u2014"), ["Minus"]);
});

test("what no key types is said to have none", () => {
  for (const character of ["ü", "漢", "🙂", ""]) assert.equal(keysOf(character), null);
});

test("with the machine's Caps Lock on, letters are typed in the other case, and nothing else is", () => {
  assert.deepEqual(keysOf("a", true), ["ShiftLeft", "KeyA"]);
  assert.deepEqual(keysOf("A", true), ["KeyA"]);
  assert.deepEqual(keysOf("1", true), ["Digit1"]);
});

test("what an input method changes is erased and written anew", () => {
  assert.deepEqual(change("__he", "__hel"), { erased: 0, added: ["l"] });
  assert.deepEqual(change("__teh", "__the "), { erased: 2, added: ["h", "e", " "] });
  assert.deepEqual(change("__", "_"), { erased: 1, added: [] });
  assert.deepEqual(change("_", "_🙂"), { erased: 0, added: ["🙂"] });
});
