// @ts-check
// A small picture of a screen that the gateway has, asked for again now and then while the page is looked at.

import { make } from "./dom.js";
import { gatewayNow, heardFrom } from "./gateway_clock.js";
import { sitePath } from "./site.js";
import { spanText } from "./times.js";

/** A picture that is older says so. */
const OLD_SECONDS = 90;

export class LivePicture {
  /** The first picture is there. */
  onfirst = () => {};

  element;
  #path;
  #pause;
  #image;
  #age = make("span", { class: "shot-age", hidden: true });
  #nothing;
  #address = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #looking = new AbortController();

  /**
   * @param {object} options
   * @param {string} options.path of the picture, below the API
   * @param {string} options.label what it is a picture of
   * @param {string} options.nothing what stands there without one
   * @param {number} options.pause milliseconds between two looks
   */
  constructor({ path, label, nothing, pause }) {
    this.#path = path;
    this.#pause = pause;
    this.#image = make("img", { alt: label, hidden: true, draggable: "false" });
    this.#nothing = make("span", { class: "shot-nothing" }, nothing);
    this.element = make("span", { class: "shot" }, this.#image, this.#nothing, this.#age);
    document.addEventListener("visibilitychange", () => this.#look(), { signal: this.#looking.signal });
    this.#look();
  }

  close() {
    clearTimeout(this.#timer);
    this.#looking.abort();
    URL.revokeObjectURL(this.#address);
  }

  #look() {
    clearTimeout(this.#timer);
    if (document.visibilityState === "visible") void this.#ask();
  }

  async #ask() {
    const { signal } = this.#looking;
    const response = await fetch(sitePath(`/api/v1/${this.#path}`), { signal }).catch(() => null);
    if (response) heardFrom(response);
    const picture = response?.status === 200 ? await response.blob().catch(() => null) : null;
    if (signal.aborted || (response && [401, 403, 404].includes(response.status))) return; // it is not ours to see, or gone
    if (response && picture) await this.#show(picture, Date.parse(response.headers.get("Last-Modified") ?? ""));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#pause);
  }

  /** @param {Blob} picture @param {number} taken milliseconds since 1970 */
  async #show(picture, taken) {
    const before = this.#address;
    this.#address = URL.createObjectURL(picture);
    this.#image.src = this.#address;
    await this.#image.decode().catch(() => {}); // what is not decoded now is as soon as it is drawn
    URL.revokeObjectURL(before);
    const seconds = (gatewayNow() - taken) / 1000;
    this.#age.hidden = !(seconds > OLD_SECONDS);
    this.#age.textContent = this.#age.hidden ? "" : `${spanText(seconds)} ago`;
    if (!this.#image.hidden) return;
    this.#image.hidden = false;
    this.#nothing.hidden = true;
    this.onfirst();
  }
}
