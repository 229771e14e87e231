// @ts-check
// MAIN: who the session is, which channels it has, whose pointer it is.

import { Channel } from "./channel.js";
import { ChannelType, MainCap, MouseMode } from "./enums.gen.js";

/**
 * A channel the machine offers.
 * @typedef {{type: number, id: number}} ChannelId
 */

/**
 * What MAIN tells its owner. All optional; called in the order of the wire.
 * @typedef {object} MainEvents
 * @property {(sessionId: number) => void} [oninit]       connection id of all further channels
 * @property {(channels: ChannelId[]) => void} [onchannels]
 * @property {(mode: number) => void} [onmousemode]       a MouseMode
 * @property {(name: string) => void} [onname]
 * @property {(time: number) => void} [ontime]            multimedia time now, the machine's milliseconds (u32)
 */

/** Names are shown to people; nobody needs longer ones. */
const MOST_NAME_BYTES = 256;

export class MainChannel extends Channel {
  /** @type {MainEvents} */
  #events;
  #asked = false;
  #agentConnected = false;
  #time = { at: 0, value: 0 };
  /** What the machine said last. */
  #modes = { supported: 0, current: 0 };

  /** The machine's name, empty until it says one. */
  name = "";
  /** The machine's UUID as 32 hexadecimal digits, empty until it says one. */
  uuid = "";

  /**
   * @param {import("../transport/websocket.js").Transport} transport
   * @param {{commonCaps: number[], ticket: string | null}} link
   * @param {MainEvents} events
   */
  constructor(transport, { commonCaps, ticket }, events) {
    super(transport, {
      type: ChannelType.MAIN,
      id: 0,
      connectionId: 0,
      commonCaps,
      caps: [MainCap.NAME_AND_UUID, MainCap.AGENT_CONNECTED_TOKENS],
      ticket,
    });
    this.#events = events;
  }

  /** Whether an agent runs in the machine. */
  get agentConnected() {
    return this.#agentConnected;
  }

  /** The machine's multimedia time now, in its milliseconds (u32). */
  get multimediaTime() {
    return (this.#time.value + Math.round(performance.now() - this.#time.at)) >>> 0;
  }

  /**
   * @param {{session_id: number, supported_mouse_modes: number, current_mouse_mode: number,
   *          agent_connected: number, multi_media_time: number}} message
   */
  on_init(message) {
    this.#agentConnected = message.agent_connected !== 0;
    this.on_multi_media_time({ time: message.multi_media_time });
    this.#events.oninit?.(message.session_id);
    this.#setMouseMode(message.supported_mouse_modes, message.current_mouse_mode);
    this.send("attach_channels", {});
  }

  /** @param {{channels: ChannelId[]}} message */
  on_channels_list({ channels }) {
    this.#events.onchannels?.(channels.map(({ type, id }) => ({ type, id })));
  }

  /** @param {{supported_modes: number, current_mode: number}} message */
  on_mouse_mode({ supported_modes, current_mode }) {
    this.#setMouseMode(supported_modes, current_mode);
  }

  /** @param {{time: number}} message */
  on_multi_media_time({ time }) {
    this.#time = { at: performance.now(), value: time };
    this.#events.ontime?.(time);
  }

  /** @param {{name: Uint8Array}} message */
  on_name({ name }) {
    const end = name.indexOf(0);
    this.name = new TextDecoder().decode(name.subarray(0, Math.min(end < 0 ? name.length : end, MOST_NAME_BYTES)));
    this.#events.onname?.(this.name);
  }

  /** @param {{uuid: Uint8Array}} message */
  on_uuid({ uuid }) {
    this.uuid = Array.from(uuid, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Asks for the person's own pointer once more: what was asked for before may not have been allowed. */
  claimPointer() {
    this.#asked = false;
    this.#setMouseMode(this.#modes.supported, this.#modes.current);
  }

  on_agent_connected() {
    this.#agentConnected = true;
  }

  on_agent_connected_tokens() {
    this.#agentConnected = true;
  }

  on_agent_disconnected() {
    this.#agentConnected = false;
  }

  /**
   * The person's own pointer is better than a captured one: ask for it whenever it becomes possible.
   * @param {number} supported MouseMode bits
   * @param {number} current
   */
  #setMouseMode(supported, current) {
    this.#modes = { supported, current };
    if (!(supported & MouseMode.CLIENT)) this.#asked = false;
    if (current !== MouseMode.CLIENT && supported & MouseMode.CLIENT && !this.#asked) {
      this.#asked = true;
      this.send("mouse_mode_request", { mode: MouseMode.CLIENT });
    }
    this.#events.onmousemode?.(current);
  }
}
