import assert from "node:assert/strict";
import { test } from "node:test";

import { LockKeys } from "../../../static/js/input/lock_keys.js";
import { KeyboardModifierFlags } from "../../../static/js/spice/enums.gen.js";

const { CAPS_LOCK, NUM_LOCK, SCROLL_LOCK } = KeyboardModifierFlags;

/** An event of a computer whose lights are these. */
function event(lights, code = "KeyA") {
  const on = { CapsLock: lights & CAPS_LOCK, NumLock: lights & NUM_LOCK, ScrollLock: lights & SCROLL_LOCK };
  return { code, getModifierState: (key) => on[key] !== 0 && on[key] !== undefined };
}

function locks(platform) {
  /** @type {number[]} */
  const sent = [];
  return { sent, locks: new LockKeys((modifiers) => sent.push(modifiers), platform) };
}

test("the machine takes over this computer's locks at the first event", () => {
  const { sent, locks: keys } = locks();
  keys.machineSays(0);
  keys.observe(event(NUM_LOCK));
  keys.observe(event(NUM_LOCK));
  assert.deepEqual(sent, [NUM_LOCK]);
});

test("nothing is sent before the machine has said what its locks are", () => {
  const { sent, locks: keys } = locks();
  keys.observe(event(CAPS_LOCK));
  assert.deepEqual(sent, []);
  keys.machineSays(0);
  keys.observe(event(CAPS_LOCK));
  assert.deepEqual(sent, [CAPS_LOCK]);
});

test("a lock key pressed here goes to the machine as a key, not as a state too", () => {
  const { sent, locks: keys } = locks();
  keys.machineSays(0);
  keys.observe(event(0));
  keys.observe(event(CAPS_LOCK, "CapsLock"));
  keys.machineSays(CAPS_LOCK);
  keys.observe(event(CAPS_LOCK));
  assert.deepEqual(sent, []);
});

test("a machine that switches its own lock is left alone until focus comes back", () => {
  const { sent, locks: keys } = locks();
  keys.machineSays(0);
  keys.observe(event(0));
  keys.machineSays(CAPS_LOCK);
  keys.observe(event(0));
  assert.deepEqual(sent, []);
  keys.forget();
  keys.observe(event(0));
  assert.deepEqual(sent, [0]);
});

test("a system that never reports Scroll Lock does not switch the machine's off", () => {
  const { sent, locks: keys } = locks();
  keys.machineSays(SCROLL_LOCK);
  keys.observe(event(CAPS_LOCK));
  assert.deepEqual(sent, [CAPS_LOCK | SCROLL_LOCK]);
});

test("a system that once reported Scroll Lock is believed about it", () => {
  const { sent, locks: keys } = locks();
  keys.machineSays(0);
  keys.observe(event(SCROLL_LOCK));
  keys.observe(event(0));
  assert.deepEqual(sent, [SCROLL_LOCK, 0]);
});

test("macOS, which has no Num Lock, does not switch the machine's off", () => {
  const { sent, locks: keys } = locks("mac");
  keys.machineSays(NUM_LOCK);
  keys.observe(event(0));
  assert.deepEqual(sent, []);
});
