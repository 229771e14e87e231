import assert from "node:assert/strict";
import { test } from "node:test";

import { keyBytes, SCANCODES } from "../../../static/js/input/scancodes.js";

/** The 105 keys of a European PC keyboard, by row. */
const PC_105 = [
  "Escape F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 PrintScreen ScrollLock Pause",
  "Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace",
  "Insert Home PageUp NumLock NumpadDivide NumpadMultiply NumpadSubtract",
  "Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter",
  "Delete End PageDown Numpad7 Numpad8 Numpad9 NumpadAdd",
  "CapsLock KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash Numpad4 Numpad5 Numpad6",
  "ShiftLeft IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight ArrowUp",
  "Numpad1 Numpad2 Numpad3 NumpadEnter",
  "ControlLeft MetaLeft AltLeft Space AltRight MetaRight ContextMenu ControlRight",
  "ArrowLeft ArrowDown ArrowRight Numpad0 NumpadDecimal",
].join(" ").split(" ");

test("every key of a 105-key keyboard has bytes, and no two keys the same", () => {
  assert.equal(PC_105.length, 105);
  const seen = new Map();
  for (const code of PC_105) {
    const bytes = keyBytes(code);
    assert.ok(bytes, code);
    const key = bytes.make.join();
    assert.equal(seen.get(key), undefined, `${code} and ${seen.get(key)} send the same`);
    seen.set(key, code);
  }
});

test("a release is the press with the top bit of its last byte, prefix kept", () => {
  for (const code of Object.keys(SCANCODES)) {
    const { make, break: release } = keyBytes(code);
    const expected = [...make];
    expected[expected.length - 1] |= 0x80;
    assert.deepEqual(release, expected, code);
  }
});

test("the table says what the keyboard reference says", () => {
  assert.deepEqual(keyBytes("KeyA"), { make: [0x1e], break: [0x9e] });
  assert.deepEqual(keyBytes("Delete"), { make: [0xe0, 0x53], break: [0xe0, 0xd3] });
  assert.deepEqual(keyBytes("ControlRight"), { make: [0xe0, 0x1d], break: [0xe0, 0x9d] });
  assert.deepEqual(keyBytes("IntlBackslash"), { make: [0x56], break: [0xd6] });
  assert.deepEqual(keyBytes("IntlYen"), { make: [0x7d], break: [0xfd] });
  assert.deepEqual(keyBytes("NumpadEnter").make, [0xe0, 0x1c]);
});

test("pause goes out whole when pressed, and Ctrl+Pause is break", () => {
  assert.deepEqual(keyBytes("Pause"), { make: [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5], break: [] });
  assert.deepEqual(keyBytes("Pause", { ctrl: true }), { make: [0xe0, 0x46, 0xe0, 0xc6], break: [] });
});

test("print screen fakes a shift alone, none with shift or control, and is SysRq with Alt", () => {
  assert.deepEqual(keyBytes("PrintScreen"), { make: [0xe0, 0x2a, 0xe0, 0x37], break: [0xe0, 0xb7, 0xe0, 0xaa] });
  assert.deepEqual(keyBytes("PrintScreen", { shift: true }), { make: [0xe0, 0x37], break: [0xe0, 0xb7] });
  assert.deepEqual(keyBytes("PrintScreen", { ctrl: true }), { make: [0xe0, 0x37], break: [0xe0, 0xb7] });
  assert.deepEqual(keyBytes("PrintScreen", { alt: true, ctrl: true }), { make: [0x54], break: [0xd4] });
});

test("a code that no PC keyboard has gives nothing, not even an inherited name", () => {
  for (const code of ["", "Unidentified", "Fn", "constructor", "toString", "__proto__"]) {
    assert.equal(keyBytes(code), undefined, code);
  }
});
