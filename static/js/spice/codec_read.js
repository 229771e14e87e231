// @ts-check
// Demarshalling: each record's table becomes a closure once, at its first use. Nothing is allocated from a count before
// the items were found to fit into what is left, and what pointers reach may not add up to more than the message.

import { ProtocolError } from "./errors.js";
import { MAX_MESSAGE_ITEMS } from "./limits.gen.js";
import { RECORDS } from "./messages.gen.js";

/** @import {Condition, Length, Member, PointerType, RecordType, ScalarCode, SwitchType, Type} from "./layout.js" */

/**
 * One message being read. `budget` is the bytes that pointers may still reach, `items` the array items that may still be
 * made, `shared` what pointers have reached, by offset.
 * @typedef {{view: DataView, bytes: Uint8Array, pos: number, size: number, budget: number, items: number,
 *   shared: Map<number, {read: Read, value: unknown}>|null, caps: ReadonlySet<number>}} Cursor
 */

/** @typedef {Record<string, any>} Fields the values of a record so far */
/** @typedef {(cursor: Cursor, fields: Fields) => any} Read reads at `cursor.pos` and moves it behind the value */

/** @type {Map<string, Read>} */
const compiled = new Map();
/** @type {ReadonlySet<number>} */
const NO_CAPS = new Set();

/**
 * Reads a record from the start of `bytes`; byte arrays in it are views of `bytes`.
 * @param {string} name a key of RECORDS
 * @param {Uint8Array} bytes
 * @param {ReadonlySet<number>} [caps] what decides about fields of agent messages
 * @returns {Fields}
 * @throws {ProtocolError}
 */
export function readRecord(name, bytes, caps = NO_CAPS) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.byteLength;
  const cursor = { view, bytes, pos: 0, size, budget: size, items: MAX_MESSAGE_ITEMS, shared: null, caps };
  return record(name)(cursor, {});
}

/** @param {string} name @returns {Read} */
function record(name) {
  let read = compiled.get(name);
  if (read === undefined) {
    read = compileRecord(name, RECORDS[name]);
    compiled.set(name, read);
  }
  return read;
}

/** @param {string} name @param {readonly Member[]} members @returns {Read} */
function compileRecord(name, members) {
  const plan = members.map((member) => ({
    name: member.name,
    read: compile(member.type, `${name}.${member.name}`),
    wanted: member.when ? condition(member.when) : null,
  }));
  return (cursor) => {
    /** @type {Fields} */
    const fields = {};
    for (const { name: key, read, wanted } of plan) {
      if (wanted === null || wanted(cursor, fields)) fields[key] = read(cursor, fields);
    }
    return fields;
  };
}

/** @param {Condition} when @returns {(cursor: Cursor, fields: Fields) => boolean} */
function condition(when) {
  if ("cap" in when) return (cursor) => cursor.caps.has(when.cap);
  const { field, value, negated, known } = when;
  if (known === null) return (_cursor, fields) => ((fields[field] & value) !== 0) !== negated;
  return (_cursor, fields) => {
    if (!known.includes(fields[field])) throw new ProtocolError(`${field} is ${fields[field]}, which is unknown`);
    return (fields[field] === value) !== negated;
  };
}

/** @param {Type} type @param {string} what @returns {Read} */
function compile(type, what) {
  if (typeof type === "string") return scalar(type, what);
  switch (type.kind) {
    case "record":
      return lazily(type);
    case "bytes":
      return byteArray(count(type.length, what), what);
    case "array":
      return array(type.item, count(type.length, what), what);
    case "pointer":
      return pointer(type, what);
    case "switch":
      return choice(type, what);
  }
}

/** @param {RecordType} type @returns {Read} */
function lazily(type) {
  return record(type.of);
}

/** @param {string} what @returns {never} */
function short(what) {
  throw new ProtocolError(`the message ends inside ${what}`);
}

/** @type {Readonly<Record<ScalarCode, {size: number, get: (view: DataView, pos: number) => any}>>} */
const SCALARS = {
  u8: { size: 1, get: (view, pos) => view.getUint8(pos) },
  u16: { size: 2, get: (view, pos) => view.getUint16(pos, true) },
  u32: { size: 4, get: (view, pos) => view.getUint32(pos, true) },
  u64: { size: 8, get: (view, pos) => view.getBigUint64(pos, true) },
  i16: { size: 2, get: (view, pos) => view.getInt16(pos, true) },
  i32: { size: 4, get: (view, pos) => view.getInt32(pos, true) },
  i64: { size: 8, get: (view, pos) => view.getBigInt64(pos, true) },
  fixed: { size: 4, get: (view, pos) => view.getInt32(pos, true) / 16 },
};

/** @param {ScalarCode} code @param {string} what @returns {Read} */
function scalar(code, what) {
  const { size, get } = SCALARS[code];
  return (cursor) => {
    const pos = cursor.pos;
    if (pos + size > cursor.size) short(what);
    cursor.pos = pos + size;
    return get(cursor.view, pos);
  };
}

