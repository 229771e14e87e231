// @ts-check
// <spice-viewer>: a machine's screen, keyboard and mouse as one element.

import { CursorShapes } from "../render/cursor_shapes.js";
import { DisplayClient } from "../render/display_client.js";
import { ImageCompression } from "../spice/enums.gen.js";
import { Right } from "../spice/rights.js";
import { Session } from "../spice/session.js";
import { openWebSocket } from "../transport/websocket.js";
import { Answers, SILENT } from "./answers.js";
import { ConnectionPanel } from "./connection_panel.js";
import { Connection } from "./connection.js";
import { make } from "./dom.js";
import { Fullscreen } from "./fullscreen.js";
import { MachineInput } from "./machine_input.js";
import { MachineSound } from "./machine_sound.js";
import { Strip, Toast } from "./notices.js";
import { Readings } from "./readings.js";
import { Reporter, reportsTo } from "./reporter.js";
import { recall, remember } from "./remembered.js";
import { Stage } from "./stage.js";
import { StatisticsOverlay } from "./statistics.js";
import { Toolbar } from "./toolbar.js";

/** @typedef {import("./layout.js").ScaleMode} ScaleMode */
/** @typedef {import("./connection.js").State} State */
/** @typedef {import("./connection.js").Status} Status */
/** @typedef {import("../spice/session.js").DisplayLink} DisplayLink */

const STYLES = new URL("../../css/viewer.css", import.meta.url).href;
const READING_MS = 1000;

/**
 * Attributes: `src` (WebSocket address of the machine, may be relative), `machine` (its name for people), `scale`
 * ("fit" or "1:1"), `ticket` (one-time console ticket; without it the page's cookie counts), `home` (where "Home"
 * leads; "/" without it, hidden when empty), `compression` (how the machine shall compress pictures: off, auto_glz,
 * auto_lz, quic, glz, lz or lz4; without it the machine decides), `view-only` (keys and pointer stay here: the gateway
 * would let none of them through; the element takes it off when the gateway says that it does now), `report` (address at
 * the gateway that is told of frames drawn and of small pictures for its pages; without it nothing is told). Connects
 * when put on a page and disconnects when taken off.
 *
 * Events, all bubbling and composed: `spice-state` (detail: {state}), `spice-firstframe` (detail: {milliseconds,
 * steps}, steps with their times since the beginning: reach, authenticate, picture),
 * `spice-error` (detail: {sentence, code, heals}).
 */
export class SpiceViewer extends HTMLElement {
  static observedAttributes = ["src", "machine", "scale", "home", "view-only"];

  /** @type {Viewing | null} everything that lives while the element is on a page */
  #viewing = null;

  /** @returns {State} */
  get state() {
    return this.#viewing?.connection.status.state ?? "closed";
  }

  /** The latest readings of the session: counters since it began and rates per second. */
  get stats() {
    return this.#viewing?.stats ?? {};
  }

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#viewing = new Viewing(this, root);
    this.#viewing.open();
  }

  disconnectedCallback() {
    this.#viewing?.close();
    this.#viewing = null;
  }

  /** @param {string} name @param {string | null} before @param {string | null} value */
  attributeChangedCallback(name, before, value) {
    if (before === value || !this.#viewing) return;
    if (name === "src") this.#viewing.open();
    else if (name === "scale") this.#viewing.setScale(scaleOf(value));
    else if (name === "view-only") this.#viewing.setViewOnly(value !== null);
    else this.#viewing.showNames();
  }

  /** Connects anew, whatever the state. */
  reconnect() {
    this.#viewing?.open();
  }

  /** Disconnects; the element stays and offers to reconnect. */
  close() {
    this.#viewing?.connection.close();
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.#viewing?.stage.field.focus(options);
  }

  /**
   * Presses keys in order and releases them in reverse.
   * @param {readonly string[]} codes KeyboardEvent.code values
   * @throws {RangeError} for a code no PC keyboard has
   */
  sendKeys(codes) {
    this.#viewing?.input.keyboard.chord(codes);
  }

  ctrlAltDel() {
    this.sendKeys(["ControlLeft", "AltLeft", "Delete"]);
  }

  /**
   * The machine's picture, pixel for pixel, without the pointer.
   * @returns {Promise<{width: number, height: number, data: Uint8ClampedArray}>} RGBA
   */
  async snapshot() {
    const display = this.#viewing?.display;
    if (!display) throw new Error("there is no picture yet");
    return display.snapshot();
  }
}

