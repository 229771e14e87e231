import assert from "node:assert/strict";
import { test } from "node:test";

import { ChannelType, CursorFlags, InputsCap, MouseMode, NotifySeverity } from "../../../static/js/spice/enums.gen.js";
import { Right } from "../../../static/js/spice/rights.js";
import { Session } from "../../../static/js/spice/session.js";
import { FakeServer } from "./fake_server.js";
import { linkReply } from "./link_bytes.js";

const { MAIN, DISPLAY, INPUTS, CURSOR, PLAYBACK } = ChannelType;
const USUAL = [[MAIN, 0], [DISPLAY, 0], [INPUTS, 0], [CURSOR, 0], [PLAYBACK, 0]];

/** A machine with its channels, a session with it, and all that the session told. */
class Meeting {
  /** @type {FakeServer[]} in the order they were opened: MAIN, INPUTS, CURSOR */
  connections = [];
  /** @type {any[]} */
  told = [];
  /** @type {any} the display's link, as the worker gets it */
  display = null;
  displayClosed = false;
  /** @type {number[]} multimedia times the display was told */
  times = [];
  /** @type {any[]} the delays of sound that came with them */
  delays = [];
  /** @type {any[]} links of the machine's sound, in the order they were opened */
  sounds = [];
  soundClosed = 0;

  constructor({ sound = true } = {}) {
    const tell = (name) => (...args) => this.told.push([name, ...args]);
    const nothing = () => {};
    this.session = new Session({ url: "ws://gateway/ws/m", ticket: null }, {
      openTransport: (url) => {
        assert.equal(url, "ws://gateway/ws/m");
        this.connections.push(new FakeServer());
        return this.connections.at(-1).transport;
      },
      openDisplay: (link) => {
        this.display = link;
        return {
          close: () => (this.displayClosed = true),
          setMultimediaTime: (time, delay) => {
            this.times.push(time);
            this.delays.push(delay);
          },
        };
      },
      openSound: sound ? (link) => this.#openSound(link) : null,
      shapes: { resolve: () => null, forget: nothing, clear: nothing },
      cursor: { setShape: nothing, setVisible: nothing, moveTo: nothing, reset: tell("cursor reset") },
    }, {
      onstep: (step) => this.told.push(["step", step]),
      oninputs: tell("inputs"),
      onmodifiers: tell("modifiers"),
      onmousemode: tell("mode"),
      onname: tell("name"),
      onsound: tell("sound"),
      onwarning: tell("warning"),
      onnotice: tell("notice"),
      onrights: tell("rights"),
      onend: tell("end"),
    });
  }

  #openSound(link) {
    this.sounds.push(link);
    return { close: () => (this.soundClosed += 1) };
  }

  get main() {
    return this.connections[0];
  }

  /** MAIN links and lists these channels. */
  begin(channels = USUAL) {
    this.main.link();
    this.main.send(MAIN, "init", {
      session_id: 4711, display_channels_hint: 1, supported_mouse_modes: 3, current_mouse_mode: MouseMode.CLIENT,
      agent_connected: 0, agent_tokens: 0, multi_media_time: 0, ram_hint: 0,
    });
    this.main.send(MAIN, "channels_list", {
      num_of_channels: channels.length, channels: channels.map(([type, id]) => ({ type, id })),
    });
    return this;
  }

  /** All connections the session has closed. */
  get closed() {
    return this.connections.filter(({ closedWith }) => closedWith !== null).length;
  }
}

test("the session tells its steps in order", () => {
  const meeting = new Meeting().begin();
  meeting.display.onfirstframe();
  assert.deepEqual(meeting.told.filter(([what]) => what === "step").map(([, step]) => step),
    ["reach", "authenticate", "picture"]);
});

test("each channel that is spoken gets its own connection with the session's id", () => {
  const meeting = new Meeting().begin();
  assert.equal(meeting.connections.length, 3);
  assert.deepEqual([meeting.display.connectionId, meeting.display.channelId], [4711, 0]);
  const [, inputs, cursor] = meeting.connections.map((connection) => {
    connection.open();
    const request = new DataView(Uint8Array.from(connection.received).buffer);
    return [request.getUint32(16, true), request.getUint8(20), request.getUint8(21)];
  });
  assert.deepEqual(inputs, [4711, INPUTS, 0]);
  assert.deepEqual(cursor, [4711, CURSOR, 0]);
});

