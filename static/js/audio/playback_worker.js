// @ts-check
// The worker that has the machine's sound: its socket and its decoder. What is decoded goes straight to the sound thread,
// so that a busy page is not heard.

import { CommonCap } from "../spice/enums.gen.js";
import { PlaybackChannel } from "../spice/playback_channel.js";
import { openWebSocket } from "../transport/websocket.js";
import { OPUS_RATE, opusHere } from "./opus_decoder.js";
import { SoundSource } from "./sound_source.js";

/**
 * @typedef {{type: "open", url: string, connectionId: number, channelId: number, ticket: string | null}} Open
 * @typedef {{type: "player", port: MessagePort}} Player  where decoded sound goes
 * @typedef {{type: "running", running: boolean}} Running whether that plays at the moment
 * @typedef {{type: "close"}} Close
 * @typedef {Open | Player | Running | Close} PageMessage
 */

const COMMON_CAPS = [CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER];

const scope = /** @type {any} */ (globalThis);
const decoding = opusHere();

/** @param {string} type @param {object} [fields] to the page */
function tell(type, fields = {}) {
  scope.postMessage({ type, ...fields });
}

/** @type {PlaybackChannel | null} */
let channel = null;
const source = new SoundSource({
  openDecoder: (listener) => opus?.open(listener) ?? null,
  opusRate: OPUS_RATE,
  tell,
  onfault: (error) => end({ code: 4004, reason: "", error }),
});
/** @type {Awaited<typeof decoding>} */
let opus = null;

/** @param {Open} message */
function open({ url, connectionId, channelId, ticket }) {
  const link = { id: channelId, connectionId, commonCaps: COMMON_CAPS, ticket };
  channel = new PlaybackChannel(openWebSocket(url), link, { sink: source, opus: opus !== null });
  channel.onclose = end;
  tell("decoder", { name: opus?.name ?? null });
}

/** @param {{code: number, reason: string, error: Error | null}} how */
function end({ code, reason, error }) {
  channel?.close();
  channel = null;
  source.close();
  tell("closed", { code, reason, error: error && { name: error.name, message: error.message, code: /** @type {any} */ (error).code } });
}

/** @param {PageMessage} message */
function hear(message) {
  if (message.type === "open") open(message);
  else if (message.type === "player") source.playTo(message.port);
  else if (message.type === "running") source.setRunning(message.running);
  else {
    channel?.close();
    source.close();
    scope.close();
  }
}

scope.addEventListener("message", async (/** @type {MessageEvent<PageMessage>} */ { data }) => {
  opus = await decoding;
  hear(data);
});
