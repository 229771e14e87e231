// @ts-check
// Messages to objects and back, by the tables generated from gateway/spice/messages.

import { readRecord } from "./codec_read.js";
import { writeRecord } from "./codec_write.js";
import { ChannelType } from "./enums.gen.js";
import { ProtocolError } from "./errors.js";
import { MAX_AGENT_MESSAGE, MAX_VSC_BYTES } from "./limits.gen.js";
import { AGENT_MESSAGES, MESSAGES, VSC_MESSAGES } from "./messages.gen.js";

/**
 * One entry of the catalogue. `record` names its layout; sizes are bytes of payload.
 * @typedef {Readonly<{channel: number, number: number, name: string, record: string, minSize: number,
 *   maxSize: number}>} MessageDef
 */

/** @type {Map<number, MessageDef>} */
const byNumber = new Map();
/** @type {Map<string, MessageDef>} */
const byName = new Map();

for (const [channel, fromClient, number, name, record, minSize, maxSize] of MESSAGES) {
  const def = Object.freeze({ channel, number, name, record, minSize, maxSize });
  byNumber.set(key(channel, fromClient, number), def);
  byName.set(`${channel} ${fromClient} ${name}`, def);
}

/** @param {number} channel @param {number} fromClient @param {number} number */
function key(channel, fromClient, number) {
  return (channel * 2 + fromClient) * 0x10000 + number;
}

/** What the server means by a number. @param {number} channelType @param {number} number */
export function serverMessage(channelType, number) {
  return byNumber.get(key(channelType, 0, number));
}

/** What a client means by a number. @param {number} channelType @param {number} number */
export function clientMessage(channelType, number) {
  return byNumber.get(key(channelType, 1, number));
}

/** The server's message of this name, as in spice.proto. @param {number} channelType @param {string} name */
export function serverMessageByName(channelType, name) {
  return byName.get(`${channelType} 0 ${name}`);
}

/** The client's message of this name, as in spice.proto. @param {number} channelType @param {string} name */
export function clientMessageByName(channelType, name) {
  return byName.get(`${channelType} 1 ${name}`);
}

/** @type {ReadonlySet<number>} */
const NO_CAPS = new Set();

/**
 * The fields of a message, named and nested as in spice.proto. 64-bit numbers are BigInt, byte arrays views of
 * `payload`, arrays of u32 Uint32Array; fields that are not there are absent. Bytes behind the message are let pass.
 * @param {MessageDef} def
 * @param {Uint8Array} payload
 * @param {ReadonlySet<number>} [caps] for agent messages: the capabilities that both sides announced
 * @returns {Record<string, any>}
 * @throws {ProtocolError} and nothing else, whatever the payload
 */
export function decode(def, payload, caps = NO_CAPS) {
  if (payload.length > def.maxSize) {
    throw new ProtocolError(`${def.name} has ${payload.length} bytes, more than ${def.maxSize}`);
  }
  return readRecord(def.record, payload, caps);
}

/**
 * The payload of a message. Counts and sizes may be left out: they are made from what they count.
 * @param {MessageDef} def
 * @param {Record<string, any>} fields
 * @param {ReadonlySet<number>} [caps] for agent messages: the capabilities that both sides announced
 * @returns {Uint8Array}
 * @throws {import("./errors.js").UsageError} when a value does not fit its place
 */
export function encode(def, fields, caps = NO_CAPS) {
  return writeRecord(def.record, fields, caps);
}

/** @param {readonly (readonly [number, string, string])[]} rows @param {number} channel @param {number} maxSize */
function carried(rows, channel, maxSize) {
  return new Map(
    rows.map(([number, name, record]) => [
      number,
      Object.freeze({ channel, number, name, record, minSize: 0, maxSize }),
    ]),
  );
}

const agentMessages = carried(AGENT_MESSAGES, ChannelType.MAIN, MAX_AGENT_MESSAGE);
const vscMessages = carried(VSC_MESSAGES, ChannelType.SMARTCARD, MAX_VSC_BYTES);

/** What MAIN's agent data means by an `AgentMessageType`. @param {number} number @returns {MessageDef|undefined} */
export function agentMessage(number) {
  return agentMessages.get(number);
}

/** What SMARTCARD's data means by a `VscMessageType`. @param {number} number @returns {MessageDef|undefined} */
export function vscMessage(number) {
  return vscMessages.get(number);
}
