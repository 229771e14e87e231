// @ts-check
/**
 * The client's side of the link stage, without a socket: give it what came (`receive`), write what it has to say
 * (`dataToSend`). Layouts: spice/protocol.h (SpiceLinkHeader, SpiceLinkMess, SpiceLinkReply).
 */
import { fromWords, toWords } from "./caps.js";
import { AuthMechanism, CommonCap, LinkErr } from "./enums.gen.js";
import { LinkRefused, ProtocolError } from "./errors.js";
import { ByteQueue } from "./framing.js";
import { MAX_CAP_WORDS, MAX_LINK_MESSAGE, PUBLIC_KEY_BYTES, TICKET_BYTES } from "./limits.gen.js";
import { encryptTicket } from "./rsa.js";

const MAGIC = 0x51444552; // "REDQ"
const VERSION_MAJOR = 2;
const VERSION_MINOR = 2;
const HEADER_BYTES = 16;
const REQUEST_BYTES = 18;
const REPLY_BYTES = 4 + PUBLIC_KEY_BYTES + 12;

/** Why a link was refused, in a sentence. @type {Map<number, string>} */
const REASONS = new Map([
  [LinkErr.INVALID_MAGIC, "The other side does not speak SPICE."],
  [LinkErr.INVALID_DATA, "The other side could not read our request."],
  [LinkErr.VERSION_MISMATCH, "The other side speaks another version of SPICE."],
  [LinkErr.NEED_SECURED, "This channel needs an encrypted connection."],
  [LinkErr.NEED_UNSECURED, "This channel needs an unencrypted connection."],
  [LinkErr.PERMISSION_DENIED, "Access was denied: the password or ticket is not valid (any more)."],
  [LinkErr.BAD_CONNECTION_ID, "The session is over: its connection id is not known (any more)."],
  [LinkErr.CHANNEL_NOT_AVAILABLE, "The machine does not have this channel."],
]);

/**
 * @typedef {object} LinkOptions
 * @property {number} connectionId 0 for MAIN, then what MAIN's init says
 * @property {number} type a `ChannelType`
 * @property {number} id
 * @property {number[]} commonCaps capability numbers
 * @property {number[]} caps capability numbers of the channel
 * @property {string | null} ticket the password; null where the gateway knows us by cookie: the ticket is then zeros
 */

/** @typedef {{mini: boolean, commonCaps: number[], caps: number[]}} Linked capability numbers of the server */

export class LinkClient {
  #received = new ByteQueue();
  /** @type {Uint8Array[]} */
  #outgoing = [];
  #options;
  #awaited = HEADER_BYTES;
  /** @type {(bytes: Uint8Array) => void} */
  #step = (bytes) => this.#onHeader(bytes);
  /** @type {Linked | null} */
  #reply = null;
  #over = false;

  /** @param {LinkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#outgoing.push(packRequest(options));
  }

  /** @returns {Uint8Array[]} what to write now, in order */
  dataToSend() {
    return this.#outgoing.splice(0);
  }

  /**
   * @param {Uint8Array} bytes
   * @returns {Linked | null} once, when the link stands
   * @throws {ProtocolError | LinkRefused} and the link is over
   */
  receive(bytes) {
    this.#received.push(bytes);
    while (!this.#over && this.#received.length >= this.#awaited) this.#step(this.#received.take(this.#awaited));
    return this.#over ? this.#reply : null;
  }

  /** What came behind the link: the start of the channel's messages. */
  trailing() {
    return this.#received.take(this.#received.length);
  }

  /** @param {Uint8Array} bytes */
  #onHeader(bytes) {
    const view = viewOf(bytes);
    if (view.getUint32(0, true) !== MAGIC) throw new ProtocolError("the other side does not speak SPICE");
    const major = view.getUint32(4, true);
    if (major !== VERSION_MAJOR) throw new ProtocolError(`the other side speaks SPICE ${major}, not ${VERSION_MAJOR}`);
    const size = view.getUint32(12, true);
    if (size < REPLY_BYTES || size > MAX_LINK_MESSAGE) throw new ProtocolError(`a link reply cannot have ${size} bytes`);
    this.#await(size, (reply) => this.#onReply(reply));
  }

