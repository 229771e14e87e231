// @ts-check
// The shape of the tables in messages.gen.js. Types only.

/**
 * How many items: as many as the field says, a count directly before them, always so many, all that is left, rows of
 * `width` units of `bits` bits padded to bytes, or up to a NUL.
 * @typedef {{how: "counted", field: string}
 *   | {how: "prefixed", code: ScalarCode}
 *   | {how: "exactly", items: number}
 *   | {how: "image", bits: number, width: string, rows: string}
 *   | {how: "rest"}
 *   | {how: "zero"}} Length
 */

/** @typedef {"u8"|"u16"|"u32"|"u64"|"i16"|"i32"|"i64"|"fixed"} ScalarCode little-endian; fixed: i32 in sixteenths */

/** @typedef {{kind: "record", of: string}} RecordType */
/** @typedef {{kind: "bytes", length: Length}} BytesType */
/** @typedef {{kind: "array", item: ScalarCode|RecordType, length: Length}} ArrayType */

/** @typedef {{kind: "pointer", target: RecordType|ArrayType|BytesType, nullable: boolean}} PointerType
 * a u32 offset from the message's start; 0 is null where that is allowed */

/** @typedef {{kind: "switch", on: readonly string[], arms: readonly (readonly [number, Type])[],
 *   known: readonly number[]|null}} SwitchType
 * what follows depends on a field; `known` are the values that may lack an arm, null for flags (first set bit wins) */

/** @typedef {ScalarCode|RecordType|BytesType|ArrayType|PointerType|SwitchType} Type */

/** @typedef {{field: string, value: number, negated: boolean, known: readonly number[]|null}|{cap: number}} Condition
 * the field equals the value (`known`: all it may be) or, when `known` is null, has that bit; or a capability is agreed */

/** @typedef {{name: string, type: Type, countOf?: string, when?: Condition}} Member */

export {};