test("the display is told the machine's clock at its beginning and whenever MAIN says it", () => {
  const meeting = new Meeting().begin();
  assert.equal(meeting.times.length, 1);
  meeting.main.send(MAIN, "multi_media_time", { time: 123456 });
  assert.equal(meeting.times[1], 123456);
});

test("the machine's sound is opened with the session's id, where it can be played", () => {
  const meeting = new Meeting().begin();
  assert.deepEqual(meeting.sounds.map(({ connectionId, channelId }) => [connectionId, channelId]), [[4711, 0]]);
  assert.ok(meeting.told.some(([what, lost]) => what === "sound" && lost === null));
  assert.equal(new Meeting({ sound: false }).begin().told.some(([what]) => what === "sound"), false);
  assert.equal(new Meeting().begin([[DISPLAY, 0]]).sounds.length, 0);
});

test("while sound is heard the display follows it, and MAIN's clock otherwise", () => {
  const meeting = new Meeting().begin();
  const [sound] = meeting.sounds;
  sound.ontime(5000, 60);
  meeting.main.send(MAIN, "multi_media_time", { time: 7000 });
  assert.deepEqual([meeting.times.at(-1), meeting.delays.at(-1)], [5000, 60]);
  sound.onsilence();
  assert.ok(meeting.times.at(-1) >= 7000);
  assert.equal(meeting.delays.at(-1), null);
});

test("lost sound costs the sound, says why and can be had again", () => {
  const meeting = new Meeting().begin();
  const lost = () => meeting.told.filter(([what]) => what === "sound").at(-1)[1];
  meeting.sounds[0].onclose({ code: 4005, reason: "The machine closed the session.", error: null });
  assert.match(lost(), /^The machine took its sound away/);
  meeting.session.reopenSound();
  assert.equal(meeting.sounds.length, 2);
  assert.equal(lost(), null);
  meeting.session.reopenSound();
  assert.equal(meeting.sounds.length, 2, "it is there");
  meeting.sounds[1].onclose({ code: 4004, reason: "", error: new Error("boom") });
  assert.equal(lost(), "The sound stopped: The sound failed: boom.");
  assert.equal(meeting.told.some(([what]) => what === "end"), false);
});

test("sound that the machine brings later, or again, is opened when it is announced", () => {
  const meeting = new Meeting().begin([[DISPLAY, 0]]);
  const announce = () => meeting.main.send(MAIN, "channels_list", { num_of_channels: 1, channels: [{ type: PLAYBACK, id: 3 }] });
  announce();
  announce();
  assert.deepEqual(meeting.sounds.map(({ connectionId, channelId }) => [connectionId, channelId]), [[4711, 3]]);
  meeting.sounds[0].onclose({ code: 4005, reason: "", error: null });
  announce();
  assert.equal(meeting.sounds.length, 2);
  assert.equal(meeting.connections.length, 1, "nothing else is opened");
});

test("a session that ends closes its sound", () => {
  const meeting = new Meeting().begin();
  meeting.session.close();
  assert.equal(meeting.soundClosed, 1);
  meeting.session.reopenSound();
  assert.equal(meeting.sounds.length, 1);
});

test("a second channels list opens nothing twice", () => {
  const meeting = new Meeting().begin();
  meeting.main.send(MAIN, "channels_list", { num_of_channels: 1, channels: [{ type: DISPLAY, id: 0 }] });
  assert.equal(meeting.connections.length, 3);
});

test("the session shows the first display and the cursor that belongs to it", () => {
  const meeting = new Meeting().begin([[DISPLAY, 2], [DISPLAY, 1], [CURSOR, 2], [CURSOR, 1]]);
  assert.equal(meeting.display.channelId, 1);
  assert.equal(meeting.connections.length, 2);
});

test("keys go to the machine only while INPUTS stands", () => {
  const meeting = new Meeting().begin();
  assert.equal(meeting.session.inputs, null);
  meeting.connections[1].link({ channelCaps: [1 << InputsCap.KEY_SCANCODE] });
  meeting.session.inputs.sendScancodes([0xe0, 0x53]);
  assert.deepEqual(meeting.connections[1].sent(INPUTS).map(([name]) => name), ["key_scancode"]);
  assert.ok(meeting.told.some(([what]) => what === "inputs"));
});

test("a machine without a display is said to have none", () => {
  const meeting = new Meeting().begin([[INPUTS, 0]]);
  assert.deepEqual(meeting.told.at(-1), ["end", { code: 0, sentence: "The machine has no display to show.", heals: false }]);
  assert.equal(meeting.main.closedWith, 1000);
});