  /** @param {Uint8Array} bytes */
  #onReply(bytes) {
    const view = viewOf(bytes);
    const error = view.getUint32(0, true);
    if (error !== LinkErr.OK) throw refusal(error);
    const { common, channel } = unpackCaps(view);
    const commonCaps = fromWords(common);
    this.#reply = {
      mini: [commonCaps, this.#options.commonCaps].every((caps) => caps.includes(CommonCap.MINI_HEADER)),
      commonCaps,
      caps: fromWords(channel),
    };
    this.#authenticate(commonCaps, bytes.subarray(4, 4 + PUBLIC_KEY_BYTES));
    this.#await(4, (result) => this.#onResult(result));
  }

  /**
   * @param {number[]} commonCaps of the server
   * @param {Uint8Array} publicKey
   */
  #authenticate(commonCaps, publicKey) {
    if (commonCaps.includes(CommonCap.AUTH_SELECTION)) {
      if (!commonCaps.includes(CommonCap.AUTH_SPICE)) {
        throw new LinkRefused(LinkErr.PERMISSION_DENIED, "The other side takes no SPICE ticket.");
      }
      this.#outgoing.push(Uint8Array.of(AuthMechanism.SPICE, 0, 0, 0));
    }
    const { ticket } = this.#options;
    this.#outgoing.push(ticket === null ? new Uint8Array(TICKET_BYTES) : encryptTicket(ticket, publicKey));
  }

  /** @param {Uint8Array} bytes */
  #onResult(bytes) {
    const code = viewOf(bytes).getUint32(0, true);
    if (code !== LinkErr.OK) throw refusal(code);
    this.#over = true;
  }

  /**
   * @param {number} size
   * @param {(bytes: Uint8Array) => void} step
   */
  #await(size, step) {
    this.#awaited = size;
    this.#step = step;
  }
}

/**
 * @param {LinkOptions} options
 * @returns {Uint8Array} header, request, capabilities
 */
function packRequest({ connectionId, type, id, commonCaps, caps }) {
  const common = toWords(commonCaps);
  const channel = toWords(caps);
  const size = REQUEST_BYTES + (common.length + channel.length) * 4;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + size));
  [MAGIC, VERSION_MAJOR, VERSION_MINOR, size, connectionId].forEach((word, i) => view.setUint32(i * 4, word, true));
  view.setUint8(20, type);
  view.setUint8(21, id);
  const words = [common.length, channel.length, REQUEST_BYTES, ...common, ...channel];
  words.forEach((word, i) => view.setUint32(22 + i * 4, word, true));
  return new Uint8Array(view.buffer);
}

/**
 * @param {DataView} reply
 * @returns {{common: number[], channel: number[]}} u32 words
 */
function unpackCaps(reply) {
  const [common, channel, offset] = [0, 4, 8].map((at) => reply.getUint32(4 + PUBLIC_KEY_BYTES + at, true));
  if (common > MAX_CAP_WORDS || channel > MAX_CAP_WORDS) {
    throw new ProtocolError(`a link reply with ${common} + ${channel} capability words is beyond the limit`);
  }
  const count = common + channel;
  if (count && (offset < REPLY_BYTES || offset + count * 4 > reply.byteLength)) {
    throw new ProtocolError("the capabilities are not where the link reply says");
  }
  const words = Array.from({ length: count }, (_, i) => reply.getUint32(offset + i * 4, true));
  return { common: words.slice(0, common), channel: words.slice(common) };
}

/** @param {number} code */
function refusal(code) {
  return new LinkRefused(code, REASONS.get(code) ?? `The link was refused (error ${code}).`);
}

/** @param {Uint8Array} bytes */
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
