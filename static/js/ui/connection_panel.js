// @ts-check
// What a person sees while there is no picture: the steps and their times, or what went wrong and what to do.

import { icon, make } from "./dom.js";
import { durationText } from "./numbers.js";

/** @typedef {import("./connection.js").Status} Status */

/** @type {readonly [import("../spice/session.js").Step, string][]} */
const STEPS = [
  ["reach", "Reach the machine"],
  ["authenticate", "Authenticate"],
  ["picture", "First picture"],
];

/** A machine may have nothing to show, and wait for a key. */
const BLANK_MS = 4000;
/** An attempt that takes longer may be given up by hand: a broken network says nothing. */
const LONG_MS = 5000;
/** A connection this fast needs no card: it would only flicker. */
const PATIENCE_MS = 250;

export class ConnectionPanel {
  /** The person wants another attempt, now. @type {(() => void) | null} */
  onreconnect = null;

  element = make("section", { class: "card", hidden: true });

  #title = make("h1");
  #steps = make("ol", { class: "steps" });
  #sentence = make("p", { class: "sentence", role: "alert" });
  #countdown = make("p", { class: "countdown" });
  #hint = make("p", { class: "hint", role: "status", hidden: true },
    "The machine shows nothing yet. Keys reach it already: one may wake its screen.");
  #reconnect = make("button", { type: "button", class: "primary" }, "Reconnect");
  #home = make("a", { class: "button" }, "Home");
  #actions = make("div", { class: "actions" }, this.#reconnect, this.#home);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #blank;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #long;
  #state = "";

  constructor() {
    this.#title.id = "connection-title";
    this.element.setAttribute("aria-labelledby", this.#title.id);
    this.element.append(this.#title, this.#steps, this.#hint, this.#sentence, this.#countdown, this.#actions);
    this.#reconnect.addEventListener("click", () => this.onreconnect?.());
  }

  /** @param {string} machine */
  setMachine(machine) {
    this.#title.textContent = machine;
  }

  /** @param {string | null} address of the page with all machines; null: there is none to go to */
  setHome(address) {
    this.#home.hidden = address === null;
    if (address !== null) this.#home.href = address;
  }

  /** @param {Status} status */
  show(status) {
    const changed = status.state !== this.#state;
    this.#state = status.state;
    this.element.dataset.state = status.state;
    const ended = ["waiting", "failed", "closed"].includes(status.state);
    this.#steps.hidden = ended;
    if (!ended) this.#steps.replaceChildren(...stepItems(status));
    this.#showHint(!ended && status.steps.has("authenticate") && !status.steps.has("picture"));
    this.#showCause(status);
    if (!changed) return;
    this.#offer(ended);
    this.#reveal(status.state);
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#blank);
    clearTimeout(this.#long);
  }

  /** What to do: at once when it ended, else when it takes long. @param {boolean} ended */
  #offer(ended) {
    clearTimeout(this.#long);
    this.#actions.hidden = !ended;
    if (!ended) this.#long = setTimeout(() => (this.#actions.hidden = false), LONG_MS);
  }

  /** @param {boolean} waiting all stands, and only the picture is missing */
  #showHint(waiting) {
    clearTimeout(this.#blank);
    this.#hint.hidden = true;
    if (waiting) this.#blank = setTimeout(() => (this.#hint.hidden = false), BLANK_MS);
  }

  /** @param {Status} status */
  #showCause({ state, cause, retryIn }) {
    const sentence = state === "closed" ? "Disconnected." : cause?.sentence ?? "";
    this.#sentence.hidden = sentence === "";
    if (this.#sentence.textContent !== sentence) this.#sentence.textContent = sentence;
    this.#countdown.hidden = state !== "waiting";
    this.#countdown.textContent = `Trying again in ${retryIn} s.`;
    this.#reconnect.textContent = state === "waiting" ? "Try now" : state === "connecting" ? "Try again" : "Reconnect";
  }

  /** @param {string} state */
  #reveal(state) {
    clearTimeout(this.#timer);
    if (state === "connected") this.element.hidden = true;
    else if (state !== "connecting") this.element.hidden = false;
    else if (this.element.hidden) this.#timer = setTimeout(() => (this.element.hidden = false), PATIENCE_MS);
    if (state === "failed" || state === "closed") this.#reconnect.focus({ preventScroll: true });
  }
}

/** @param {Status} status */
function stepItems({ steps }) {
  const next = STEPS.find(([step]) => !steps.has(step))?.[0];
  let before = 0;
  return STEPS.map(([step, label]) => {
    const at = steps.get(step);
    const state = at !== undefined ? "done" : step === next ? "now" : "later";
    const time = at === undefined ? "" : durationText(at - before);
    before = at ?? before;
    return make("li", { class: state, "aria-current": step === next ? "step" : null },
      make("span", { class: "mark" }, state === "done" ? icon("done") : null),
      make("span", { class: "label" }, label),
      make("span", { class: "time" }, time));
  });
}
