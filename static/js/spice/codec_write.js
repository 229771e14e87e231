// @ts-check
// Marshalling: each record's table becomes a closure once, at its first use. What pointers reach is appended behind the
// message in the order in which the pointers were met, as libspice does; a record pointed to twice is written once.

import { UsageError } from "./errors.js";
import { RECORDS } from "./messages.gen.js";

/** @import {Condition, Length, Member, PointerType, ScalarCode, SwitchType, Type} from "./layout.js" */

/** @typedef {Record<string, any>} Fields */
/** @typedef {(pen: Pen, value: any, fields: Fields) => void} Write appends a value of the record `fields` */

/** @type {Map<string, Write>} */
const compiled = new Map();
/** @type {ReadonlySet<number>} */
const NO_CAPS = new Set();

/** A payload being written, and the pointers whose targets are still to come. */
class Pen {
  /** @param {ReadonlySet<number>} caps */
  constructor(caps) {
    this.caps = caps;
    this.pos = 0;
    this.bytes = new Uint8Array(64);
    this.view = new DataView(this.bytes.buffer);
    /** @type {{at: number, write: Write, value: any, fields: Fields}[]} */
    this.pending = [];
    /** @type {Map<object, number>} */
    this.written = new Map();
  }

  /** Makes room for `size` bytes and returns where they go. @param {number} size */
  take(size) {
    const at = this.pos;
    this.pos = at + size;
    if (this.pos > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.pos));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }
}

/**
 * The bytes of a record. Counts are made from what they count.
 * @param {string} name a key of RECORDS
 * @param {Fields} fields
 * @param {ReadonlySet<number>} [caps]
 * @returns {Uint8Array}
 * @throws {UsageError} when a value does not fit its place
 */
export function writeRecord(name, fields, caps = NO_CAPS) {
  const pen = new Pen(caps);
  record(name)(pen, fields, fields);
  for (let next = 0; next < pen.pending.length; next++) {
    const { at, write, value, fields: owner } = pen.pending[next];
    const known = isRecord(value) ? pen.written.get(value) : undefined;
    const offset = known ?? pen.pos;
    if (known === undefined) {
      if (isRecord(value)) pen.written.set(value, offset);
      write(pen, value, owner);
    }
    pen.view.setUint32(at, offset, true);
  }
  return pen.bytes.slice(0, pen.pos);
}

/** @param {unknown} value */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** @param {string} name @returns {Write} */
function record(name) {
  let write = compiled.get(name);
  if (write === undefined) {
    write = compileRecord(name, RECORDS[name]);
    compiled.set(name, write);
  }
  return write;
}

/** @param {string} name @param {readonly Member[]} members @returns {Write} */
function compileRecord(name, members) {
  const plan = members.map((member) => ({
    name: member.name,
    countOf: member.countOf,
    write: compile(member.type, `${name}.${member.name}`),
    wanted: member.when ? condition(member.when) : null,
  }));
  return (pen, value) => {
    if (!isRecord(value)) throw new UsageError(`${name} needs an object`);
    for (const { name: key, countOf, write, wanted } of plan) {
      if (wanted !== null && !wanted(pen, value)) continue;
      write(pen, countOf === undefined ? value[key] : items(value[countOf]), value);
    }
  };
}

/** @param {ArrayLike<unknown>|null|undefined} value */
function items(value) {
  return value?.length ?? 0;
}

/** @param {Condition} when @returns {(pen: Pen, fields: Fields) => boolean} */
function condition(when) {
  if ("cap" in when) return (pen) => pen.caps.has(when.cap);
  const { field, value, negated, known } = when;
  if (known === null) return (_pen, fields) => ((fields[field] & value) !== 0) !== negated;
  return (_pen, fields) => (fields[field] === value) !== negated;
}

/** @param {Type} type @param {string} what @returns {Write} */
function compile(type, what) {
  if (typeof type === "string") return scalar(type, what);
  switch (type.kind) {
    case "record":
      return record(type.of);
    case "bytes":
      return byteArray(check(type.length, what), what);
    case "array":
      return array(compile(type.item, what), check(type.length, what), what);
    case "pointer":
      return pointer(type, what);
    case "switch":
      return choice(type, what);
  }
}

/** @type {Readonly<Record<string, {size: number, least: number, most: number,
 *   set: (view: DataView, pos: number, value: number) => void}>>} */
