// @ts-check
// What the gateway tells, as the API's document has it (`/api/v1/openapi.json`).

/** @typedef {import("./meter.js").Traffic} Traffic */
/** @typedef {{common: string[], channel: string[]}} Capabilities */

/**
 * @typedef {object} ChannelClient
 * @property {string} session
 * @property {string} user
 * @property {string} address
 * @property {string} since
 * @property {number | null} round_trip seconds
 * @property {Capabilities} capabilities
 * @property {boolean} mini_header
 * @property {Traffic} traffic
 * @property {number} unsent
 * @property {{messages: number, bytes: number, dropped: number, full: boolean} | null} queue
 * @property {{ack_window: number, ack_generation: number, messages_in_flight: number, bytes_in_flight: number,
 *   budget: number, rate: number | null, waits: boolean} | null} window
 */

/**
 * @typedef {object} Channel
 * @property {string} key
 * @property {string} machine
 * @property {string} type
 * @property {number} id
 * @property {string} name
 * @property {number | null} place
 * @property {number} references
 * @property {number} client_count
 * @property {ChannelClient[]} clients
 * @property {Capabilities} capabilities
 * @property {boolean} handles_acks
 * @property {string[]} migration_flags
 * @property {string} incoming
 * @property {string} outgoing
 * @property {string | null} private
 * @property {string | null} owner
 * @property {Traffic} traffic
 */

/**
 * @typedef {object} Session
 * @property {string} id
 * @property {string} machine
 * @property {string} user
 * @property {string} method
 * @property {string} address
 * @property {string} since
 * @property {string[]} rights
 * @property {number | null} round_trip seconds
 * @property {number | null} frame_rate frames a second, as its viewer says
 * @property {{key: string, type: string, id: number}[]} channels
 * @property {Traffic} traffic
 */

/**
 * @typedef {object} Machine
 * @property {string} name
 * @property {string} title
 * @property {"demo" | "relay"} kind
 * @property {"config" | "store"} origin
 * @property {string | null} address
 * @property {Record<string, string>} labels
 * @property {string[]} groups
 * @property {"unknown" | "up" | "away"} state
 * @property {string} since
 * @property {string} error
 * @property {number} sessions
 * @property {string[]} rights
 * @property {{type: string, id: number}[]} channels
 * @property {{version: number, options: Record<string, string | null>, fault: string | null} | null} stored
 */

/** @typedef {{machines: number, machines_up: number, sessions: number, channels: number, bytes_in: number, bytes_out: number}} Totals */

/**
 * Bytes in, messages in, bytes out, messages out; waiting messages and bytes; bytes and messages in flight.
 * @typedef {[number, number, number, number, number, number, number, number]} ChannelFigures
 */

/**
 * Bytes in, messages in, bytes out, messages out; round trip; frames a second.
 * @typedef {[number, number, number, number, number | null, number | null]} SessionFigures
 */

/**
 * @typedef {object} Figures
 * @property {number} at seconds since 1970
 * @property {Totals} totals
 * @property {Record<string, SessionFigures>} sessions
 * @property {Record<string, ChannelFigures>} channels
 */

/** @typedef {{put: any[], gone: string[]}} Change */

export {};
