import assert from "node:assert/strict";
import { test } from "node:test";

import { Keyboard } from "../../../static/js/input/keyboard.js";

/** A person at a keyboard, and the bytes the machine got. */
class Typist {
  /** @type {string[]} */
  got = [];
  #clock = 1000;
  #flags = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };

  constructor(platform) {
    this.keyboard = new Keyboard((bytes) => this.got.push(Buffer.from(bytes).toString("hex")), platform);
  }

  after(milliseconds) {
    this.#clock += milliseconds;
    return this;
  }

  presses(code, options = {}) {
    this.#flag(code, true);
    return this.keyboard.keyDown({ code, repeat: false, timeStamp: this.#clock, ...this.#flags, ...options });
  }

  releases(code) {
    this.#flag(code, false);
    return this.keyboard.keyUp({ code, repeat: false, timeStamp: this.#clock, ...this.#flags });
  }

  /** The machine got exactly this since the last question. */
  sent(...expected) {
    assert.deepEqual(this.got.splice(0), expected);
  }

  #flag(code, down) {
    const flag = { Shift: "shiftKey", Control: "ctrlKey", Alt: "altKey", Meta: "metaKey" }[code.replace(/Left|Right/, "")];
    if (flag) this.#flags[flag] = down;
  }
}

test("the machine hears a key pressed, repeated and released", () => {
  const typist = new Typist();
  assert.equal(typist.presses("KeyA"), true);
  typist.presses("KeyA", { repeat: true });
  typist.releases("KeyA");
  typist.sent("1e", "1e", "9e");
});

test("the page leaves alone a key the machine does not have", () => {
  const typist = new Typist();
  assert.equal(typist.presses("Fn"), false);
  assert.equal(typist.releases("Fn"), false);
  typist.sent();
});

test("a release without a press is not sent", () => {
  const typist = new Typist();
  typist.releases("KeyA");
  typist.sent();
});

test("a key held while the window loses focus is released, in reverse order", () => {
  const typist = new Typist();
  typist.presses("ControlLeft");
  typist.presses("KeyC");
  typist.got.length = 0;
  typist.keyboard.releaseAll();
  typist.sent("ae", "9d");
  typist.releases("KeyC");
  typist.sent();
});

test("Ctrl-Alt-Del has all its make and break codes", () => {
  const typist = new Typist();
  typist.keyboard.chord(["ControlLeft", "AltLeft", "Delete"]);
  typist.sent("1d", "38", "e053", "e0d3", "b8", "9d");
});

test("a chord leaves a modifier down that the person holds", () => {
  const typist = new Typist();
  typist.presses("ControlLeft");
  typist.keyboard.chord(["ControlLeft", "AltLeft", "Delete"]);
  typist.sent("1d", "38", "e053", "e0d3", "b8");
  typist.releases("ControlLeft");
  typist.sent("9d");
});

test("a chord with an unknown key sends nothing and says so", () => {
  const typist = new Typist();
  assert.throws(() => typist.keyboard.chord(["ControlLeft", "Nonsense"]), RangeError);
  typist.sent();
});

test("a sticky key survives the loss of focus and is released when let go", () => {
  const typist = new Typist();
  typist.keyboard.stick("ControlLeft", true);
  typist.presses("KeyC");
  typist.keyboard.releaseAll();
  typist.sent("1d", "2e", "ae");
  typist.keyboard.stick("ControlLeft", false);
  typist.keyboard.stick("ControlLeft", false);
  typist.sent("9d");
});

test("a key both stuck and pressed is sent down once and up once", () => {
  const typist = new Typist();
  typist.presses("ShiftLeft");
  typist.keyboard.stick("ShiftLeft", true);
  typist.releases("ShiftLeft");
  typist.sent("2a");
  typist.presses("ShiftLeft");
  typist.keyboard.stick("ShiftLeft", false);
  typist.sent();
  typist.releases("ShiftLeft");
  typist.sent("aa");
});

test("a modifier whose release went elsewhere is released at the next key", () => {
  const typist = new Typist();
  typist.presses("ShiftLeft");
  typist.presses("KeyA", { shiftKey: false });
  typist.sent("2a", "aa", "1e");
});

test("AltGr on Windows arrives as AltGr alone", () => {
  const typist = new Typist("windows");
  typist.presses("ControlLeft");
  typist.presses("AltRight");
  typist.presses("KeyQ");
  typist.releases("KeyQ");
  typist.releases("ControlLeft");
  typist.releases("AltRight");
  typist.sent("e038", "10", "90", "e0b8");
});

test("AltGr held on Windows repeats without its fake Control", () => {
  const typist = new Typist("windows");
  typist.presses("ControlLeft");
  typist.presses("AltRight");
  typist.after(500).presses("ControlLeft", { repeat: true });
  typist.presses("AltRight", { repeat: true });
  typist.sent("e038", "e038");
});

test("a real Control on Windows arrives with the key that follows it", () => {
  const typist = new Typist("windows");
  typist.presses("ControlLeft");
  typist.after(120).presses("KeyC");
  typist.releases("KeyC");
  typist.releases("ControlLeft");
  typist.sent("1d", "2e", "ae", "9d");
});

test("a real Control on Windows pressed alone arrives after a moment", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const typist = new Typist("windows");
  typist.presses("ControlLeft");
  typist.sent();
  context.mock.timers.tick(50);
  typist.sent("1d");
  typist.releases("ControlLeft");
  typist.sent("9d");
});

test("a real Control and a later AltGr on Windows both arrive", () => {
  const typist = new Typist("windows");
  typist.presses("ControlLeft");
  typist.after(300).presses("AltRight");
  typist.sent("1d", "e038");
});

test("Control and right Alt elsewhere than on Windows are two keys", () => {
  const typist = new Typist("other");
  typist.presses("ControlLeft");
  typist.presses("AltRight");
  typist.sent("1d", "e038");
});

test("Caps Lock on macOS becomes a press and release at both of its halves", () => {
  const typist = new Typist("mac");
  typist.presses("CapsLock");
  typist.sent("3a", "ba");
  typist.releases("CapsLock");
  typist.sent("3a", "ba");
});

test("Command let go on macOS releases the keys whose release it swallowed", () => {
  const typist = new Typist("mac");
  typist.presses("MetaLeft");
  typist.presses("KeyV");
  typist.releases("MetaLeft");
  typist.sent("e05b", "2f", "af", "e0db");
});

test("a lock key held does not toggle again and again", () => {
  const typist = new Typist();
  typist.presses("CapsLock");
  typist.presses("CapsLock", { repeat: true });
  typist.releases("CapsLock");
  typist.sent("3a", "ba");
});

test("Pause is sent whole at its press, once, and nothing at its release", () => {
  const typist = new Typist();
  typist.presses("Pause");
  typist.presses("Pause", { repeat: true });
  typist.releases("Pause");
  typist.sent("e11d45e19dc5");
});

test("Alt+PrintScreen is SysRq, and its release matches its press when Alt went first", () => {
  const typist = new Typist();
  typist.presses("AltLeft");
  typist.presses("PrintScreen");
  typist.releases("AltLeft");
  typist.releases("PrintScreen");
  typist.sent("38", "54", "b8", "d4");
});

test("Print Screen on Windows, of which the page sees only the release, is pressed and released", () => {
  const typist = new Typist("windows");
  typist.releases("PrintScreen");
  typist.sent("e02ae037", "e0b7e0aa");
  typist.presses("PrintScreen");
  typist.releases("PrintScreen");
  typist.sent("e02ae037", "e0b7e0aa");
});

test("nothing is sent for keys of a connection that is gone", () => {
  const typist = new Typist();
  typist.presses("KeyA");
  typist.keyboard.stick("AltLeft", true);
  typist.got.length = 0;
  typist.keyboard.forget();
  typist.keyboard.releaseAll();
  typist.releases("KeyA");
  assert.deepEqual([...typist.keyboard.down], []);
  typist.sent();
});
