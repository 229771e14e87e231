// @ts-check
// Opus packets to samples: the browser's own decoder, else one in WebAssembly where the gateway has it to give.

/** @typedef {import("./pcm.js").Stereo} Stereo */

/** Opus always sounds at this rate here (SPICE knows no other for it). */
export const OPUS_RATE = 48000;

/** Packets that may wait in a decoder; more than that and it is too slow for this sound. */
const MOST_WAITING = 50;
/** So many packets in a row that are no Opus end the sound. */
const MOST_FAULTS = 10;
const CONFIG = { codec: "opus", sampleRate: OPUS_RATE, numberOfChannels: 2 };
const WASM = new URL("../../vendor/opus-decoder.js", import.meta.url).href;

/**
 * @typedef {object} OpusDecoder
 * @property {(packet: Uint8Array, time: number) => void} decode
 * @property {() => void} reset  what comes next does not continue what came before
 * @property {() => void} close
 */

/**
 * @typedef {object} Listener
 * @property {(sound: Stereo, time: number) => void} onsound  at `OPUS_RATE`, in order, with the time of its packet
 * @property {(error: Error) => void} onfault  what comes is not Opus; nothing follows
 */

/**
 * @param {string} [wasm] the address of the package opus-decoder
 * @returns {Promise<{name: string, open: (listener: Listener) => OpusDecoder} | null>} the way to decode here, null: there is none
 */
export async function opusHere(wasm = WASM) {
  const scope = /** @type {any} */ (globalThis);
  if (scope.AudioDecoder) {
    const { supported } = await scope.AudioDecoder.isConfigSupported(CONFIG).catch(() => ({ supported: false }));
    if (supported) return { name: "WebCodecs", open: (listener) => new WebCodecsOpus(scope, listener) };
  }
  const found = await import(wasm).then(() => scope["opus-decoder"]?.OpusDecoder, () => null);
  if (!found) return null;
  const pair = [0, 1].map(() => new found({ channels: 2, sampleRate: OPUS_RATE, forceStereo: true }));
  await Promise.all(pair.map(({ ready }) => ready));
  return { name: "WebAssembly", open: (listener) => new WasmOpus(pair, listener) };
}

/** Counts packets in a row that could not be decoded. */
class Faults {
  #inARow = 0;
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  none() {
    this.#inARow = 0;
  }

  /** @param {string} words */
  one(words) {
    this.#inARow += 1;
    if (this.#inARow === MOST_FAULTS) this.#listener.onfault(new Error(`the sound cannot be decoded: ${words}`));
  }
}

/** @implements {OpusDecoder} */
class WebCodecsOpus {
  #scope;
  #listener;
  #faults;
  /** @type {any} an AudioDecoder */
  #decoder = null;
  /** The machine's milliseconds wrap; the decoder is given a count of its own. @type {Map<number, number>} */
  #times = new Map();
  #count = 0;

  /** @param {any} scope @param {Listener} listener */
  constructor(scope, listener) {
    this.#scope = scope;
    this.#listener = listener;
    this.#faults = new Faults(listener);
  }

  /** @param {Uint8Array} packet @param {number} time */
  decode(packet, time) {
    const decoder = (this.#decoder ??= this.#open());
    if (decoder.decodeQueueSize >= MOST_WAITING) return;
    const timestamp = this.#count++ * 10_000; // microseconds, as if each packet had the usual 10 ms
    this.#times.set(timestamp, time);
    decoder.decode(new this.#scope.EncodedAudioChunk({ type: "key", timestamp, data: packet }));
  }

  reset() {
    this.close();
  }

  close() {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#times.clear();
  }

  #open() {
    const decoder = new this.#scope.AudioDecoder({
      output: (/** @type {any} */ data) => this.#decoded(data),
      error: (/** @type {Error} */ error) => {
        if (this.#decoder !== decoder) return;
        this.close(); // it is of no more use; the next packet gets another
        this.#faults.one(error.message);
      },
    });
    decoder.configure(CONFIG);
    return decoder;
  }

  /** @param {any} data an AudioData */
  #decoded(data) {
    this.#faults.none();
    const time = this.#timeOf(data.timestamp);
    const left = new Float32Array(data.numberOfFrames);
    const right = new Float32Array(data.numberOfFrames);
    data.copyTo(left, { planeIndex: 0, format: "f32-planar" });
    data.copyTo(right, { planeIndex: Math.min(1, data.numberOfChannels - 1), format: "f32-planar" });
    data.close();
    this.#listener.onsound({ left, right }, time);
  }

  /** @param {number} timestamp @returns {number} the machine's milliseconds; those of older packets are forgotten */
  #timeOf(timestamp) {
    let found = 0;
    for (const [at, time] of this.#times) {
      if (at > timestamp) break;
      found = time;
      if (at < timestamp) this.#times.delete(at);
    }
    return found;
  }
}

/**
 * The package makes a decoder anew to have it forget, which takes a moment in which it decodes nothing: meanwhile
 * another one, as good as new, takes its place.
 * @implements {OpusDecoder}
 */
class WasmOpus {
  #decoder;
  #spare;
  #spareIsReady = true;
  #open = true;
  #listener;
  #faults;

  /** @param {any[]} pair two OpusDecoders of the package opus-decoder, ready @param {Listener} listener */
  constructor([decoder, spare], listener) {
    this.#decoder = decoder;
    this.#spare = spare;
    this.#listener = listener;
    this.#faults = new Faults(listener);
  }

  /** @param {Uint8Array} packet @param {number} time */
  decode(packet, time) {
    const { channelData, samplesDecoded, errors } = this.#decoder.decodeFrame(packet);
    if (!samplesDecoded) {
      this.#faults.one(errors[0]?.message ?? "nothing came out");
      return;
    }
    this.#faults.none();
    // Its memory is used again for the next packet.
    this.#listener.onsound({ left: channelData[0].slice(0, samplesDecoded), right: channelData[1].slice(0, samplesDecoded) }, time);
  }

  reset() {
    if (!this.#spareIsReady) return; // it was reset just now
    [this.#decoder, this.#spare] = [this.#spare, this.#decoder];
    this.#spareIsReady = false;
    void this.#renew(this.#spare);
  }

  close() {
    this.#open = false;
    this.#decoder.free();
    if (this.#spareIsReady) this.#spare.free();
  }

  /** @param {any} spare */
  async #renew(spare) {
    await spare.reset();
    this.#spareIsReady = true;
    if (!this.#open) spare.free();
  }
}
