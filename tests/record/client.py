"""A SPICE client that links MAIN and DISPLAY, answers what it must, and keeps what the display says."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Iterable
from types import TracebackType

from gateway.spice import caps, catalog, codec
from gateway.spice.enums import ChannelType, CommonCap, Direction, DisplayCap, ImageCompression
from gateway.spice.framing import MessageReader, frame
from gateway.spice.link import Linked
from gateway.spice.link_client import LinkClient
from gateway.spice.messages import common, display, main
from gateway.spice.wire import Message

DISPLAY_CAPS = frozenset(
    {
        DisplayCap.SIZED_STREAM,
        DisplayCap.MONITORS_CONFIG,
        DisplayCap.COMPOSITE,
        DisplayCap.A8_SURFACE,
        DisplayCap.LZ4_COMPRESSION,
        DisplayCap.PREF_COMPRESSION,
    }
)
GLZ_WINDOW_PIXELS = 16 * 1024 * 1024
CACHE_PIXELS = 20 * 1024 * 1024


def number_of(message: type[Message], channel: ChannelType, direction: Direction) -> int:
    """A message's number in the catalogue."""
    return next(entry.number for entry in catalog.messages(channel, direction) if entry.cls is message)


SET_ACK = number_of(common.SetAck, ChannelType.MAIN, Direction.SERVER)
PING = number_of(common.Ping, ChannelType.MAIN, Direction.SERVER)
MAIN_INIT = number_of(main.Init, ChannelType.MAIN, Direction.SERVER)


class RecordedChannel:
    """One linked channel. `messages` holds ``(number, payload)`` of everything that is not housekeeping."""

    def __init__(
        self, address: tuple[str, int], connection_id: int, kind: ChannelType, channel_caps: Iterable[int]
    ) -> None:
        self.messages: list[tuple[int, bytes]] = []
        self._window = self._unacknowledged = 0
        self._serial = 0
        self._kind = kind
        self._socket = socket.create_connection(address, timeout=10)
        common_caps = caps.to_words({CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER})
        link = LinkClient(connection_id, kind, 0, common_caps, caps.to_words(channel_caps), None)
        linked = self._link(link)
        self._mini = linked.mini_header
        self._reader = MessageReader(kind, Direction.SERVER, self._mini, strict=False)
        self._reader.feed(linked.trailing)

    def _link(self, link: LinkClient) -> Linked:
        while True:
            self._socket.sendall(link.data_to_send())
            link.receive_data(self._socket.recv(65536))
            for event in link.events_received():
                if isinstance(event, Linked):
                    return event

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, message: Message) -> None:
        self._serial += 1
        number = number_of(type(message), self._kind, Direction.CLIENT)
        self._socket.sendall(frame(number, codec.marshal(message), self._mini, self._serial))

    def receive(self) -> None:
        """Takes what has arrived. Raises `ConnectionError` when the server has closed the channel."""
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server closed the channel")
        self._reader.feed(data)
        self.handle()

    def handle(self) -> None:
        """Answers housekeeping and keeps the rest."""
        for message in self._reader:
            number, payload = message.number, bytes(message.payload)
            if number == SET_ACK:
                wanted = codec.unpack(common.SetAck, payload)
                self._window, self._unacknowledged = wanted.window, 0
                self.send(common.AckSync(wanted.generation))
            elif number == PING:
                ping = codec.unpack(common.Ping, payload)
                self.send(common.Pong(ping.id, ping.timestamp))
            else:
                self.messages.append((number, payload))
            self._acknowledge()

    def _acknowledge(self) -> None:
        self._unacknowledged += 1
        if self._window and self._unacknowledged >= self._window:
            self._unacknowledged = 0
            self.send(common.Ack())


class RecordingClient:
    """MAIN and DISPLAY of one server.

    `compression` is asked for with PREFERRED_COMPRESSION; a `glz_window` of 0 pixels keeps the server from GLZ.
    """

    def __init__(
        self,
        address: tuple[str, int],
        *,
        compression: ImageCompression | None = None,
        glz_window: int = GLZ_WINDOW_PIXELS,
        display_caps: Iterable[int] = DISPLAY_CAPS,
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self.main = RecordedChannel(address, 0, ChannelType.MAIN, ())
        self._selector.register(self.main, selectors.EVENT_READ)
        session = self._session_id()
        self.main.send(main.AttachChannels())
        self.display = RecordedChannel(address, session, ChannelType.DISPLAY, display_caps)
        self._selector.register(self.display, selectors.EVENT_READ)
        self.display.send(display.Init(1, CACHE_PIXELS, 1, glz_window))
        if compression is not None:
            self.display.send(display.PreferredCompression(compression))

    def _session_id(self) -> int:
        self.main.handle()
        self.pump(lambda: any(number == MAIN_INIT for number, _ in self.main.messages))
        payload = next(payload for number, payload in self.main.messages if number == MAIN_INIT)
        return codec.unpack(main.Init, payload).session_id

    def pump(self, done: Callable[[], bool], seconds: float = 20.0) -> None:
        """Serves both channels until ``done()``. Raises `TimeoutError`."""
        deadline = time.monotonic() + seconds
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the server did not send what was expected")
            for key, _ in self._selector.select(left):
                channel = key.fileobj
                assert isinstance(channel, RecordedChannel)
                channel.receive()

    def pump_for(self, seconds: float) -> None:
        """Serves both channels for a while."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                channel = key.fileobj
                assert isinstance(channel, RecordedChannel)
                channel.receive()

    def close(self) -> None:
        self._selector.close()
        self.display.close()
        self.main.close()

    def __enter__(self) -> RecordingClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
