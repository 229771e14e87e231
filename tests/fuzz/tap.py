"""Listens in on what a client says to a machine: a TCP proxy that keeps the client's side of each connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from gateway.spice.caps import from_words
from gateway.spice.codec import unpack
from gateway.spice.enums import ChannelType, Direction
from gateway.spice.framing import MessageReader
from gateway.spice.limits import TICKET_BYTES
from gateway.spice.link import HEADER_BYTES
from gateway.spice.messages.link import AuthMechanismChoice, LinkHeader, parse_link_mess
from tests.fuzz.recordings import Recording, Said

AUTH_BYTES = 4
"""An `AuthMechanismChoice`, which every client of today sends."""


class Tap:
    """`port` leads to the machine at `to`, both on the loopback."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._heard: list[bytearray] = []
        self._flows: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._on_client, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> list[Recording]:
        """Everything that was said."""
        self._server.close()
        for flow in self._flows:
            flow.cancel()
        await asyncio.gather(*self._flows, return_exceptions=True)
        return [recording for heard in self._heard for recording in _recording(bytes(heard))]

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = bytearray()
        self._heard.append(heard)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        async with asyncio.TaskGroup() as flows:
            self._flows |= {
                flows.create_task(_carry(reader, far_writer, heard)),
                flows.create_task(_carry(far_reader, writer, None)),
            }


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray | None) -> None:
    with suppress(ConnectionError):  # one end was killed
        while data := await reader.read(1 << 16):
            if heard is not None:
                heard += data
            writer.write(data)
            await writer.drain()
    writer.close()


def _recording(heard: bytes) -> Iterator[Recording]:
    """What was said behind the link; nothing when it never got so far."""
    size = unpack(LinkHeader, heard[:HEADER_BYTES]).size
    fixed, _, words = parse_link_mess(heard[HEADER_BYTES : HEADER_BYTES + size])
    start = HEADER_BYTES + size + AUTH_BYTES + TICKET_BYTES
    unpack(AuthMechanismChoice, heard[start - TICKET_BYTES - AUTH_BYTES : start - TICKET_BYTES])
    channel = ChannelType(fixed.channel_type)
    reader = MessageReader(channel, Direction.CLIENT, mini=True)
    reader.feed(heard[start:])
    said = tuple(Said(frame.number, frame.payload) for frame in reader)
    if said:
        yield Recording(channel, tuple(sorted(from_words(words))), said)
