// @ts-check
// A byte transport over one WebSocket, the same on the page and in the worker.

/**
 * What a channel needs of the thing below it. Callbacks are set by the owner after construction;
 * bytes sent before `onopen` wait for it.
 * @typedef {object} Transport
 * @property {(bytes: Uint8Array) => void} send
 * @property {(code?: number) => void} close
 * @property {(() => void) | null} onopen
 * @property {((data: ArrayBuffer) => void) | null} onmessage
 * @property {((end: {code: number, reason: string}) => void) | null} onclose
 */

const SUBPROTOCOL = "binary";

/**
 * Opens a WebSocket to `url` (`ws:`, `wss:`, or relative to the page) with subprotocol "binary".
 * Never throws for network reasons: those arrive through `onclose`.
 * @param {string} url
 * @returns {WebSocketTransport}
 */
export function openWebSocket(url) {
  return new WebSocketTransport(new WebSocket(url, SUBPROTOCOL));
}

/** @implements {Transport} */
export class WebSocketTransport {
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((data: ArrayBuffer) => void) | null} */
  onmessage = null;
  /** @type {((end: {code: number, reason: string}) => void) | null} */
  onclose = null;

  /** @type {WebSocket} */
  #socket;
  /** @type {Uint8Array[]} */
  #early = [];
  #open = false;
  #closed = false;
  #listening = new AbortController();

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const { signal } = this.#listening;
    socket.addEventListener("open", () => this.#opened(), { signal });
    socket.addEventListener("message", (event) => this.#received(event.data), { signal });
    socket.addEventListener("close", ({ code, reason }) => this.#ended(code, reason), { signal });
  }

  /** Bytes handed over that the network has not taken yet. */
  get waiting() {
    return this.#socket.bufferedAmount;
  }

  /** @param {Uint8Array} bytes */
  send(bytes) {
    if (this.#closed) return;
    if (!this.#open) this.#early.push(bytes.slice());
    else this.#socket.send(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
  }

  /**
   * Closes without a further callback. Only 1000 and 3000–4999 are codes a page may give.
   * @param {number} [code]
   */
  close(code = 1000) {
    if (this.#closed) return;
    this.#closed = true;
    this.#listening.abort();
    this.#socket.close(code === 1000 || (code >= 3000 && code <= 4999) ? code : 1000);
  }

  #opened() {
    this.#open = true;
    for (const bytes of this.#early.splice(0)) {
      this.#socket.send(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    }
    this.onopen?.();
  }

  /** @param {unknown} data */
  #received(data) {
    // A text frame has no meaning in SPICE; only a broken or foreign server sends one.
    if (data instanceof ArrayBuffer) this.onmessage?.(data);
    else this.#fail("The gateway sent text where SPICE bytes belong.");
  }

  /** @param {string} reason */
  #fail(reason) {
    this.close(4004);
    this.onclose?.({ code: 4004, reason });
  }

  /** @param {number} code @param {string} reason */
  #ended(code, reason) {
    if (this.#closed) return;
    this.#closed = true;
    this.#listening.abort();
    this.onclose?.({ code, reason });
  }
}
