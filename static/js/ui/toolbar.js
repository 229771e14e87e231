// @ts-check
// The toolbar behind the tab: keys that browsers keep to themselves, the picture's scale, full screen, and the way out.

import { icon, make } from "./dom.js";
import { Tab } from "./tab.js";

/** @typedef {import("./layout.js").ScaleMode} ScaleMode */

/**
 * What the toolbar can ask for.
 * @typedef {object} Actions
 * @property {(code: string, hold: boolean) => void} hold     hold a key down, or let go of it
 * @property {() => void} write                               bring up the on-screen keyboard, or put it away
 * @property {(codes: string[]) => void} chord                 press keys together and release them
 * @property {(mode: ScaleMode) => void} scale
 * @property {() => void} fullscreen                           enter or leave
 * @property {(show: boolean) => void} statistics
 * @property {() => void} disconnect
 * @property {() => void} leave                                back to the picture
 */

const STICKY = /** @type {const} */ ([
  ["ControlLeft", "Ctrl"], ["AltLeft", "Alt"], ["ShiftLeft", "Shift"], ["MetaLeft", "Super"],
]);
const TAPPED = /** @type {const} */ ([["Tab", "Tab"], ["Escape", "Esc"]]);
/** Distance of the panel from the sides, CSS pixels. */
const MARGIN = 8;

export class Toolbar {
  /** Put it on the page over the stage. */
  element = make("div", { class: "bar" });

