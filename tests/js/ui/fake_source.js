// Stands in for the browser's EventSource.

export class FakeSource extends EventTarget {
  readyState = 1;
  closed = false;
  /** @type {(() => void) | null} */
  onerror = null;

  /** @param {string} name @param {string} data */
  tell(name, data) {
    this.dispatchEvent(Object.assign(new Event(name), { data }));
  }

  /** The browser gives it up. */
  fail() {
    this.readyState = 2;
    this.onerror?.();
  }

  close() {
    this.closed = true;
  }
}
