"""The machine of the relay benchmark: as much SPICE as a relay looks at, and floods at the kernel's speed.

``python -m benchmarks.relay_machine`` prints one JSON line with its ports and serves until its standard input closes:

- ``spice``: MAIN sends INIT, INPUTS answers each key_modifiers with a key_modifiers, DISPLAY floods draw_copy messages
  once the client has sent its INIT; every other channel is silent.
- ``raw_flood``, ``raw_echo``: the same loads without SPICE, for relays of plain bytes.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import socket
import subprocess
import sys
from struct import pack

from gateway.spice.enums import ChannelType
from gateway.spice.framing import frame
from gateway.spice.link import Linked, LinkRequest, TicketReceived
from gateway.spice.link_server import LinkServer

WRITE_BYTES = 64 << 10
"""One message with its header, and one write."""
ECHO_BYTES = 8
"""A key_modifiers message with its mini header, in either direction."""

MAIN_INIT, DRAW_COPY, INPUTS_KEY_MODIFIERS = 103, 304, 102
ECHO = frame(INPUTS_KEY_MODIFIERS, b"\1\0", True, 0)
MINI_HEADER = 8
BACKLOG = 4096


def main_init(session_id: int) -> bytes:
    """INIT of MAIN: session id, displays, mouse modes, agent, tokens, time, memory."""
    return frame(MAIN_INIT, pack("<8I", session_id, 1, 3, 1, 0, 0, 0, 0), True, 1)


class Machine(asyncio.Protocol):
    """One connection to the SPICE port."""

    sessions = 0

    def __init__(self) -> None:
        self._link: LinkServer | None = LinkServer(math.inf)
        self._type = 0
        self._partial = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._link is None:
            self._on_messages(data)
            return
        self._link.receive_data(data)
        self._on_link(self._link)

    def _on_link(self, link: LinkServer) -> None:
        for event in link.events_received():
            if isinstance(event, LinkRequest):
                self._type = event.channel_type
                link.accept([MINI_HEADER], [])
            elif isinstance(event, TicketReceived):
                link.grant()
        self._transport.write(link.data_to_send())
        for event in link.events_received():
            if isinstance(event, Linked):
                self._link = None
                self._on_linked()

    def _on_linked(self) -> None:
        if self._type == ChannelType.MAIN:
            Machine.sessions += 1
            self._transport.write(main_init(Machine.sessions))
        elif self._type == ChannelType.DISPLAY:
            self._transport.pause_reading()
            flood(self._transport.get_extra_info("socket"), spice=True)
            self._transport.abort()  # the flooding process holds the connection now

    def _on_messages(self, data: bytes) -> None:
        if self._type == ChannelType.INPUTS:
            answers, self._partial = divmod(self._partial + len(data), ECHO_BYTES)
            self._transport.write(ECHO * answers)


class RawEcho(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


class RawFlood(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        flood(transport.get_extra_info("socket"), spice=False)
        transport.abort()


def flood(connection: socket.socket, *, spice: bool) -> None:
    """Give the connection to a process of its own, which writes for as long as somebody reads."""
    descriptor = connection.fileno()
    arguments = [sys.executable, "-m", "benchmarks.relay_machine", "--flood", str(descriptor), str(int(spice))]
    subprocess.Popen(arguments, pass_fds=[descriptor], stdin=subprocess.DEVNULL)


def write_flood(descriptor: int, *, spice: bool) -> None:
    """Wait for a word of the client, then write until it hangs up."""
    with socket.socket(fileno=descriptor) as connection:
        connection.setblocking(True)
        payload = bytes(range(256)) * (WRITE_BYTES // 256)
        data = frame(DRAW_COPY, payload[6:], True, 1) if spice else payload
        assert len(data) == WRITE_BYTES
        if not connection.recv(4096):
            return
        try:
            while True:
                connection.sendall(data)
        except OSError:
            return


async def serve() -> None:
    loop = asyncio.get_running_loop()
    ports = {}
    for name, protocol in (("spice", Machine), ("raw_echo", RawEcho), ("raw_flood", RawFlood)):
        server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=BACKLOG)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    if sys.argv[1:2] == ["--flood"]:
        write_flood(int(sys.argv[2]), spice=sys.argv[3] == "1")
    else:
        asyncio.run(serve())
        os._exit(0)


if __name__ == "__main__":
    main()
