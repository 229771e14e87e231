"""The sessions of the load benchmark: what a browser's page opens, as cheaply as can be.

A session is MAIN, INPUTS, CURSOR and DISPLAY over a WebSocket each. It counts as open when the first picture came.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time

from benchmarks.load.machines import KEY_PLACE
from gateway.spice import catalog, codec
from gateway.spice.caps import to_words
from gateway.spice.enums import ChannelType, CommonCap, Direction, DisplayCap
from gateway.spice.framing import MessageReader, frame
from gateway.spice.link import Linked
from gateway.spice.link_client import LinkClient
from gateway.spice.messages import common, display, inputs, main
from gateway.spice.messages.draw import DrawCopy, DrawFill
from gateway.spice.wire import Message

COMMON = to_words([CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER])
CAPS = {ChannelType.DISPLAY: to_words([DisplayCap.LZ4_COMPRESSION, DisplayCap.PREF_COMPRESSION])}
KEY = 0x1E
PATIENCE = 60.0


class Wire:
    """One WebSocket with a linked channel."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, type_: ChannelType) -> None:
        self._reader, self._writer = reader, writer
        self._messages = MessageReader(type_, Direction.SERVER, True)
        self._numbers = {e.cls: e.number for e in catalog.messages(type_, Direction.CLIENT)}
        self.type = type_

    @classmethod
    async def open(cls, port: int, machine: str, cookie: str, type_: ChannelType, connection_id: int = 0) -> Wire:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = [
            f"GET /ws/{machine} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            f"Origin: http://127.0.0.1:{port}",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: binary",
            f"Cookie: {cookie}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in answer.split(b"\r\n", 1)[0]:
            raise ConnectionError(answer.split(b"\r\n", 1)[0].decode())
        wire = cls(reader, writer, type_)
        await wire._link(LinkClient(connection_id, type_, 0, COMMON, CAPS.get(type_, []), None))
        return wire

    async def _link(self, link: LinkClient) -> None:
        while True:
            if data := link.data_to_send():
                self._put(data)
            for event in link.events_received():
                if isinstance(event, Linked):
                    self._messages.feed(event.trailing)
                    return
            if link.data_to_send():
                continue
            link.receive_data(await self._take())

    def send(self, message: Message) -> None:
        self._put(frame(self._numbers[type(message)], codec.marshal(message), True, 0))

    async def receive(self) -> Message:
        """The next message; pings and ACK windows are answered."""
        while True:
            while (found := self._messages.read()) is None:
                self._messages.feed(await self._take())
            message = codec.demarshal(self.type, Direction.SERVER, found.number, found.payload)
            if isinstance(message, common.Ping):
                self.send(common.Pong(message.id, message.timestamp))
            elif isinstance(message, common.SetAck):
                self._window, self._left = message.window, message.window
                self.send(common.AckSync(message.generation))
                continue
            self._acknowledge()
            if not isinstance(message, common.Ping):
                return message

    _window = _left = 0

    def _acknowledge(self) -> None:
        if self._window:
            self._left -= 1
            if not self._left:
                self._left = self._window
                self.send(common.Ack())

    def close(self) -> None:
        self._writer.transport.abort()

    def _put(self, data: bytes) -> None:
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self._writer.write(b"\x82" + size + bytes(4) + data)

    async def _take(self) -> bytes:
        """The next frame's payload; WebSocket pings are answered."""
        while True:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self._reader.readexactly(8), "big")
            payload = await self._reader.readexactly(size)
            if first & 0x0F == 0x9:
                self._writer.write(b"\x8a\x80" + bytes(4))
            elif first & 0x0F == 0x8:
                raise ConnectionError(payload[2:].decode(errors="replace"))
            else:
                return payload


class Session:
    """One page's. `seconds`: from its first connection to its first picture."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.updates = 0
        self.answers: list[float] = []
        self._pressed: float | None = None

    async def open(self, port: int, machine: str, cookie: str) -> None:
        begun = time.perf_counter()
        self.main = await Wire.open(port, machine, cookie, ChannelType.MAIN)
        while not isinstance(init := await self.main.receive(), main.Init):
            pass
        self.main.send(main.AttachChannels())
        while not isinstance(await self.main.receive(), main.ChannelsList):
            pass
        types = (ChannelType.DISPLAY, ChannelType.INPUTS, ChannelType.CURSOR)
        opening = (Wire.open(port, machine, cookie, type_, init.session_id) for type_ in types)
        self.display, self.inputs, self.cursor = await asyncio.gather(*opening)
        self.display.send(display.Init(1, 1 << 22, 1, 0))
        while not isinstance(await self.display.receive(), display.Mark):
            pass
        self.seconds = time.perf_counter() - begun

    async def watch(self) -> None:
        """Take what comes, for ever; note when the answer to a key came."""
        async with asyncio.TaskGroup() as tasks:
            for wire in (self.main, self.inputs, self.cursor):
                tasks.create_task(_drain(wire))
            tasks.create_task(self._look())

    async def _look(self) -> None:
        while True:
            message = await self.display.receive()
            self.updates += 1
            if isinstance(message, DrawCopy | DrawFill) and message.base.box == KEY_PLACE.wire:
                if self._pressed is not None:
                    self.answers.append(time.perf_counter() - self._pressed)
                self._pressed = None

    def press(self) -> None:
        """Press a key, unless the last one was not answered yet."""
        if self._pressed is None:
            self._pressed = time.perf_counter()
            self.inputs.send(inputs.KeyDown(KEY))
            self.inputs.send(inputs.KeyUp(KEY | 0x80))

    def close(self) -> None:
        for wire in (self.main, self.display, self.inputs, self.cursor):
            wire.close()


async def _drain(wire: Wire) -> None:
    while True:
        await wire.receive()
