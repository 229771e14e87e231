import assert from "node:assert/strict";
import { test } from "node:test";

import { ChannelType, MouseMode } from "../../../static/js/spice/enums.gen.js";
import { MainChannel } from "../../../static/js/spice/main_channel.js";
import { FakeServer } from "./fake_server.js";

const MAIN = ChannelType.MAIN;
const BOTH = MouseMode.SERVER | MouseMode.CLIENT;

const INIT = {
  session_id: 77, display_channels_hint: 1, supported_mouse_modes: BOTH, current_mouse_mode: MouseMode.SERVER,
  agent_connected: 0, agent_tokens: 10, multi_media_time: 5000, ram_hint: 0,
};

function linked() {
  const machine = new FakeServer();
  /** @type {any[]} */
  const told = [];
  const main = new MainChannel(machine.transport, { commonCaps: [0, 1, 3], ticket: null }, {
    oninit: (id) => told.push(["init", id]),
    onchannels: (channels) => told.push(["channels", channels]),
    onmousemode: (mode) => told.push(["mode", mode]),
    onname: (name) => told.push(["name", name]),
  });
  machine.link();
  return { machine, main, told };
}

test("the client asks for its own pointer and for the channels", () => {
  const { machine, told } = linked();
  machine.send(MAIN, "init", INIT);
  assert.deepEqual(machine.sent(MAIN), [["mouse_mode_request", { mode: MouseMode.CLIENT }], ["attach_channels", {}]]);
  assert.deepEqual(told, [["init", 77], ["mode", MouseMode.SERVER]]);
});

test("the client does not ask for a pointer the machine cannot give, until it can", () => {
  const { machine } = linked();
  machine.send(MAIN, "init", { ...INIT, supported_mouse_modes: MouseMode.SERVER });
  assert.deepEqual(machine.sent(MAIN), [["attach_channels", {}]]);
  machine.send(MAIN, "mouse_mode", { supported_modes: BOTH, current_mode: MouseMode.SERVER });
  assert.deepEqual(machine.sent(MAIN), [["mouse_mode_request", { mode: MouseMode.CLIENT }]]);
});

test("a machine that insists on its own pointer is not asked again and again", () => {
  const { machine, told } = linked();
  machine.send(MAIN, "init", INIT);
  machine.sent(MAIN);
  for (let i = 0; i < 3; i++) {
    machine.send(MAIN, "mouse_mode", { supported_modes: BOTH, current_mode: MouseMode.SERVER });
  }
  assert.deepEqual(machine.sent(MAIN), []);
  machine.send(MAIN, "mouse_mode", { supported_modes: BOTH, current_mode: MouseMode.CLIENT });
  assert.deepEqual(told.at(-1), ["mode", MouseMode.CLIENT]);
});

test("the channels list is handed on", () => {
  const { machine, told } = linked();
  const channels = [{ type: 3, id: 0 }, { type: 2, id: 0 }, { type: 250, id: 9 }];
  machine.send(MAIN, "channels_list", { num_of_channels: 3, channels });
  assert.deepEqual(told, [["channels", channels]]);
});

test("name and UUID are read, the name without what follows its end", () => {
  const { machine, main, told } = linked();
  const name = new TextEncoder().encode("Kühlschrank\0junk");
  machine.send(MAIN, "name", { name_len: name.length, name });
  machine.send(MAIN, "uuid", { uuid: Uint8Array.from({ length: 16 }, (_, i) => i) });
  assert.deepEqual(told, [["name", "Kühlschrank"]]);
  assert.equal(main.uuid, "000102030405060708090a0b0c0d0e0f");
});

test("multimedia time goes on from what the machine said", () => {
  const { machine, main } = linked();
  machine.send(MAIN, "multi_media_time", { time: 4294967295 });
  const early = main.multimediaTime;
  assert.ok(early >= 4294967295 || early < 1000);
});

test("an agent comes and goes without harm", () => {
  const { machine, main } = linked();
  machine.send(MAIN, "agent_connected");
  assert.equal(main.agentConnected, true);
  machine.send(MAIN, "agent_disconnected", { error_code: 0 });
  assert.equal(main.agentConnected, false);
  machine.send(MAIN, "agent_connected_tokens", { num_tokens: 10 });
  assert.equal(main.agentConnected, true);
});
