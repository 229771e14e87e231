// @ts-check
// The golden vectors of tests/vectors/golden, and decoded objects in their plain form.

import { readdirSync, readFileSync } from "node:fs";
import { agentMessage, clientMessage, serverMessage, vscMessage } from "../../../static/js/spice/codec.js";
import { ChannelType } from "../../../static/js/spice/enums.gen.js";

const GOLDEN = new URL("../../vectors/golden/", import.meta.url);

/**
 * One vector from the disk.
 * @typedef {{stem: string, def: import("../../../static/js/spice/codec.js").MessageDef, caps: Set<number>,
 *   fields: Record<string, any>, data: Uint8Array}} Golden
 */

/** @returns {Golden[]} */
export function golden() {
  const names = readdirSync(GOLDEN).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => {
    const about = JSON.parse(readFileSync(new URL(name, GOLDEN), "utf8"));
    const stem = name.slice(0, -5);
    const def = find(about);
    if (def === undefined) throw new Error(`${stem} is not in the catalogue`);
    const data = new Uint8Array(readFileSync(new URL(`${stem}.bin`, GOLDEN)));
    return { stem, def, caps: new Set(about.caps), fields: about.fields, data };
  });
}

/** @param {{channel: string, direction: string, number: number}} about */
function find({ channel, direction, number }) {
  if (channel === "agent") return agentMessage(number);
  if (channel === "vsc") return vscMessage(number);
  const types = /** @type {Record<string, number>} */ (ChannelType);
  const type = channel === "common" ? ChannelType.MAIN : types[channel.toUpperCase()];
  return direction === "server" ? serverMessage(type, number) : clientMessage(type, number);
}

/** A decoded value as JSON holds it. @param {any} value @returns {any} */
export function plain(value) {
  if (typeof value === "bigint") return { $int: value.toString() };
  if (value instanceof Uint8Array) return { $hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(/** @type {any[]} */ (value), plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The reverse of `plain`. @param {any} value @returns {any} */
export function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("$int" in value) return BigInt(value.$int);
  if ("$hex" in value) return new Uint8Array(Buffer.from(value.$hex, "hex"));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
}
