// @ts-check
/**
 * One SPICE channel over one transport: the link, then messages in strict order to the methods of a subclass.
 *
 * A subclass names its handlers after the messages (`on_draw_copy(message)`, names of the catalogue) and sends with
 * `send("key_down", {code})`. A handler that returns a promise holds back everything behind it. A message without a
 * handler is counted and reported, never fatal; a message that cannot be decoded ends this channel.
 */
import { clientMessageByName, decode, encode, serverMessage } from "./codec.js";
import { LinkRefused, UsageError } from "./errors.js";
import { LIST, MessageReader, frame } from "./framing.js";
import { LinkClient } from "./link.js";

/**
 * What carries bytes. `close` may be called more than once; `onclose` tells that the other side or the network closed.
 * @typedef {object} Transport
 * @property {(bytes: Uint8Array) => void} send
 * @property {(code?: number) => void} close
 * @property {(() => void) | null} onopen
 * @property {((data: ArrayBuffer) => void) | null} onmessage
 * @property {((event: {code: number, reason: string}) => void) | null} onclose
 */

/** @typedef {import("./link.js").LinkOptions & {serials?: import("./serial_board.js").SerialBoard}} ChannelOptions */

/**
 * @typedef {object} Counters `unknown` counts by message number
 * @property {number} messagesIn
 * @property {number} bytesIn
 * @property {number} messagesOut
 * @property {number} bytesOut
 * @property {Record<number, number>} unknown
 */

/** WebSocket close codes of ours: the peer broke the protocol; the link was refused. */
export const CLOSE_PROTOCOL = 4004;
export const CLOSE_REFUSED = 4003;
const REFUSAL_GRACE_MS = 1000;

export class Channel {
  /** @type {(ready: {commonCaps: number[], caps: number[]}) => void} */
  onready = () => {};
  /** It is over, and not by `close`. @type {(end: {code: number, reason: string, error: Error | null}) => void} */
  onclose = () => {};
  /** What ended the channel; `onclose` follows. @type {(error: Error) => void} */
  onerror = () => {};
  /** A message that nobody handles. @type {(unknown: {number: number, size: number}) => void} */
  onunknown = () => {};
  /** The server has something to say. @type {(notice: any) => void} */
  onnotify = () => {};
  /** The server is about to close, with a `LinkErr`. @type {(message: any) => void} */
  ondisconnecting = () => {};