/** The parts of a viewer on a page, and what they have to do with each other. */
class Viewing {
  /** @type {DisplayClient | null} */
  display = null;
  /** @type {Record<string, unknown>} */
  stats = {};
  stage = new Stage();
  connection;
  input;
  sound;

  #host;
  #panel = new ConnectionPanel();
  #toast = new Toast();
  #strip = new Strip();
  #statistics = new StatisticsOverlay();
  #readings = new Readings();
  #answers = new Answers();
  #listening = new AbortController();
  #toolbar;
  #fullscreen;
  #timer;
  #viewOnly;
  /** The machine's MouseMode, 0 before it says one. */
  #mouseMode = 0;
  #name = "";
  #blank = false;
  /** @type {State | null} */
  #announced = null;

  /** @param {SpiceViewer} host @param {ShadowRoot} root */
  constructor(host, root) {
    this.#host = host;
    this.connection = new Connection((events) => this.#begin(events));
    this.connection.onchange = (status) => this.#show(status);
    this.#viewOnly = host.hasAttribute("view-only");
    this.input = new MachineInput(this.stage, () => (this.#viewOnly ? null : this.connection.session?.inputs ?? null));
    this.sound = new MachineSound(host);
    this.#fullscreen = new Fullscreen(host);
    this.#toolbar = new Toolbar(this.#actions(), this.sound.control.element);
    this.#wire();
    root.replaceChildren(make("link", { rel: "stylesheet", href: STYLES }), this.stage.element, this.#strip.element,
      this.#statistics.element, this.sound.button, this.#panel.element, this.#toolbar.element, this.#toast.element);
    this.setScale(scaleOf(host.getAttribute("scale") ?? recall("scale")));
    this.#timer = setInterval(() => this.#read(), READING_MS);
  }

  open() {
    this.#name = "";
    this.showNames();
    if (canShow()) this.connection.open();
    else this.connection.refuse(TOO_OLD);
  }

  /** @param {ScaleMode} mode */
  setScale(mode) {
    this.stage.setMode(mode);
    this.#toolbar.setScale(mode);
  }

  /** @param {boolean} viewOnly keys and pointer stay here */
  setViewOnly(viewOnly) {
    if (viewOnly) this.input.forget();
    this.#viewOnly = viewOnly;
    this.showNames();
    if (this.connection.session?.inputs) this.#takeInput();
  }

  /** Shows the machine's name wherever it stands. */
  showNames() {
    const name = this.#host.getAttribute("machine") || this.#name || "Machine";
    const home = this.#host.getAttribute("home") ?? "/";
    this.#panel.setMachine(name);
    this.#panel.setHome(home === "" ? null : home);
    const keys = this.#viewOnly ? "You may look on" : "Keys go to the machine";
    this.stage.setLabel(`Screen of ${name}. ${keys}; Ctrl, Alt and Shift together open the toolbar.`);
    this.#toolbar.setAbout(name, this.#detail());
  }

  close() {
    clearInterval(this.#timer);
    this.#listening.abort();
    this.input.close();
    this.connection.close();
    this.sound.close();
    for (const part of [this.#panel, this.#toast, this.#toolbar, this.#fullscreen, this.stage]) part.close();
  }

  #wire() {
    this.#panel.onreconnect = () => this.open();
    this.input.onescape = () => this.#toolbar.toggle(true, true);
    this.input.onactivity = (event) => {
      this.#toolbar.wake();
      if (event.type === "pointerdown") this.#toolbar.toggle(false);
    };
    this.input.onpointer = (state) => {
      this.#strip.set("pointer", state === "capturable" ? "Click the picture to give the machine your mouse." : null);
      if (state === "captured") this.#toast.show("The machine has your mouse. Esc gives it back.");
    };
    this.input.typing.onfocus = (focused) => this.#toolbar.setWriting(focused);
    this.input.typing.onunknown = (character) => this.#toast.show(`No key of the machine's types ${character}`);
    this.sound.onreopen = () => this.connection.session?.reopenSound();
    this.sound.onlost = (sentence) => this.#strip.set("sound", sentence);
    this.#fullscreen.onchange = (full, keyboard) => {
      this.#toolbar.setFullscreen(full, this.#fullscreen.possible);
      this.#toolbar.toggle(false);
      if (full) this.#toast.show(keyboard ? "Hold Esc to leave full screen." : "Press Esc to leave full screen.");
      this.stage.field.focus({ preventScroll: true });
    };
    this.#toolbar.setFullscreen(false, this.#fullscreen.possible);
    const { signal } = this.#listening;
    window.addEventListener("online", () => this.connection.hurry(), { signal });
    this.#host.addEventListener("dragenter", () => this.#toast.show("This viewer takes no files yet."), { signal });
    this.#host.addEventListener("dragover", refuse, { signal });
  }

  /** @returns {import("./toolbar.js").Actions} */
  #actions() {
    return {
      hold: (code, hold) => {
        this.input.keyboard.stick(code, hold);
        this.#toolbar.setHeld(this.input.keyboard.sticky);
      },
      write: () => this.#write(),
      chord: (codes) => this.input.keyboard.chord(codes),
      scale: (mode) => {
        remember("scale", mode);
        this.setScale(mode);
      },
      fullscreen: () => this.#fullscreen.toggle(),
      statistics: (show) => {
        this.#statistics.toggle(show);
        this.#read();
      },
      disconnect: () => {
        this.#toolbar.toggle(false);
        this.input.keyboard.releaseAll();
        this.input.keyboard.unstickAll();
        this.connection.close();
      },
      leave: () => this.stage.field.focus({ preventScroll: true }),
    };
  }

  /** Brings up the on-screen keyboard of this device, or puts it away. */
  #write() {
    if (this.input.typing.isOpen) this.stage.field.focus({ preventScroll: true });
    else this.input.typing.open();
    this.#toolbar.toggle(false);
  }

  /** @param {Pick<import("../spice/session.js").SessionEvents, "onstep" | "onend">} events */
  #begin(events) {
    const url = new URL(this.#host.getAttribute("src") ?? "", this.#host.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    return new Session({ url: url.href, ticket: this.#host.getAttribute("ticket") }, {
      openTransport: openWebSocket,
      openDisplay: (link) => this.#openDisplay(link),
      openSound: this.sound.opener,
      shapes: new CursorShapes(),
      cursor: this.stage.cursor,
    }, {
      ...events,
      oninputs: () => this.#takeInput(),
      onmodifiers: (modifiers) => this.input.locks.machineSays(modifiers),
      onmousemode: (mode) => {
        this.#mouseMode = mode;
        if (!this.#viewOnly) this.input.setMouseMode(mode);
      },
      onrights: (rights, sentence) => {
        this.#host.toggleAttribute("view-only", !(rights & Right.CONTROL));
        this.#toast.show(sentence);
      },
      onname: (name) => {
        this.#name = name;
        this.showNames();
      },
      onsound: (lost) => this.sound.setState(lost),
      onnotice: (sentence) => this.#toast.show(sentence),
      onwarning: (sentence) => this.#strip.set("warning", sentence),
    });
  }

  /** There is a machine that takes input, from whoever may give it. */
  #takeInput() {
    this.#toolbar.setLive(!this.#viewOnly);
    this.input.attached();
    if (!this.#viewOnly) this.input.setMouseMode(this.#mouseMode);
  }

  /** @param {DisplayLink} link */
  #openDisplay({ onfirstframe, onclose, ...link }) {
    const canvas = this.stage.newCanvas();
    const display = new DisplayClient({ canvas, ...link, compression: compressionOf(this.#host.getAttribute("compression")) });
    this.display = display;
    display.onresize = ({ width, height }) => this.stage.setSize(width, height);
    display.onfirstframe = () => {
      this.stage.show(canvas);
      onfirstframe();
    };
    display.onstate = (state) => (this.#blank = state === "blank");
    const reporter = this.#reporter(link.connectionId, display);
    display.onstats = (stats) => {
      this.#readings.displaySays(stats);
      void reporter?.displaySays(stats.frames, performance.now());
    };
    display.onclose = onclose;
    return {
      setMultimediaTime: (/** @type {number} */ time, /** @type {number | null} */ delay) => display.setMultimediaTime(time, delay),
      close: () => {
        reporter?.close();
        display.close();
        this.stage.drop(canvas);
        if (this.display === display) this.display = null;
      },
    };
  }

  /** @param {number} connectionId @param {DisplayClient} display */
  #reporter(connectionId, display) {
    const url = this.#host.getAttribute("report");
    return url ? new Reporter(reportsTo(url, connectionId), () => display.thumbnail().catch(() => null)) : null;
  }

  /** @param {Status} status */
  #show(status) {
    this.#panel.show(status);
    this.stage.setLive(status.state === "connected");
    this.#toolbar.setAbout(this.#host.getAttribute("machine") || this.#name, this.#detail());
    if (status.state === this.#announced) return;
    this.#announced = status.state;
    this.#host.dataset.state = status.state;
    if (status.state !== "connected") this.#disconnected(status.state === "connecting");
    else this.#connected(status);
    this.#tell("spice-state", { state: status.state });
    if (status.cause) this.#tell("spice-error", status.cause);
  }

  /** A few words of the state. */
  #detail() {
    const { state } = this.connection.status;
    return state === "connected" && this.#viewOnly ? "View only" : DETAILS[state];
  }

  /** @param {Status} status */
  #connected({ steps }) {
    const active = document.activeElement;
    if (!active || active === document.body || active === this.#host) this.stage.field.focus({ preventScroll: true });
    this.#tell("spice-firstframe", { milliseconds: steps.get("picture"), steps: Object.fromEntries(steps) });
  }

  /** @param {boolean} beginning */
  #disconnected(beginning) {
    this.input.forget();
    this.sound.forget();
    this.stage.cursor.reset();
    this.#toolbar.setLive(false);
    this.#toolbar.setHeld(this.input.keyboard.sticky);
    if (beginning) this.#readings.reset();
    this.#strip.clear();
    this.#toast.hide();
  }

  /** Once a second: what the session did meanwhile. */
  #read() {
    const session = this.connection.session;
    const inputs = session?.inputs ?? null;
    const around = { inputs, sound: this.sound.stats, size: this.stage.size, scale: this.stage.scale };
    this.stats = this.#readings.read(performance.now(), around);
    if (this.#statistics.shown) this.#statistics.show(this.#readings.rows());
    const answers = this.#answers.read(inputs?.silence ?? 0);
    this.#strip.set("blank", session && this.#blank ? "The machine shows no picture at the moment." : null);
    this.#strip.set("slow", answers === "slow" ? "The connection is slow to answer." : null);
    if (answers === "gone") this.connection.abandon(SILENT);
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.#host.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: { ...detail } }));
  }
}

/** Without this a browser leaves the page for a file that is dropped on it. @param {DragEvent} event */
function refuse(event) {
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
}

/** @type {Record<State, string>} */
const DETAILS = {
  connecting: "Connecting…",
  connected: "Connected",
  waiting: "Waiting to reconnect",
  failed: "Not connected",
  closed: "Disconnected",
};

/** @type {import("../transport/closing.js").Cause} */
const TOO_OLD = Object.freeze({
  code: 0,
  sentence: "This browser cannot show machines: Chrome or Edge 100, Firefox 114, Safari 16.4 or a later one can.",
  heals: false,
});

/** Whether this browser lets a worker draw a picture of the page. */
function canShow() {
  return typeof HTMLCanvasElement.prototype.transferControlToOffscreen === "function";
}

/** @param {string | null} value @returns {number | null} an `ImageCompression`; null: the machine decides */
function compressionOf(value) {
  const name = /** @type {keyof typeof ImageCompression} */ (value?.toUpperCase() ?? "");
  return ImageCompression[name] || null;
}

/** @param {string | null} value @returns {ScaleMode} */
function scaleOf(value) {
  return value === "1:1" ? "1:1" : "fit";
}
