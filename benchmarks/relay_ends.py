"""The client's ends of the relay benchmark: blocking sockets, as cheap as they come.

``python -m benchmarks.relay_ends <json>`` opens one flooded end and drains it until it is killed.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass
from struct import pack, unpack

from benchmarks.relay_machine import ECHO_BYTES
from gateway.spice.enums import ChannelType
from gateway.spice.framing import frame
from gateway.spice.link import Linked
from gateway.spice.link_client import LinkClient

DRAIN_BYTES = 1 << 20
DISPLAY_INIT, INPUTS_KEY_MODIFIERS = 101, 103
MINI_HEADER = 8
TIMEOUT = 30.0
PING = 0x89
PONG = b"\x8a\x80" + bytes(4)


@dataclass(frozen=True)
class Address:
    """Where an end connects to. `machine` set: the spicegate's machine; else `websocket` tells what is spoken."""

    port: int
    websocket: bool = False
    machine: str = ""
    cookie: str = ""


class End:
    """A connected socket, past every handshake; `put` and `take` know about frames."""

    def __init__(self, address: Address) -> None:
        self.websocket = address.websocket
        self.socket = socket.create_connection(("127.0.0.1", address.port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.websocket:
            self._upgrade(address)

    def _upgrade(self, address: Address) -> None:
        path = f"/ws/{address.machine}" if address.machine else "/"
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{address.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            f"Origin: http://127.0.0.1:{address.port}",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: binary",
            *([f"Cookie: {address.cookie}"] if address.cookie else []),
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.socket.recv(1) or _lost(answer)
        if b" 101 " not in answer.splitlines()[0]:
            _lost(answer)

    def put(self, data: bytes) -> None:
        if self.websocket:  # masked with zeros: one way of masking
            size = pack("!B", 0x80 | len(data)) if len(data) < 126 else pack("!BH", 0xFE, len(data))
            data = b"".join((b"\x82", size, bytes(4), data))
        self.socket.sendall(data)

    def take(self) -> bytes:
        """The next frame's payload, or whatever comes where there are no frames."""
        while self.websocket:
            first, size = self._exactly(2)
            if size == 126:
                (size,) = unpack("!H", self._exactly(2))
            elif size == 127:
                (size,) = unpack("!Q", self._exactly(8))
            data = self._exactly(size)
            if first & 0x0F in (0, 2):
                return data
            if first == PING:
                self.socket.sendall(PONG)
            if first & 0x0F == 8:
                _lost(data)
        return self.socket.recv(65536)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self.socket.recv(size - len(data)) or _lost(data)
        return data

    def link(self, channel: ChannelType, connection_id: int) -> bytes:
        """The SPICE link; what came behind it."""
        link = LinkClient(connection_id, channel, 0, [MINI_HEADER], [], None)
        while True:
            if data := link.data_to_send():
                self.put(data)
            for event in link.events_received():
                if isinstance(event, Linked):
                    return event.trailing
            link.receive_data(self.take())

    def session_id(self, trailing: bytes) -> int:
        """The session id in INIT, which follows the link of MAIN."""
        while len(trailing) < 10:
            trailing += self.take()
        return int.from_bytes(trailing[6:10], "little")

    def drain(self, amount: int) -> None:
        """Receive so many bytes and forget them."""
        scratch = bytearray(DRAIN_BYTES)
        while amount > 0:
            amount -= self.socket.recv_into(scratch) or len(_lost(b""))

    def round_trips(self, count: int, pause: float = 0.0) -> list[float]:
        """Seconds of each of so many small messages to the machine and back, one at a time."""
        message = frame(INPUTS_KEY_MODIFIERS, b"\1\0", True, 0)
        assert len(message) == ECHO_BYTES
        answer = ECHO_BYTES + 2 * self.websocket
        found = []
        for _ in range(count):
            if pause:
                time.sleep(pause)
            began = time.perf_counter()
            self.put(message)
            data = self._exactly(answer)
            while self.websocket and data[0] == PING:
                self.socket.sendall(PONG)
                data = data[2:] + self._exactly(2)
            found.append(time.perf_counter() - began)
        return found


class Keeper(threading.Thread):
    """Answers the pings on WebSockets that carry nothing else, as a browser would."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._poll = select.epoll()
        self._ends: dict[int, End] = {}
        self.start()

    def keep(self, end: End) -> End:
        """From now until it is closed."""
        self._ends[end.socket.fileno()] = end
        self._poll.register(end.socket, select.EPOLLIN)
        return end

    def run(self) -> None:
        while True:
            for descriptor, _ in self._poll.poll():
                with contextlib.suppress(OSError):
                    end = self._ends[descriptor].socket
                    if data := end.recv(4096):
                        end.sendall(PONG * (len(data) // 2))
                    else:
                        self._poll.unregister(descriptor)


KEEPER = Keeper()


def _lost(data: bytes) -> bytes:
    raise ConnectionError(f"the connection ended: {data[:200]!r}")


def open_echo(address: Address) -> list[End]:
    """An end whose `round_trips` works, with whatever must stay open beside it."""
    end = End(address)
    if not address.machine:
        return [end]
    session = end.session_id(end.link(ChannelType.MAIN, 0))
    inputs = End(address)
    inputs.link(ChannelType.INPUTS, session)
    return [inputs, KEEPER.keep(end)]


def open_flood(address: Address) -> list[End]:
    """An end that is flooded from now on, with whatever must stay open beside it."""
    end = End(address)
    if not address.machine:
        end.put(b"go")
        return [end]
    session = end.session_id(end.link(ChannelType.MAIN, 0))
    display = End(address)
    display.link(ChannelType.DISPLAY, session)
    display.put(frame(DISPLAY_INIT, bytes(14), True, 0))
    return [display, KEEPER.keep(end)]


def to_json(address: Address) -> str:
    return json.dumps(asdict(address))


if __name__ == "__main__":
    [flooded, *_] = open_flood(Address(**json.loads(sys.argv[1])))
    print("open", flush=True)
    while True:
        flooded.drain(1 << 30)
