import assert from "node:assert/strict";
import { test } from "node:test";

import { WebSocketTransport } from "../../../static/js/transport/websocket.js";

/** The browser's side of a WebSocket, under the test's hand. */
class Socket extends EventTarget {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  /** @type {number[][]} */
  sent = [];
  /** @type {number | null} */
  closedWith = null;

  send(bytes) {
    if (this.readyState !== 1) throw new Error("InvalidStateError");
    this.sent.push([...bytes]);
  }

  close(code) {
    this.closedWith = code;
    this.readyState = 2;
  }

  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  says(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  ends(code, reason = "") {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }
}

function opened() {
  const socket = new Socket();
  const transport = new WebSocketTransport(/** @type {any} */ (socket));
  /** @type {any[]} */
  const heard = [];
  transport.onopen = () => heard.push("open");
  transport.onmessage = (data) => heard.push([...new Uint8Array(data)]);
  transport.onclose = (end) => heard.push(end);
  return { socket, transport, heard };
}

test("bytes given before the connection stands go first when it does", () => {
  const { socket, transport, heard } = opened();
  const bytes = Uint8Array.of(1, 2);
  transport.send(bytes);
  bytes.fill(9);
  assert.deepEqual(socket.sent, []);
  socket.opens();
  transport.send(Uint8Array.of(3));
  assert.deepEqual(socket.sent, [[1, 2], [3]]);
  assert.deepEqual(heard, ["open"]);
});

test("what arrives is handed on as it is", () => {
  const { socket, heard } = opened();
  socket.opens();
  assert.equal(socket.binaryType, "arraybuffer");
  socket.says(Uint8Array.of(5, 6).buffer);
  assert.deepEqual(heard, ["open", [5, 6]]);
});

test("the end is told with the gateway's code and sentence", () => {
  const { socket, heard } = opened();
  socket.ends(4001, "The machine is away.");
  assert.deepEqual(heard, [{ code: 4001, reason: "The machine is away." }]);
});

test("after closing, nothing is sent and nothing told", () => {
  const { socket, transport, heard } = opened();
  socket.opens();
  transport.close();
  transport.close();
  transport.send(Uint8Array.of(1));
  socket.says(Uint8Array.of(1).buffer);
  socket.ends(1000);
  assert.deepEqual([socket.sent, heard, socket.closedWith], [[], ["open"], 1000]);
});

test("a code that browsers refuse becomes 1000", () => {
  const { socket, transport } = opened();
  transport.close(1006);
  assert.equal(socket.closedWith, 1000);
});

test("text from the gateway ends the connection with a sentence", () => {
  const { socket, heard } = opened();
  socket.opens();
  socket.says("hello");
  assert.equal(socket.closedWith, 4004);
  assert.deepEqual(heard.at(-1), { code: 4004, reason: "The gateway sent text where SPICE bytes belong." });
});
