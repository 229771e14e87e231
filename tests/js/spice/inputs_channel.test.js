import assert from "node:assert/strict";
import { test } from "node:test";

import { ChannelType, InputsCap, MouseButton, MouseButtonMask } from "../../../static/js/spice/enums.gen.js";
import { InputsChannel } from "../../../static/js/spice/inputs_channel.js";
import { FakeServer } from "./fake_server.js";

const INPUTS = ChannelType.INPUTS;

/** A linked INPUTS channel; `caps` are what the machine says it can. */
function linked(caps = [InputsCap.KEY_SCANCODE]) {
  const machine = new FakeServer();
  const inputs = new InputsChannel(machine.transport, { id: 0, connectionId: 1, commonCaps: [0, 1, 3], ticket: null });
  inputs.onready = (agreed) => inputs.setCapabilities(agreed);
  machine.link({ channelCaps: caps.map((cap) => 1 << cap) });
  return { machine, inputs, sent: () => machine.sent(INPUTS).map(([name, fields]) => [name, plain(fields)]) };
}

/** Byte arrays as arrays, for comparison. */
function plain(fields) {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) =>
    [key, value instanceof Uint8Array ? Array.from(value) : value]));
}

test("a machine that takes sequences gets a whole one in one message", () => {
  const { inputs, sent } = linked();
  inputs.sendScancodes([0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5]);
  assert.deepEqual(sent(), [["key_scancode", { data: [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5] }]]);
});

test("a machine that takes none gets a message a keystroke, prefix in the low byte", () => {
  const { inputs, sent } = linked([]);
  inputs.sendScancodes([0x1e]);
  inputs.sendScancodes([0xe0, 0x53]);
  inputs.sendScancodes([0xe0, 0xd3]);
  inputs.sendScancodes([0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5]);
  assert.deepEqual(sent(), [
    ["key_down", { code: 0x1e }],
    ["key_down", { code: 0x53e0 }],
    ["key_up", { code: 0xd3e0 }],
    ["key_down", { code: 0x451de1 }],
    ["key_up", { code: 0xc59de1 }],
  ]);
});

test("the machine tells its lock keys at the beginning and when they change", () => {
  const { machine, inputs } = linked();
  /** @type {number[]} */
  const heard = [];
  inputs.onmodifiers = (modifiers) => heard.push(modifiers);
  machine.send(INPUTS, "init", { keyboard_modifiers: 2 });
  machine.send(INPUTS, "key_modifiers", { modifiers: 6 });
  assert.deepEqual(heard, [2, 6]);
});

test("no more than eight positions are under way, and the latest goes out when the machine answers", () => {
  const { machine, inputs, sent } = linked();
  for (let x = 0; x < 100; x++) inputs.position(x, 5, 0, 0);
  assert.equal(sent().length, 8);
  machine.send(INPUTS, "mouse_motion_ack");
  assert.deepEqual(sent(), [["mouse_position", { x: 99, y: 5, buttons_state: 0, display_id: 0 }]]);
  machine.send(INPUTS, "mouse_motion_ack");
  assert.deepEqual(sent(), []);
});

test("motion that has to wait is summed up, none of it lost", () => {
  const { machine, inputs, sent } = linked();
  for (let i = 0; i < 50; i++) inputs.motion(2, -1, 0);
  machine.send(INPUTS, "mouse_motion_ack");
  const total = sent().reduce(([x, y], [, { dx, dy }]) => [x + dx, y + dy], [0, 0]);
  assert.deepEqual(total, [100, -50]);
});

test("a click goes out at once, after the position it belongs to, even past the window", () => {
  const { inputs, sent } = linked();
  for (let x = 0; x < 20; x++) inputs.position(x, 0, 0, 0);
  sent();
  inputs.press(MouseButton.LEFT, MouseButtonMask.LEFT);
  inputs.release(MouseButton.LEFT, 0);
  assert.deepEqual(sent(), [
    ["mouse_position", { x: 19, y: 0, buttons_state: 0, display_id: 0 }],
    ["mouse_press", { button: MouseButton.LEFT, buttons_state: MouseButtonMask.LEFT }],
    ["mouse_release", { button: MouseButton.LEFT, buttons_state: 0 }],
  ]);
});

test("more answers than messages do not open the window wider", () => {
  const { machine, inputs, sent } = linked();
  for (let i = 0; i < 5; i++) machine.send(INPUTS, "mouse_motion_ack");
  for (let x = 0; x < 100; x++) inputs.position(x, 5, 0, 0);
  assert.equal(sent().length, 8);
});

test("the answer to the fourth pointer message measures the round trip", () => {
  const { machine, inputs } = linked();
  assert.equal(inputs.roundTrip, null);
  for (let x = 0; x < 4; x++) inputs.position(x, 0, 0, 0);
  assert.ok(inputs.silence >= 0);
  machine.send(INPUTS, "mouse_motion_ack");
  assert.ok(inputs.roundTrip >= 0);
  assert.equal(inputs.silence, 0);
});

test("absurd motion stays within what the message can hold", () => {
  const { inputs, sent } = linked();
  for (let i = 0; i < 12; i++) inputs.motion(0x7fffffff, -0x7fffffff, 0);
  inputs.press(MouseButton.LEFT, MouseButtonMask.LEFT);
  const motions = sent().filter(([name]) => name === "mouse_motion");
  assert.deepEqual(motions.at(-1)[1], { dx: 0x7fffffff, dy: -0x7fffffff, buttons_state: 0 });
});

test("what is done before the link stands is not sent late", () => {
  const machine = new FakeServer();
  const inputs = new InputsChannel(machine.transport, { id: 0, connectionId: 1, commonCaps: [0, 1, 3], ticket: null });
  inputs.position(1, 1, 0, 0);
  inputs.sendScancodes([0x1e]);
  machine.link();
  assert.deepEqual(machine.sent(INPUTS), []);
});
