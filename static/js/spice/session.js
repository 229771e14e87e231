// @ts-check
// One session with a machine: MAIN first, then a connection for each further channel that is spoken here.

import { causeOf } from "./cause.js";
import { CursorChannel } from "./cursor_channel.js";
import { ChannelType, CommonCap, NotifySeverity } from "./enums.gen.js";
import { InputsChannel } from "./inputs_channel.js";
import { MainChannel } from "./main_channel.js";
import { Right, rightsOf } from "./rights.js";
import { SessionSound } from "./session_sound.js";

/** @typedef {import("../transport/closing.js").Cause} Cause */
/** @typedef {import("../transport/websocket.js").Transport} Transport */

/** What a person waits for, in this order. @typedef {"reach" | "authenticate" | "picture"} Step */

/**
 * The DISPLAY channel lives elsewhere (a worker): all the session knows of it.
 * @typedef {object} Display
 * @property {() => void} close
 * @property {(time: number, audioDelay: number | null) => void} setMultimediaTime  the machine's milliseconds, now; with sound
 *   those that are heard, and by how many milliseconds sound is late
 */

/**
 * @typedef {object} DisplayLink
 * @property {string} url
 * @property {number} connectionId
 * @property {number} channelId
 * @property {string | null} ticket
 * @property {() => void} onfirstframe
 * @property {(end: {code: number, reason: string, error: Error | null}) => void} onclose
 */

/**
 * What a session is made of besides its channels.
 * @typedef {object} Parts
 * @property {(url: string) => Transport} openTransport
 * @property {(link: DisplayLink) => Display} openDisplay
 * @property {import("./session_sound.js").OpenSound | null} openSound  null: no sound is played here
 * @property {import("./cursor_channel.js").Shapes<any>} shapes
 * @property {import("./cursor_channel.js").CursorSink<any>} cursor
 */

/**
 * What a session tells its owner.
 * @typedef {object} SessionEvents
 * @property {(step: Step, milliseconds: number) => void} onstep  a step is done, so long after the beginning
 * @property {() => void} oninputs                    keys and pointer reach the machine from now on
 * @property {(modifiers: number) => void} onmodifiers  KeyboardModifierFlags of the machine
 * @property {(mode: number) => void} onmousemode     MouseMode
 * @property {(name: string) => void} onname
 * @property {(lost: string | null) => void} onsound   the machine has sound; a sentence: it was lost, the session stays
 * @property {(sentence: string) => void} onwarning   something less than the session was lost
 * @property {(sentence: string) => void} onnotice    the machine has something to say
 * @property {(rights: number, sentence: string) => void} onrights  the person may do more from now on: `Right` bits
 * @property {(cause: Cause) => void} onend           once, unless `close` was called
 */

/** What every channel says it can (we take the SPICE ticket and small headers). */
const COMMON_CAPS = [CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER];

export class Session {
  #target;
  #parts;
  #events;
  #began = performance.now();
  #over = false;
  /** @type {MainChannel} */
  #main;
  /** @type {InputsChannel | null} */
  #inputs = null;
  /** @type {Display | null} */
  #display = null;
  /** @type {SessionSound | null} */
  #sound = null;
  /** @type {{close(): void}[]} */
  #others = [];

  /**
   * Begins at once.
   * @param {{url: string, ticket: string | null}} target ticket null: the gateway knows the person by cookie
   * @param {Parts} parts
   * @param {SessionEvents} events
   */
  constructor(target, parts, events) {
    this.#target = target;
    this.#parts = parts;
    this.#events = events;
    this.#main = this.#openMain();
  }

  /** The INPUTS channel once it takes input, else null. */
  get inputs() {
    return this.#inputs?.ready ? this.#inputs : null;
  }

  /** MAIN: name, UUID, agent. */
  get main() {
    return this.#main;
  }

  /** Opens the machine's sound once more, after it was lost. */
  reopenSound() {
    this.#sound?.open();
  }

  /** Ends every channel; no callback follows. */
  close() {
    this.#over = true;
    this.#main.close();
    for (const channel of this.#others.splice(0).reverse()) channel.close();
    this.#inputs = null;
    this.#display = null;
    this.#sound = null;
  }

  #openMain() {
    const transport = this.#parts.openTransport(this.#target.url);
    let connectionId = 0;
    const main = new MainChannel(transport, { commonCaps: COMMON_CAPS, ticket: this.#target.ticket }, {
      oninit: (id) => (connectionId = id),
      onchannels: (channels) => this.#openChannels(channels, connectionId),
      onmousemode: (mode) => this.#events.onmousemode(mode),
      onname: (name) => this.#events.onname(name),
      ontime: (time) => {
        if (!this.#sound?.heard) this.#display?.setMultimediaTime(time, null);
      },
    });
    // The gateway answers the link when it stands with the machine: the first bytes say that it was reached.
    const receive = transport.onmessage;
    transport.onmessage = (data) => {
      transport.onmessage = receive;
      this.#step("reach");
      receive?.(data);
    };
    main.onready = () => this.#step("authenticate");
    main.onclose = (end) => this.#end(causeOf(end));
    main.onnotify = (notice) => this.#notify(notice);
    return main;
  }

  /** @param {{severity: number, what: number, message: Uint8Array}} notice */
  #notify({ severity, what, message }) {
    const rights = rightsOf(what);
    if (rights !== null) {
      this.#events.onrights(rights, textOf(message));
      if (rights & Right.CONTROL) this.#main.claimPointer();
      return;
    }
    // The one warning libspice knows is that keys travel in the clear, which here is the gateway's way to the machine,
    // chosen by who set it up: no business of the person at the screen.
    if (severity === NotifySeverity.WARN) return;
    this.#events.onnotice(`The machine says: ${textOf(message)}`);
  }

