// @ts-check
// PLAYBACK: sound from the machine, as raw samples or Opus packets, with its volume and how late it shall be heard.

import { Channel } from "./channel.js";
import { AudioDataMode, AudioFmt, ChannelType, PlaybackCap } from "./enums.gen.js";
import { ProtocolError } from "./errors.js";
import { MAX_SOUND_FREQUENCY, MIN_SOUND_FREQUENCY } from "./limits.gen.js";

/**
 * What a stream of sound is.
 * @typedef {{channels: number, frequency: number, time: number}} SoundFormat frequency in Hz, time in the machine's milliseconds
 */

/**
 * Who plays. Packets stand in the message they came in: whoever keeps one copies it.
 * @typedef {object} SoundSink
 * @property {(format: SoundFormat) => void} start
 * @property {(data: Uint8Array, time: number) => void} raw    interleaved signed 16-bit samples, little-endian
 * @property {(data: Uint8Array, time: number) => void} opus   one Opus packet
 * @property {() => void} stop
 * @property {(volumes: number[]) => void} setVolume           one for each of the machine's channels, 0 to 1
 * @property {(mute: boolean) => void} setMute
 * @property {(milliseconds: number) => void} setLatency       sound shall not be heard sooner after it came
 */

const FULL_VOLUME = 65535;
const SAMPLE_BYTES = 2;

export class PlaybackChannel extends Channel {
  #sink;
  #opus;
  /** @type {number} */
  #mode = AudioDataMode.RAW;
  /** @type {SoundFormat | null} */
  #format = null;

  /**
   * @param {import("../transport/websocket.js").Transport} transport
   * @param {{id: number, connectionId: number, commonCaps: number[], ticket: string | null}} link
   * @param {{sink: SoundSink, opus: boolean}} parts opus: there is a decoder for it
   */
  constructor(transport, link, { sink, opus }) {
    const caps = [PlaybackCap.VOLUME, PlaybackCap.LATENCY, ...(opus ? [PlaybackCap.OPUS] : [])];
    super(transport, { ...link, type: ChannelType.PLAYBACK, caps });
    this.#sink = sink;
    this.#opus = opus;
  }

  /** An `AudioDataMode`. */
  get mode() {
    return this.#mode;
  }

  /** @param {{mode: number}} message */
  on_mode({ mode }) {
    const known = mode === AudioDataMode.RAW || (mode === AudioDataMode.OPUS && this.#opus);
    if (!known) throw new ProtocolError(`sound in mode ${mode}, which was not offered`);
    this.#mode = mode;
  }

  /** @param {{channels: number, format: number, frequency: number, time: number}} message */
  on_start({ channels, format, frequency, time }) {
    if (format !== AudioFmt.S16) throw new ProtocolError(`sound in the unknown format ${format}`);
    if (channels !== 1 && channels !== 2) throw new ProtocolError(`sound in ${channels} channels`);
    if (frequency < MIN_SOUND_FREQUENCY || frequency > MAX_SOUND_FREQUENCY) {
      throw new ProtocolError(`sound at ${frequency} Hz`);
    }
    this.#format = { channels, frequency, time };
    this.#sink.start(this.#format);
  }

  /** @param {{time: number, data: Uint8Array}} message */
  on_data({ time, data }) {
    if (!this.#format) throw new ProtocolError("sound before its start");
    if (data.length === 0) return;
    if (this.#mode === AudioDataMode.OPUS) {
      this.#sink.opus(data, time);
      return;
    }
    if (data.length % (this.#format.channels * SAMPLE_BYTES)) throw new ProtocolError("half a sample of sound");
    this.#sink.raw(data, time);
  }

  on_stop() {
    this.#format = null;
    this.#sink.stop();
  }

  /** @param {{volume: ArrayLike<number>}} message */
  on_volume({ volume }) {
    if (volume.length) this.#sink.setVolume(Array.from(volume, (value) => value / FULL_VOLUME));
  }

  /** @param {{mute: number}} message */
  on_mute({ mute }) {
    this.#sink.setMute(mute !== 0);
  }

  /** @param {{latency_ms: number}} message */
  on_latency({ latency_ms: latency }) {
    this.#sink.setLatency(latency);
  }
}
