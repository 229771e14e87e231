"""A SPICE machine that plays a recording: MAIN and one DISPLAY, as fast as the client takes it."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from pathlib import Path
from typing import Self

from gateway.spice import caps, codec, framing
from gateway.spice.enums import ChannelType, CommonCap, Direction, DisplayCap, MouseMode
from gateway.spice.link import Linked, LinkRequest, TicketReceived
from gateway.spice.link_server import LinkServer
from gateway.spice.messages import common, display, main
from gateway.spice.wire import Message

_READ = 1 << 16
_WRITE = 1 << 18
#: The ping behind the recording: its answer says that everything before it was handled.
_LAST_PING = 0x5EED
_ACK_WINDOW = 20
_DISPLAY_CAPS = caps.to_words(
    {DisplayCap.MONITORS_CONFIG, DisplayCap.COMPOSITE, DisplayCap.A8_SURFACE, DisplayCap.STREAM_REPORT}
)
_COMMON_CAPS = caps.to_words({CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER})


class ReplayServer:
    """Listens on `port` while the context lasts. One client at a time: `load`, let it connect, `play`."""

    def __init__(self) -> None:
        self.port = 0
        self._recording = b""
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._seconds: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._go = asyncio.Event()
        self._listening = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()])

    def load(self, recording: Path) -> None:
        """What the next client gets to see."""
        self._recording = recording.read_bytes()
        self._go.clear()

    def wait_for_client(self, timeout: float = 30) -> None:
        """Returns when the client has opened DISPLAY and announced its caches."""
        self._ready.get(timeout=timeout)

    def play(self, timeout: float = 180) -> float:
        """Seconds from the first byte until the client has handled the last message."""
        self._loop.call_soon_threadsafe(self._go.set)
        return self._seconds.get(timeout=timeout)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._on_client, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._end.wait()
        server.close()

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            kind, rest = await _link(reader, writer)
            messages = _Messages(kind, reader, rest)
            if kind is ChannelType.MAIN:
                await self._run_main(messages, writer)
            else:
                await self._run_display(messages, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left: nothing more to play for it
        finally:
            writer.close()

    async def _run_main(self, messages: _Messages, writer: asyncio.StreamWriter) -> None:
        _send(writer, 103, main.Init(1, 1, MouseMode.SERVER, MouseMode.SERVER, 0, 0, 0, 0))
        async for message in messages:
            if isinstance(message, main.AttachChannels):
                _send(writer, 104, main.ChannelsList([main.ChannelId(ChannelType.DISPLAY, 0)]))

    async def _run_display(self, messages: _Messages, writer: asyncio.StreamWriter) -> None:
        _send(writer, 3, common.SetAck(1, _ACK_WINDOW))
        async with asyncio.TaskGroup() as tasks:
            async for message in messages:
                if isinstance(message, display.Init):
                    tasks.create_task(self._send_recording(writer))
                elif isinstance(message, common.Pong) and message.id == _LAST_PING:
                    self._seconds.put(time.monotonic() - self._began)

    async def _send_recording(self, writer: asyncio.StreamWriter) -> None:
        self._ready.put(None)
        await self._go.wait()
        self._began = time.monotonic()
        recording = memoryview(self._recording)
        for at in range(0, len(recording), _WRITE):
            writer.write(recording[at : at + _WRITE])
            await writer.drain()
        _send(writer, 4, common.Ping(_LAST_PING, 0))


class _Messages:
    """What a client sends on a channel, decoded."""

    def __init__(self, kind: ChannelType, reader: asyncio.StreamReader, rest: bytes) -> None:
        self._kind = kind
        self._reader = reader
        self._framing = framing.MessageReader(kind, Direction.CLIENT, True)
        self._framing.feed(rest)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while (frame := self._framing.read()) is None:
            data = await self._reader.read(_READ)
            if not data:
                raise StopAsyncIteration
            self._framing.feed(data)
        return codec.demarshal(self._kind, Direction.CLIENT, frame.number, frame.payload)


async def _link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[ChannelType, bytes]:
    """The linked channel's type and what the client sent behind the link."""
    link = LinkServer(float("inf"))
    kind = ChannelType.MAIN
    while True:
        data = await reader.read(_READ)
        if not data:
            raise ConnectionError("the client left during the link")
        link.receive_data(data)
        while events := link.events_received():
            for event in events:
                if isinstance(event, LinkRequest):
                    kind = ChannelType(event.channel_type)
                    link.accept(_COMMON_CAPS, _DISPLAY_CAPS if kind is ChannelType.DISPLAY else [0])
                elif isinstance(event, TicketReceived):
                    link.grant()
                elif isinstance(event, Linked):
                    writer.write(link.data_to_send())
                    return kind, event.trailing
        writer.write(link.data_to_send())


def _send(writer: asyncio.StreamWriter, number: int, message: Message) -> None:
    writer.write(framing.frame(number, codec.marshal(message), True, 0))