  #actions;
  #tab = new Tab();
  #name = make("span", { class: "name" });
  #detail = make("span", { class: "detail" });
  #panel;
  /** @type {Map<string, HTMLButtonElement>} */
  #sticky = new Map();
  /** @type {Map<ScaleMode, HTMLButtonElement>} */
  #scales = new Map();
  #statistics = this.#button("Statistics", "statistics", (button) => {
    this.#actions.statistics(toggle(button));
  });
  #write = this.#button("Keyboard", "keyboard", () => this.#actions.write());
  #watch = new ResizeObserver(() => this.#place());
  #fullscreen = this.#button("Full screen", "fullscreen", () => this.#actions.fullscreen());

  /** @param {Actions} actions @param {...HTMLElement} more groups, before the way out */
  constructor(actions, ...more) {
    this.#actions = actions;
    this.#panel = make("div", { class: "panel", id: "toolbar", role: "toolbar", "aria-label": "Machine", hidden: true },
      make("div", { class: "about" }, this.#name, this.#detail), ...this.#groups(more));
    this.#statistics.setAttribute("aria-pressed", "false");
    this.element.append(this.#tab.element, this.#panel);
    this.#tab.onpress = () => this.toggle();
    this.#tab.onmove = () => this.#place();
    this.#tab.setOpen(false);
    this.#watch.observe(this.element);
    this.#watch.observe(this.#panel);
    this.#panel.addEventListener("keydown", (event) => this.#onKey(event));
    // A click with the mouse leaves the focus with the picture, so that held keys and typing go on.
    this.#panel.addEventListener("mousedown", (event) => {
      if (!isSlider(event.target)) event.preventDefault();
    });
  }

  get open() {
    return !this.#panel.hidden;
  }

  /** @param {boolean} [open] @param {boolean} [focus] move the focus into the toolbar */
  toggle(open = !this.open, focus = false) {
    this.#panel.hidden = !open;
    this.#tab.setOpen(open);
    this.#tab.wake();
    if (open && focus) this.#stops()[0]?.focus();
  }

  /** The person is there. */
  wake() {
    this.#tab.wake();
  }

  /** @param {string} name of the machine @param {string} detail a few words of its state */
  setAbout(name, detail) {
    if (this.#name.textContent !== name) this.#name.textContent = name;
    if (this.#detail.textContent !== detail) this.#detail.textContent = detail;
  }

  /** @param {boolean} live keys can be sent */
  setLive(live) {
    for (const button of this.#panel.querySelectorAll("button[data-keys]")) {
      /** @type {HTMLButtonElement} */ (button).disabled = !live;
    }
  }

  /** @param {ReadonlySet<string>} codes held down from here */
  setHeld(codes) {
    for (const [code, button] of this.#sticky) button.setAttribute("aria-pressed", String(codes.has(code)));
    this.#tab.setHolding(codes.size > 0);
  }

  /** @param {boolean} writing the on-screen keyboard is up */
  setWriting(writing) {
    this.#write.setAttribute("aria-pressed", String(writing));
  }

  /** @param {ScaleMode} mode */
  setScale(mode) {
    for (const [name, button] of this.#scales) button.setAttribute("aria-pressed", String(name === mode));
  }

  /** @param {boolean} full @param {boolean} possible */
  setFullscreen(full, possible) {
    this.#fullscreen.hidden = !possible;
    this.#fullscreen.replaceChildren(icon(full ? "window" : "fullscreen"),
      make("span", {}, full ? "Leave full screen" : "Full screen"));
  }

  close() {
    this.#watch.disconnect();
    this.#tab.close();
  }

  /** @param {HTMLElement[]} more */
  #groups(more) {
    const sticky = STICKY.map(([code, label]) => {
      const button = this.#key(label, (self) => this.#actions.hold(code, toggle(self)));
      button.setAttribute("aria-pressed", "false");
      button.title = `Hold ${label} down until pressed again`;
      this.#sticky.set(code, button);
      return button;
    });
    const tapped = TAPPED.map(([code, label]) => this.#key(label, () => this.#actions.chord([code])));
    const reset = this.#key("Ctrl+Alt+Del", () => this.#actions.chord(["ControlLeft", "AltLeft", "Delete"]));
    this.#write.title = "Type with this device's on-screen keyboard";
    this.#write.setAttribute("aria-pressed", "false");
    this.#write.dataset.keys = "";
    this.#write.hidden = !matchMedia("(any-pointer: coarse)").matches;
    return [
      group("Keys", this.#write, ...sticky, ...tapped, reset),
      group("Picture", this.#scale("fit", "Fit"), this.#scale("1:1", "1:1"), this.#fullscreen, this.#statistics),
      ...more,
      group("Session", this.#button("Disconnect", "disconnect", () => this.#actions.disconnect())),
    ];
  }

  /** @param {ScaleMode} mode @param {string} label */
  #scale(mode, label) {
    const button = this.#button(label, null, () => this.#actions.scale(mode));
    button.setAttribute("aria-pressed", "false");
    button.title = mode === "fit" ? "As large as the window allows" : "One machine pixel on one screen pixel";
    this.#scales.set(mode, button);
    return button;
  }

  /** @param {string} label @param {(button: HTMLButtonElement) => void} act */
  #key(label, act) {
    const button = this.#button(label, null, act);
    button.dataset.keys = "";
    return button;
  }

  /**
   * @param {string} label @param {Parameters<typeof icon>[0] | null} picture
   * @param {(button: HTMLButtonElement) => void} act
   */
  #button(label, picture, act) {
    const button = make("button", { type: "button", tabindex: -1 },
      picture ? icon(picture) : null, make("span", {}, label));
    button.addEventListener("click", () => act(button));
    return button;
  }

  /** What the arrow keys go through. @returns {HTMLButtonElement[]} */
  #stops() {
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (this.#panel.querySelectorAll("button"));
    const stops = [...buttons].filter((button) => !button.disabled && !button.hidden && !button.closest(".group[hidden]"));
    const current = stops.find((button) => button.matches(":focus")) ?? stops[0];
    for (const button of buttons) button.tabIndex = button === current ? 0 : -1;
    return stops;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    event.stopPropagation();
    if (isSlider(event.target) && event.key !== "Escape") return; // it has its own use for arrows
    const stops = this.#stops();
    const at = stops.findIndex((button) => button.matches(":focus"));
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") this.#leave();
    else if (to !== undefined) stops.at(to % stops.length)?.focus();
    else return;
    event.preventDefault();
    this.#stops();
  }

  #leave() {
    this.toggle(false);
    this.#actions.leave();
  }

  /** The panel hangs under the tab, and stays on the page. */
  #place() {
    const room = this.element.clientWidth;
    const width = this.#panel.offsetWidth;
    const left = Math.min(room - width - MARGIN, Math.max(MARGIN, this.#tab.at * room - width / 2));
    this.#panel.style.left = `${Math.max(0, left)}px`;
  }
}

/** @param {string} label @param {...HTMLElement} children */
function group(label, ...children) {
  return make("div", { class: "group", role: "group", "aria-label": label }, ...children);
}

/** @param {EventTarget | null} target */
function isSlider(target) {
  return target instanceof HTMLInputElement;
}

/** @param {HTMLButtonElement} button @returns {boolean} whether it is pressed now */
function toggle(button) {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pressed));
  return pressed;
}
