/** The server's side of one channel, over a transport under the test's hand: verbs as the protocol's. */
import { clientMessage, decode, encode, serverMessageByName } from "../../../static/js/spice/codec.js";
import { MessageReader, frame } from "../../../static/js/spice/framing.js";
import { linkReply, linkResult } from "./link_bytes.js";

const MINI_HEADER = 0b1000;
const WITHOUT_TICKET = 0b0011;

export class FakeServer {
  /** What the channel was closed with by its own side. @type {number | null} */
  closedWith = null;
  /** Bytes of the client that nobody has looked at. @type {number[]} */
  received = [];
  /** @type {any} */
  transport;
  #piece;
  #mini;
  #serial = 0;
  /** @type {MessageReader | null} */
  #reader = null;

  /** @param {{piece?: number, mini?: boolean}} [options] `piece`: the most bytes that arrive at once */
  constructor({ piece = Infinity, mini = true } = {}) {
    this.#piece = piece;
    this.#mini = mini;
    this.transport = {
      send: (/** @type {Uint8Array} */ bytes) => (this.#reader ? this.#reader.push(bytes.slice()) : this.received.push(...bytes)),
      close: (/** @type {number} */ code) => (this.closedWith ??= code),
      onopen: null,
      onmessage: null,
      onclose: null,
    };
  }

  /** The connection opens, the channel asks, and the server says yes to everything. @param {{channelCaps?: number[], trailing?: Uint8Array}} [options] */
  link({ channelCaps = [], trailing = new Uint8Array(0) } = {}) {
    this.open();
    this.write(linkReply({ common: [WITHOUT_TICKET | (this.#mini ? MINI_HEADER : 0)], channel: channelCaps }));
    this.#reader = new MessageReader({ channelType: 2, mini: this.#mini });
    this.write(Uint8Array.of(...linkResult(0), ...trailing));
  }

  open() {
    this.transport.onopen();
  }

  /** @param {Uint8Array} bytes */
  write(bytes) {
    for (let at = 0; at < bytes.length; at += this.#piece) {
      this.transport.onmessage(bytes.slice(at, at + this.#piece).buffer);
    }
  }

  /** One message, as bytes. @param {number} type @param {string} name @param {object} [fields] */
  message(type, name, fields = {}) {
    const definition = serverMessageByName(type, name);
    if (!definition) throw new Error(`no server message ${name}`);
    return this.raw(definition.number, encode(definition, fields));
  }

  /** @param {number} number @param {Uint8Array} [payload] */
  raw(number, payload = new Uint8Array(0)) {
    return frame(number, payload, { mini: this.#mini, serial: ++this.#serial });
  }

  /** @param {number} type @param {string} name @param {object} [fields] */
  send(type, name, fields) {
    this.write(this.message(type, name, fields));
  }

  /** What the client has sent since the last look. @param {number} type @returns {any[]} `[name, fields]` each */
  sent(type) {
    const found = [];
    for (let message = this.#reader?.read(); message; message = this.#reader?.read()) {
      const definition = clientMessage(type, message.number);
      if (!definition) throw new Error(`no client message ${message.number}`);
      found.push([definition.name, decode(definition, message.payload)]);
    }
    return found;
  }

  /** The connection ends from the server's side. @param {number} code @param {string} reason */
  hangUp(code, reason) {
    this.transport.onclose({ code, reason });
  }
}
