// @ts-check
// Full screen with the whole keyboard, where the browser gives it.

export class Fullscreen {
  /** Called when full screen begins or ends; `keyboard`: system keys go to the machine too.
   * @type {((full: boolean, keyboard: boolean) => void) | null} */
  onchange = null;

  #element;
  #listening = new AbortController();

  /** @param {HTMLElement} element to fill the screen with */
  constructor(element) {
    this.#element = element;
    document.addEventListener("fullscreenchange", () => this.#changed(), { signal: this.#listening.signal });
  }

  get possible() {
    return document.fullscreenEnabled === true;
  }

  get full() {
    return document.fullscreenElement === this.#element;
  }

  async toggle() {
    try {
      if (this.full) await document.exitFullscreen();
      else await this.#element.requestFullscreen({ navigationUI: "hide" });
    } catch {
      this.onchange?.(this.full, false); // the browser refused: nothing has changed
    }
  }

  close() {
    this.#listening.abort();
    if (this.full) document.exitFullscreen();
  }

  async #changed() {
    const keyboard = /** @type {any} */ (navigator).keyboard;
    let locked = false;
    if (this.full && keyboard?.lock) {
      locked = await keyboard.lock().then(() => true, () => false);
    } else {
      keyboard?.unlock?.();
    }
    this.onchange?.(this.full, locked);
  }
}