  /** @param {import("./main_channel.js").ChannelId[]} channels @param {number} connectionId */
  #openChannels(channels, connectionId) {
    if (this.#others.length > 0) {
      this.#openSound(channels, connectionId); // it may come later
      return;
    }
    const display = Math.min(...channels.filter(({ type }) => type === ChannelType.DISPLAY).map(({ id }) => id));
    if (!Number.isFinite(display)) {
      this.#end({ code: 0, sentence: "The machine has no display to show.", heals: false });
      return;
    }
    /** @param {number} type @param {number} id */
    const offered = (type, id) => channels.some((channel) => channel.type === type && channel.id === id);
    this.#openDisplay(display, connectionId);
    if (offered(ChannelType.INPUTS, 0)) this.#openInputs(connectionId);
    if (offered(ChannelType.CURSOR, display)) this.#openCursor(display, connectionId);
    this.#openSound(channels, connectionId);
  }

  /** @param {number} channelId @param {number} connectionId */
  #openDisplay(channelId, connectionId) {
    this.#display = this.#parts.openDisplay({
      ...this.#target,
      connectionId,
      channelId,
      onfirstframe: () => this.#step("picture"),
      onclose: (end) => this.#end(causeOf(end, "the picture")),
    });
    this.#others.push(this.#display);
    this.#display.setMultimediaTime(this.#main.multimediaTime, null);
  }

  /** @param {number} connectionId */
  #openInputs(connectionId) {
    const inputs = new InputsChannel(this.#parts.openTransport(this.#target.url), this.#link(0, connectionId));
    inputs.onready = (agreed) => {
      inputs.setCapabilities(agreed);
      this.#inputs = inputs;
      this.#events.oninputs();
    };
    inputs.onmodifiers = (modifiers) => this.#events.onmodifiers(modifiers);
    inputs.onclose = (end) => this.#lost(end, "Keyboard and mouse");
    this.#others.push(inputs);
  }

  /** @param {number} id @param {number} connectionId */
  #openCursor(id, connectionId) {
    const { shapes, cursor: sink } = this.#parts;
    const transport = this.#parts.openTransport(this.#target.url);
    const cursor = new CursorChannel(transport, this.#link(id, connectionId), { shapes, sink });
    cursor.onclose = (end) => {
      sink.reset();
      this.#lost(end, "The pointer's shape");
    };
    this.#others.push(cursor);
  }

  /** @param {import("./main_channel.js").ChannelId[]} channels @param {number} connectionId */
  #openSound(channels, connectionId) {
    const found = channels.find(({ type }) => type === ChannelType.PLAYBACK);
    const open = this.#parts.openSound;
    if (!found || !open) return;
    if (this.#sound) {
      this.#sound.open();
      return;
    }
    this.#sound = new SessionSound(open, { ...this.#target, connectionId, channelId: found.id }, {
      ontime: (time, delay) => this.#display?.setMultimediaTime(time, delay),
      onsilence: () => this.#display?.setMultimediaTime(this.#main.multimediaTime, null),
      onstate: (lost) => this.#events.onsound(lost),
    });
    this.#others.push(this.#sound);
  }

  /** @param {number} id @param {number} connectionId */
  #link(id, connectionId) {
    return { id, connectionId, commonCaps: COMMON_CAPS, ticket: this.#target.ticket };
  }

  /** @param {Step} step */
  #step(step) {
    if (!this.#over) this.#events.onstep(step, performance.now() - this.#began);
  }

  /**
   * A channel less than the picture ended. Its own fault costs only it; a lost connection ends the session,
   * which then comes back whole.
   * @param {{code: number, reason: string, error: Error | null}} end
   * @param {string} what
   */
  #lost(end, what) {
    if (end.error) this.#events.onwarning(`${what} stopped: ${causeOf(end, what).sentence}`);
    else this.#end(causeOf(end));
  }

  /** @param {Cause} cause */
  #end(cause) {
    if (this.#over) return;
    this.close();
    this.#events.onend(cause);
  }
}

/** @param {Uint8Array} bytes UTF-8, up to a zero if there is one */
function textOf(bytes) {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