const NUMBERS = {
  u8: { size: 1, least: 0, most: 0xff, set: (view, pos, value) => view.setUint8(pos, value) },
  u16: { size: 2, least: 0, most: 0xffff, set: (view, pos, value) => view.setUint16(pos, value, true) },
  u32: { size: 4, least: 0, most: 0xffffffff, set: (view, pos, value) => view.setUint32(pos, value, true) },
  i16: { size: 2, least: -0x8000, most: 0x7fff, set: (view, pos, value) => view.setInt16(pos, value, true) },
  i32: { size: 4, least: -0x80000000, most: 0x7fffffff, set: (view, pos, value) => view.setInt32(pos, value, true) },
};

/** @param {ScalarCode} code @param {string} what @returns {Write} */
function scalar(code, what) {
  if (code === "u64" || code === "i64") return big(code, what);
  const { size, least, most, set } = NUMBERS[code === "fixed" ? "i32" : code];
  const scale = code === "fixed" ? 16 : 1;
  return (pen, value) => {
    const number = scale === 1 ? value : Math.round(value * scale);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new UsageError(`${what} cannot be ${String(value)}`);
    }
    const at = pen.take(size);
    set(pen.view, at, number);
  };
}

/** @param {"u64"|"i64"} code @param {string} what @returns {Write} */
function big(code, what) {
  const fit = code === "u64" ? BigInt.asUintN : BigInt.asIntN;
  return (pen, value) => {
    if (typeof value !== "bigint" && !Number.isSafeInteger(value)) throw new UsageError(`${what} needs a whole number`);
    const number = BigInt(value);
    if (fit(64, number) !== number) throw new UsageError(`${what} cannot be ${number}`);
    const at = pen.take(8);
    if (code === "u64") pen.view.setBigUint64(at, number, true);
    else pen.view.setBigInt64(at, number, true);
  };
}

/** @typedef {(pen: Pen, items: number, fields: Fields) => void} Check of the number of items, or writes it */

/** @param {Length} length @param {string} what @returns {Check} */
function check(length, what) {
  switch (length.how) {
    case "prefixed": {
      const write = scalar(length.code, what);
      return (pen, number, fields) => write(pen, number, fields);
    }
    case "exactly":
      return (_pen, number) => agree(number, length.items, what);
    case "image": {
      const { bits, width, rows } = length;
      return (_pen, number, fields) =>
        agree(number, Math.floor((bits * fields[width] + 7) / 8) * fields[rows], what);
    }
    default:
      return () => {};
  }
}

/** @param {number} number @param {number} expected @param {string} what */
function agree(number, expected, what) {
  if (number !== expected) throw new UsageError(`${what} needs ${expected} items, not ${number}`);
}

/** @param {Check} checked @param {string} what @returns {Write} */
function byteArray(checked, what) {
  return (pen, value, fields) => {
    if (!(value instanceof Uint8Array)) throw new UsageError(`${what} needs a Uint8Array`);
    checked(pen, value.length, fields);
    const at = pen.take(value.length);
    pen.bytes.set(value, at);
  };
}

/** @param {Write} write @param {Check} checked @param {string} what @returns {Write} */
function array(write, checked, what) {
  return (pen, value, fields) => {
    if (!Array.isArray(value) && !ArrayBuffer.isView(value)) throw new UsageError(`${what} needs an array`);
    const list = /** @type {any[]} */ (value);
    checked(pen, list.length, fields);
    for (const item of list) write(pen, item, fields);
  };
}

/** @param {PointerType} type @param {string} what @returns {Write} */
function pointer(type, what) {
  const { target, nullable } = type;
  const inner = compile(target, what);
  const write = target.kind !== "record" && target.length.how === "zero" ? terminated(inner) : inner;
  return (pen, value, fields) => {
    const at = pen.take(4);
    const empty = value === null || value === undefined || (nullable && value.length === 0);
    if (empty && !nullable) throw new UsageError(`${what} may not be null`);
    pen.view.setUint32(at, 0, true);
    if (!empty) pen.pending.push({ at, write, value, fields });
  };
}

/** @param {Write} write @returns {Write} */
function terminated(write) {
  return (pen, value, fields) => {
    write(pen, value, fields);
    pen.bytes[pen.take(1)] = 0;
  };
}

/** @param {SwitchType} type @param {string} what @returns {Write} */
function choice(type, what) {
  const arms = type.arms.map(([value, arm]) => ({ value, write: compile(arm, what) }));
  const flags = type.known === null;
  return (pen, value, fields) => {
    /** @type {any} */
    let on = fields;
    for (const key of type.on) on = on[key];
    const arm = arms.find((each) => (flags ? (on & each.value) !== 0 : on === each.value));
    if (arm !== undefined) arm.write(pen, value, fields);
    else if (value !== null && value !== undefined) throw new UsageError(`${what} has a value where its kind has none`);
  };
}