  /** @type {Counters} */
  counters = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0, unknown: {} };

  #transport;
  #options;
  /** @type {LinkClient | null} */
  #link;
  /** @type {MessageReader | null} */
  #reader = null;
  /** @type {Map<number, {definition: any, handle: ((message: any) => any)} | null>} */
  #handlers = new Map();
  #mini = true;
  #serial = 0;
  #waiting = false;
  #over = false; // nothing is handled or sent any more
  #finished = false; // and the owner knows
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #grace;
  #ackWindow = 0;
  #unacked = 0;
  /** @type {Error | null} */
  #error = null;

  /**
   * @param {Transport} transport not open yet
   * @param {ChannelOptions} options
   */
  constructor(transport, options) {
    this.#transport = transport;
    this.#options = options;
    this.#link = new LinkClient(options);
    options.serials?.join(options.type, options.id);
    transport.onopen = () => this.#flushLink();
    transport.onmessage = (data) => this.#receive(new Uint8Array(data));
    transport.onclose = ({ code, reason }) => this.#finish(code, reason);
  }

  /** A `ChannelType`. */
  get type() {
    return this.#options.type;
  }

  get id() {
    return this.#options.id;
  }

  /** Whether messages can be sent. */
  get ready() {
    return this.#reader !== null && !this.#over;
  }

  /** Bytes received and not handled yet. */
  get backlog() {
    return this.#reader?.waiting ?? 0;
  }

  /**
   * @param {string} name of a client message of this channel, as in the catalogue
   * @param {object} [fields]
   * @returns {boolean} whether it was sent: not before the link stands, nor after the end
   */
  send(name, fields = {}) {
    const definition = clientMessageByName(this.type, name);
    if (!definition) throw new UsageError(`channel ${this.type} has no client message ${name}`);
    return this.sendRaw(definition.number, encode(definition, fields));
  }

  /**
   * @param {number} number
   * @param {Uint8Array} payload
   * @returns {boolean} whether it was sent
   */
  sendRaw(number, payload) {
    if (!this.ready) return false;
    const bytes = frame(number, payload, { mini: this.#mini, serial: ++this.#serial });
    this.counters.messagesOut += 1;
    this.counters.bytesOut += bytes.length;
    this.#transport.send(bytes);
    return true;
  }

  /**
   * Ends the channel. The owner knows: no callback follows.
   * @param {number} [code]
   */
  close(code = 1000) {
    this.#over = true;
    this.#finished = true;
    clearTimeout(this.#grace);
    this.#options.serials?.leave(this.type, this.id);
    this.#transport.close(code);
  }

  // --- messages that every channel has -------------------------------------------------------------------------------

  /** @param {any} message */
  on_set_ack({ generation, window }) {
    this.#ackWindow = window;
    this.#unacked = -1; // this message itself is in no window
    this.send("ack_sync", { generation });
  }

  /** @param {any} message */
  on_ping({ id, timestamp }) {
    this.send("pong", { id, timestamp });
  }

  /** @param {any} message */
  on_notify(message) {
    this.onnotify(message);
  }

  /** @param {any} message */
  on_disconnecting(message) {
    this.ondisconnecting(message);
  }

  /**
   * @param {any} message
   * @returns {Promise<void[]> | undefined}
   */
  on_wait_for_channels({ wait_list }) {
    const waits = Array.from(wait_list, (/** @type {any} */ wait) =>
      this.#options.serials?.reached(wait.channel_type, wait.channel_id, Number(wait.message_serial)),
    ).filter((wait) => wait !== undefined);
    return waits.length ? Promise.all(waits) : undefined;
  }

  // --- from the transport to the handlers ----------------------------------------------------------------------------

  #flushLink() {
    for (const bytes of this.#link?.dataToSend() ?? []) {
      this.counters.bytesOut += bytes.length;
      this.#transport.send(bytes);
    }
  }

  /** @param {Uint8Array} bytes */
  #receive(bytes) {
    if (this.#over) return;
    this.counters.bytesIn += bytes.length;
    try {
      if (this.#link) this.#receiveLink(this.#link, bytes);
      else this.#reader?.push(bytes);
      this.#pump();
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * @param {LinkClient} link
   * @param {Uint8Array} bytes
   */
  #receiveLink(link, bytes) {
    const linked = link.receive(bytes);
    this.#flushLink();
    if (!linked) return;
    this.#link = null;
    this.#mini = linked.mini;
    this.#reader = new MessageReader({ channelType: this.type, mini: linked.mini });
    this.#reader.push(link.trailing());
    this.onready({ commonCaps: linked.commonCaps, caps: linked.caps });
  }

  /** Handles messages until there is none, or one that takes time. */
  #pump() {
    while (!this.#waiting && !this.#over) {
      const message = this.#reader?.read();
      if (!message) return;
      const pending = this.#dispatch(message);
      if (pending) this.#resumeAfter(pending, message);
      else this.#onHandled(message);
    }
  }

  /**
   * @param {import("./framing.js").Frame} message
   * @returns {Promise<unknown> | undefined}
   */
  #dispatch({ number, payload, part }) {
    this.counters.messagesIn += 1;
    const handler = this.#handlerOf(number);
    if (handler) {
      const result = handler.handle(decode(handler.definition, payload));
      return typeof result?.then === "function" ? result : undefined;
    }
    if (number === LIST && !part) return undefined; // its sub-messages came before it
    this.counters.unknown[number] = (this.counters.unknown[number] ?? 0) + 1;
    this.onunknown({ number, size: payload.length });
    return undefined;
  }

  /** @param {number} number */
  #handlerOf(number) {
    let handler = this.#handlers.get(number);
    if (handler === undefined) {
      const definition = serverMessage(this.type, number);
      const method = definition && /** @type {any} */ (this)[`on_${definition.name}`];
      handler = typeof method === "function" ? { definition, handle: method.bind(this) } : null;
      if (definition) this.#handlers.set(number, handler);
    }
    return handler;
  }

  /**
   * @param {Promise<unknown>} pending
   * @param {import("./framing.js").Frame} message
   */
  #resumeAfter(pending, message) {
    this.#waiting = true;
    pending
      .then(() => {
        this.#waiting = false;
        if (this.#over) return;
        this.#onHandled(message);
        this.#pump();
      })
      .catch((error) => this.#fail(error));
  }

  /** @param {import("./framing.js").Frame} message */
  #onHandled({ serial, part }) {
    if (part) return;
    this.#options.serials?.report(this.type, this.id, serial);
    if (!this.#ackWindow || ++this.#unacked < this.#ackWindow) return;
    this.#unacked = 0;
    this.send("ack");
  }

  /** @param {unknown} reason */
  #fail(reason) {
    if (this.#over) return;
    this.#over = true;
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#error = error;
    if (error instanceof LinkRefused) {
      // Whoever refuses closes next, and may say better why.
      this.#grace = setTimeout(() => this.#finish(CLOSE_REFUSED, ""), REFUSAL_GRACE_MS);
    } else {
      this.#finish(CLOSE_PROTOCOL, "");
    }
  }

  /**
   * Tells the owner, once, why it is over.
   * @param {number} code
   * @param {string} reason
   */
  #finish(code, reason) {
    if (this.#finished) return;
    this.close(code);
    if (this.#error) this.onerror(this.#error);
    this.onclose({ code, reason: reason || this.#error?.message || "", error: this.#error });
  }
}