/**
 * @typedef {(cursor: Cursor, fields: Fields, least: number) => number} CountOf
 * how many items of at least `least` bytes there are; a count before the items is read
 */

/** @param {Length} length @param {string} what @returns {CountOf} */
function count(length, what) {
  switch (length.how) {
    case "counted":
      return (_cursor, fields) => Number(fields[length.field]);
    case "prefixed": {
      const read = scalar(length.code, what);
      return (cursor, fields) => read(cursor, fields);
    }
    case "exactly":
      return () => length.items;
    case "image": {
      const { bits, width, rows } = length;
      return (_cursor, fields) => Math.floor((bits * fields[width] + 7) / 8) * fields[rows];
    }
    case "rest":
      return (cursor, _fields, least) => Math.floor((cursor.size - cursor.pos) / least);
    case "zero":
      return (cursor) => {
        const end = cursor.bytes.indexOf(0, cursor.pos);
        return end < 0 ? short(what) : end - cursor.pos;
      };
  }
}

/** @param {CountOf} countOf @param {string} what @returns {Read} */
function byteArray(countOf, what) {
  return (cursor, fields) => {
    const items = countOf(cursor, fields, 1);
    const pos = cursor.pos;
    if (items > cursor.size - pos) short(what);
    cursor.pos = pos + items;
    return cursor.bytes.subarray(pos, pos + items);
  };
}

/** @param {ScalarCode|RecordType} item @param {CountOf} countOf @param {string} what @returns {Read} */
function array(item, countOf, what) {
  const least = leastSize(item);
  const read = compile(item, what);
  return (cursor, fields) => {
    const items = countOf(cursor, fields, least);
    if (items * least > cursor.size - cursor.pos) short(what);
    cursor.items -= items;
    if (cursor.items < 0) throw new ProtocolError(`${what} makes it too many items in one message`);
    const found = item === "u32" ? new Uint32Array(items) : new Array(items);
    for (let index = 0; index < items; index++) found[index] = read(cursor, fields);
    return found;
  };
}

/** Bytes that every value takes at least, what it points to left aside. @param {Type} type @returns {number} */
function leastSize(type) {
  if (typeof type === "string") return SCALARS[type].size;
  switch (type.kind) {
    case "record":
      return RECORDS[type.of].reduce((sum, member) => sum + (member.when ? 0 : leastSize(member.type)), 0);
    case "pointer":
      return 4;
    case "switch":
      return 0;
    default: {
      const { length } = type;
      if (length.how === "prefixed") return SCALARS[length.code].size;
      if (length.how === "exactly") return length.items * (type.kind === "array" ? leastSize(type.item) : 1);
      return 0;
    }
  }
}

/** @param {PointerType} type @param {string} what @returns {Read} */
function pointer(type, what) {
  const read = compile(type.target, what);
  const shareable = type.target.kind === "record";
  return (cursor, fields) => {
    const pos = cursor.pos;
    if (pos + 4 > cursor.size) short(what);
    cursor.pos = pos + 4;
    const offset = cursor.view.getUint32(pos, true);
    if (offset === 0) return nothing(type, what, fields);
    if (offset > cursor.size) throw new ProtocolError(`${what} points out of the message`);
    const known = shareable ? cursor.shared?.get(offset) : undefined;
    if (known !== undefined && known.read === read) return known.value;
    const value = follow(cursor, fields, offset, read, what);
    if (shareable) (cursor.shared ??= new Map()).set(offset, { read, value });
    return value;
  };
}

/** @param {Cursor} cursor @param {Fields} fields @param {number} offset @param {Read} read @param {string} what */
function follow(cursor, fields, offset, read, what) {
  const back = cursor.pos;
  cursor.pos = offset;
  const value = read(cursor, fields);
  cursor.budget -= cursor.pos - offset;
  cursor.pos = back;
  if (cursor.budget < 0) throw new ProtocolError(`${what} overlaps what another pointer reads`);
  return value;
}

/** What a null pointer means. @param {PointerType} type @param {string} what @param {Fields} fields */
function nothing(type, what, fields) {
  if (!type.nullable) throw new ProtocolError(`${what} is a null pointer`);
  if (type.target.kind === "record") return null;
  const { length } = type.target;
  if (length.how === "counted" && fields[length.field]) throw new ProtocolError(`${what} is a null pointer to items`);
  return type.target.kind === "bytes" ? new Uint8Array(0) : [];
}

/** @param {SwitchType} type @param {string} what @returns {Read} */
function choice(type, what) {
  const arms = type.arms.map(([value, arm]) => ({ value, read: compile(arm, what) }));
  const [first, ...path] = type.on;
  const known = type.known === null ? null : new Set(type.known);
  return (cursor, fields) => {
    let on = fields[first];
    for (const key of path) on = on[key];
    if (known !== null && !known.has(on)) throw new ProtocolError(`${what} is of unknown kind ${on}`);
    const arm = arms.find(({ value }) => (known === null ? (on & value) !== 0 : on === value));
    return arm === undefined ? null : arm.read(cursor, fields);
  };
}
