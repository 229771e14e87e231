// @ts-check
/**
 * Messages of one channel on the wire, out of a byte stream cut anywhere, and back.
 *
 * A full header is serial u64, type u16, size u32, sub_list u32; a mini header type u16 and size u32. A sub-message list is
 * u16 count and u32 offsets, each to type u16, size u32, data (spice/protocol.h).
 */
import { ProtocolError } from "./errors.js";
import { MAX_SERVER_MESSAGE, MAX_SUB_MESSAGES } from "./limits.gen.js";

/** SPICE_MSG_LIST: a message that holds only sub-messages. */
export const LIST = 8;
const FULL_HEADER = 18;
const MINI_HEADER = 6;

/**
 * One message. `part` marks a sub-message, which comes before the message that holds it and which no ACK window counts.
 * `payload` is a view into what was pushed wherever that is possible.
 * @typedef {{number: number, payload: Uint8Array, serial: number, part: boolean}} Frame
 */

/**
 * @param {number} number
 * @param {Uint8Array} payload
 * @param {{mini: boolean, serial?: number}} header a mini header carries no serial: the receiver counts
 * @returns {Uint8Array} header and payload
 */
export function frame(number, payload, { mini, serial = 0 }) {
  const size = mini ? MINI_HEADER : FULL_HEADER;
  const bytes = new Uint8Array(size + payload.length);
  const view = new DataView(bytes.buffer);
  const at = mini ? 0 : 8;
  if (!mini) view.setBigUint64(0, BigInt(serial), true);
  view.setUint16(at, number, true);
  view.setUint32(at + 2, payload.length, true);
  bytes.set(payload, size);
  return bytes;
}

/** Pieces of a byte stream, taken out in sizes of one's own; a copy is made only of what lies across pieces. */
export class ByteQueue {
  /** @type {Uint8Array[]} */
  #pieces = [];
  #first = 0; // index of the first piece that is not used up
  #at = 0; // offset in it
  /** Bytes waiting. */
  length = 0;

  /** @param {Uint8Array} piece */
  push(piece) {
    if (!piece.length) return;
    this.#pieces.push(piece);
    this.length += piece.length;
  }

  /**
   * @param {number} size at most `length`
   * @returns {Uint8Array}
   */
  take(size) {
    this.length -= size;
    const piece = this.#pieces[this.#first];
    if (piece && this.#at + size <= piece.length) {
      const view = piece.subarray(this.#at, this.#at + size);
      this.#advance(size);
      return view;
    }
    const whole = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const from = this.#pieces[this.#first];
      const part = from.subarray(this.#at, this.#at + size - done);
      whole.set(part, done);
      done += part.length;
      this.#advance(part.length);
    }
    return whole;
  }

  clear() {
    this.#pieces = [];
    this.#first = this.#at = this.length = 0;
  }

  /** @param {number} count bytes within the first piece */
  #advance(count) {
    this.#at += count;
    if (this.#at < (this.#pieces[this.#first]?.length ?? 0)) return;
    this.#at = 0;
    this.#first += 1;
    if (this.#first > 64 || this.#first === this.#pieces.length) {
      this.#pieces.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** Whole messages out of what a channel received: `push` bytes, then `read` until it gives null. */
export class MessageReader {
  #bytes = new ByteQueue();
  #mini;
  #limit;
  #serial = 0;
  /** @type {{number: number, size: number, serial: number, subList: number} | null} */
  #header = null;
  /** @type {Frame[]} */
  #ready = [];

  /** @param {{channelType: number, mini: boolean, limit?: number}} options `limit`: the largest payload, in bytes */
  constructor({ channelType, mini, limit = MAX_SERVER_MESSAGE[channelType] ?? 0 }) {
    this.#mini = mini;
    this.#limit = limit;
  }

  /** Bytes pushed and not read yet. */
  get waiting() {
    return this.#bytes.length;
  }

  /** @param {Uint8Array} bytes kept, not copied */
  push(bytes) {
    this.#bytes.push(bytes);
  }

  /**
   * @returns {Frame | null} null when more bytes are needed
   * @throws {ProtocolError} for a size beyond the limit or a sub-message outside its message
   */
  read() {
    const ready = this.#ready.shift();
    if (ready) return ready;
    this.#header ??= this.#readHeader();
    if (!this.#header || this.#bytes.length < this.#header.size) return null;
    const { number, size, serial, subList } = this.#header;
    this.#header = null;
    const payload = this.#bytes.take(size);
    const message = { number, payload, serial, part: false };
    if (number !== LIST && !subList) return message;
    this.#ready = this.#subMessages(payload, subList, serial);
    this.#ready.push(message);
    return this.#ready.shift() ?? null;
  }

  #readHeader() {
    const length = this.#mini ? MINI_HEADER : FULL_HEADER;
    if (this.#bytes.length < length) return null;
    const head = this.#bytes.take(length);
    const view = new DataView(head.buffer, head.byteOffset, length);
    const at = this.#mini ? 0 : 8;
    const header = {
      number: view.getUint16(at, true),
      size: view.getUint32(at + 2, true),
      serial: this.#mini ? ++this.#serial : Number(view.getBigUint64(0, true)),
      subList: this.#mini ? 0 : view.getUint32(14, true),
    };
    if (header.size > this.#limit) {
      throw new ProtocolError(`message ${header.number} of ${header.size} bytes is beyond the limit of ${this.#limit}`);
    }
    return header;
  }

  /**
   * @param {Uint8Array} payload
   * @param {number} at where the list stands
   * @param {number} serial
   * @returns {Frame[]}
   */
  #subMessages(payload, at, serial) {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    const count = at + 2 <= payload.length ? view.getUint16(at, true) : Infinity;
    if (count > MAX_SUB_MESSAGES || at + 2 + count * 4 > payload.length) {
      throw new ProtocolError("a sub-message list does not fit its message");
    }
    let left = payload.length; // sub-messages do not overlap: together they are no more than what came
    return Array.from({ length: count }, (_, index) => {
      const start = view.getUint32(at + 2 + index * 4, true) + MINI_HEADER;
      const size = start <= payload.length ? view.getUint32(start - 4, true) : Infinity;
      left -= MINI_HEADER + size;
      if (start + size > payload.length || left < 0) throw new ProtocolError("a sub-message does not fit its message");
      return {
        number: view.getUint16(start - MINI_HEADER, true),
        payload: payload.subarray(start, start + size),
        serial,
        part: true,
      };
    });
  }
}