test("when the machine closes, everything closes and the end is told once", () => {
  const meeting = new Meeting().begin();
  meeting.main.hangUp(4005, "The machine closed the session.");
  meeting.display.onclose({ code: 4005, reason: "The machine closed the session.", error: null });
  const ends = meeting.told.filter(([what]) => what === "end");
  assert.deepEqual(ends, [["end", { code: 4005, sentence: "The machine closed the session.", heals: true }]]);
  assert.equal(meeting.displayClosed, true);
  assert.equal(meeting.closed, 3);
});

test("a lost connection of any channel ends the session, which can come back", () => {
  for (const index of [0, 1, 2]) {
    const meeting = new Meeting().begin();
    meeting.connections[index].hangUp(1006, "");
    const [, cause] = meeting.told.find(([what]) => what === "end");
    assert.deepEqual([cause.code, cause.heals], [1006, true]);
  }
});

test("a broken cursor costs the pointer's shape, not the session", () => {
  const meeting = new Meeting().begin();
  const cursor = meeting.connections[2];
  cursor.link();
  cursor.send(CURSOR, "set", { position: { x: 0, y: 0 }, visible: 1, cursor: { flags: CursorFlags.NONE, header: null, data: new Uint8Array(0) } });
  assert.equal(meeting.told.some(([what]) => what === "end"), false);
  assert.match(meeting.told.find(([what]) => what === "warning")[1], /^The pointer's shape stopped/);
});

test("a broken picture ends the session with a sentence and is not tried again", () => {
  const meeting = new Meeting().begin();
  meeting.display.onclose({ code: 4004, reason: "", error: new Error("boom") });
  const [, cause] = meeting.told.at(-1);
  assert.deepEqual([cause.heals, cause.sentence], [false, "The picture failed: boom."]);
});

test("a refused link says why, and the gateway's own sentence wins", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const meeting = new Meeting();
  meeting.main.open();
  meeting.main.write(linkReply({ error: 7 }));
  context.mock.timers.tick(2000);
  const [, cause] = meeting.told.at(-1);
  assert.equal(cause.heals, false);
  assert.match(cause.sentence, /denied/);
});

test("a refusal because the machine is away heals", () => {
  const meeting = new Meeting();
  meeting.main.open();
  meeting.main.write(linkReply({ error: 1 }));
  meeting.main.hangUp(4001, "The machine does not answer.");
  assert.deepEqual(meeting.told.at(-1), ["end", { code: 4001, sentence: "The machine does not answer.", heals: true }]);
});

test("what the machine has to say is handed on", () => {
  const meeting = new Meeting().begin();
  const says = (severity, text) => {
    const message = new TextEncoder().encode(text);
    meeting.main.send(MAIN, "notify", {
      time_stamp: 0n, severity, visibilty: 2, what: 0, message_len: message.length, message,
    });
  };
  says(NotifySeverity.ERROR, "disk on fire\0");
  says(NotifySeverity.WARN, "keyboard channel is insecure\0");
  assert.deepEqual(meeting.told.at(-1), ["notice", "The machine says: disk on fire"]);
});

test("rights that the gateway gave are told, and with control the person's own pointer is asked for again", () => {
  const meeting = new Meeting().begin();
  const message = new TextEncoder().encode("You may do more.\0");
  /** @param {number} rights */
  const gives = (rights) => {
    meeting.main.sent(MAIN);
    const what = (0x5347 << 16 | rights) >>> 0;
    meeting.main.send(MAIN, "notify", { time_stamp: 0n, severity: NotifySeverity.INFO, visibilty: 1, what, message_len: message.length, message });
    return meeting.main.sent(MAIN);
  };
  meeting.main.send(MAIN, "mouse_mode", { supported_modes: 3, current_mode: MouseMode.SERVER });
  assert.deepEqual(gives(Right.VIEW | Right.FILES), []);
  assert.deepEqual(meeting.told.at(-1), ["rights", 17, "You may do more."]);
  assert.deepEqual(gives(Right.VIEW | Right.CONTROL), [["mouse_mode_request", { mode: MouseMode.CLIENT }]]);
  assert.deepEqual(meeting.told.slice(-2), [["rights", 3, "You may do more."], ["mode", MouseMode.SERVER]]);
});

test("a session that is closed here tells nothing more", () => {
  const meeting = new Meeting().begin();
  meeting.told.length = 0;
  meeting.session.close();
  meeting.main.transport.onclose?.({ code: 1006, reason: "" });
  meeting.display.onfirstframe();
  assert.deepEqual(meeting.told, []);
});
