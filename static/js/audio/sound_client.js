// @ts-check
// The page's side of the machine's sound: the browser's audio context, the worker that feeds it, and its clock.
//
//   worker (socket, decoder) ──> worklet (jitter buffer, gain) ──> loudspeaker
//       └──── started, volume ──> SoundClient <── reports ──┘

import { LinkRefused, ProtocolError } from "../spice/errors.js";
import { heardTime } from "./clock.js";
import { gainsOf } from "./gain.js";

/** @typedef {{code: number, reason: string, error: Error | null}} End */
/** @typedef {import("./jitter_buffer.js").BufferReport & {contextTime: number}} Report */

/** Without sound for so long the browser's audio is put to rest. */
const REST_MS = 15_000;
/** A browser that lets us play does so within this time. */
const SETTLE_MS = 400;
/** The rate most machines play at. */
const RATE = 48000;

/** What is told about the sound. */
const SILENT = Object.freeze({ playing: false, level: 0, wanted: 0, underruns: 0, splices: 0, dropped: 0 });

export class SoundClient {
  /** The browser plays nothing before the person does something (or does so now). @type {(blocked: boolean) => void} */
  onblocked = () => {};
  /** The machine's own volume changed. @type {(machine: {volume: number, mute: boolean}) => void} */
  onmachine = () => {};
  /** What is heard now belongs to this moment of the machine; how much later than it came. @type {(time: number, delay: number) => void} */
  ontime = () => {};
  /** The machine plays nothing any more: its sound is no clock. @type {() => void} */
  onsilence = () => {};
  /** It is over, and not by `close`. @type {(end: End) => void} */
  onclose = () => {};

  #worker = new Worker(new URL("./playback_worker.js", import.meta.url), { type: "module", name: "sound" });
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {AudioWorkletNode | null} */
  #node = null;
  #levels = { machine: [1, 1], machineMute: false, person: 1, personMute: false };
  #playing = false; // the machine plays
  #open = true;
  #blocked = false;
  #resting = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** Set while it is too early to say that the browser does not play. @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  /** @type {string | null} */
  #decoder = null;
  #form = "";
  /** @type {Report | typeof SILENT} */
  #report = SILENT;

  /** Whether this browser plays sound for this page at all: it does so only in a secure context. */
  static get possible() {
    return typeof AudioWorkletNode === "function";
  }

  /**
   * Connects at once.
   * @param {{url: string, connectionId: number, channelId: number, ticket: string | null}} link
   */
  constructor({ url, connectionId, channelId, ticket }) {
    const address = new URL(url, document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = ({ message }) => this.#fail(new Error(message || "its worker could not be loaded"));
    this.#worker.postMessage({ type: "open", url: address.href, connectionId, channelId, ticket });
  }

  /** Counts since the beginning, and how it is now. */
  get stats() {
    return { ...this.#report, decoder: this.#decoder, form: this.#form, state: this.#context?.state ?? "none", active: this.#playing };
  }

  /** @param {number} volume 0 to 1 @param {boolean} mute the person's own */
  setVolume(volume, mute) {
    this.#levels = { ...this.#levels, person: volume, personMute: mute };
    this.#applyGain();
  }

  /** The person did something: now the browser lets us. */
  resume() {
    if (this.#resting || this.#context?.state === "running") return;
    void this.#context?.resume().catch((error) => this.#fail(error));
  }

  /** Ends the channel; no callback follows. */
  close() {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#rest);
    clearTimeout(this.#settling);
    this.#worker.postMessage({ type: "close" });
    this.#node?.port.postMessage({ type: "close" });
    this.#node?.disconnect();
    if (this.#context) {
      this.#context.onstatechange = null;
      void this.#context.close();
    }
  }

  /** @param {any} message from the worker */
  #hear(message) {
    if (!this.#open) return;
    if (message.type === "started") this.#started();
    else if (message.type === "stopped") this.#stopped();
    else if (message.type === "volume") this.#machineSays({ machine: message.volumes });
    else if (message.type === "mute") this.#machineSays({ machineMute: message.mute });
    else if (message.type === "decoder") this.#decoder = message.name;
    else if (message.type === "form") this.#form = message.form;
    else if (message.type === "closed") this.#end({ ...message, error: revived(message.error) });
  }

  #started() {
    clearTimeout(this.#rest);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settled(), SETTLE_MS);
    this.#playing = true;
    this.#resting = false;
    if (!this.#context) void this.#play().catch((error) => this.#fail(error));
    else this.resume();
    this.#tellState();
  }

  #settled() {
    this.#settling = undefined;
    this.#tellState();
  }

  #stopped() {
    this.#playing = false;
    this.#rest = setTimeout(() => this.#goToRest(), REST_MS);
    this.#tellState();
    this.onsilence();
  }

  #goToRest() {
    this.#resting = true;
    void this.#context?.suspend();
  }

  async #play() {
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    this.#context = context;
    context.onstatechange = () => this.#tellState();
    await context.audioWorklet.addModule(new URL("./playback_worklet.js", import.meta.url));
    if (!this.#open) return;
    const node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [2] });
    this.#node = node;
    node.port.onmessage = ({ data }) => this.#reported(data);
    node.onprocessorerror = () => this.#fail(new Error("the browser's sound thread failed"));
    const { port1, port2 } = new MessageChannel();
    node.port.postMessage({ type: "source", port: port1 }, [port1]);
    this.#worker.postMessage({ type: "player", port: port2 }, [port2]);
    this.#applyGain();
    node.connect(context.destination);
    this.#tellState();
  }

  #tellState() {
    const running = this.#context?.state === "running" && this.#node !== null;
    this.#worker.postMessage({ type: "running", running });
    const silent = this.#context !== null && this.#context.state !== "running";
    const blocked = this.#playing && silent && this.#settling === undefined;
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.onblocked(blocked);
  }

  /** @param {Partial<import("./gain.js").Levels>} levels */
  #machineSays(levels) {
    this.#levels = { ...this.#levels, ...levels };
    this.#applyGain();
    const { machine, machineMute: mute } = this.#levels;
    this.onmachine({ volume: Math.max(...machine), mute });
  }

  #applyGain() {
    const [left, right] = gainsOf(this.#levels);
    this.#node?.port.postMessage({ type: "gain", left, right });
  }

  /** @param {Report} report */
  #reported(report) {
    this.#report = report;
    const context = this.#context;
    if (!this.#open || !context || report.time === null) return;
    const output = context.getOutputTimestamp();
    this.ontime(heardTime(report.time, report.contextTime, output, performance.now()), this.#delay(context, report));
  }

  /** @param {AudioContext} context @param {Report} report @returns {number} milliseconds from arrival to the ear */
  #delay(context, report) {
    return Math.round((report.level + (context.outputLatency || context.baseLatency || 0)) * 1000);
  }

  /** @param {Error} error */
  #fail(error) {
    this.#end({ code: 0, reason: "", error });
  }

  /** @param {End} end */
  #end(end) {
    if (!this.#open) return;
    if (this.#blocked) this.onblocked(false);
    this.close();
    this.onclose(end);
  }
}

/** @param {{name: string, message: string, code?: number} | null} error as the worker sent it */
function revived(error) {
  if (!error) return null;
  if (error.name === "LinkRefused") return new LinkRefused(error.code ?? 0, error.message);
  return error.name === "ProtocolError" ? new ProtocolError(error.message) : new Error(error.message);
}
