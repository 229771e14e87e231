"""The channels of the client that watches either server, answered as our browser client does.

No picture is decoded: what counts is how much comes, and when which part of the screen was drawn.
"""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from struct import Struct  # a drawing's box is read in place, for a picture may be megabytes
from typing import NamedTuple, get_type_hints

from gateway.spice import caps, catalog, codec
from gateway.spice.enums import ChannelType, CommonCap, Direction, DisplayCap, MainCap, VideoCodecType
from gateway.spice.framing import Frame, MessageReader, frame
from gateway.spice.limits import GLZ_WINDOW_PIXELS, IMAGE_CACHE_PIXELS
from gateway.spice.link import Linked
from gateway.spice.link_client import LinkClient
from gateway.spice.messages import common, display, main
from gateway.spice.messages.draw import DisplayBase
from gateway.spice.wire import Message

from .scenes import Box
from .stream_report import Clock, StreamWatch

#: What static/js/render announces, and the codecs that are to be compared.
DISPLAY_CAPS = (
    DisplayCap.SIZED_STREAM,
    DisplayCap.MONITORS_CONFIG,
    DisplayCap.COMPOSITE,
    DisplayCap.A8_SURFACE,
    DisplayCap.STREAM_REPORT,
    DisplayCap.LZ4_COMPRESSION,
    DisplayCap.PREF_COMPRESSION,
    DisplayCap.MULTI_CODEC,
)
CODEC_CAPS = {
    VideoCodecType.MJPEG: DisplayCap.CODEC_MJPEG,
    VideoCodecType.VP8: DisplayCap.CODEC_VP8,
    VideoCodecType.H264: DisplayCap.CODEC_H264,
}
MAIN_CAPS = (MainCap.NAME_AND_UUID, MainCap.AGENT_CONNECTED_TOKENS)
_COMMON_CAPS = caps.to_words({CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER})
#: Received into by all channels, one after the other: memory that is new each time costs more than receiving.
_SCRATCH = memoryview(bytearray(1 << 18))
_LINK_SECONDS = 20.0
#: surface id; top, left, bottom, right of the box
_BASE = Struct("<Iiiii")


@cache
def numbers(channel: ChannelType) -> dict[type[Message], int]:
    """A client's messages: their numbers."""
    return {entry.cls: entry.number for entry in catalog.messages(channel, Direction.CLIENT)}


@cache
def names(channel: ChannelType) -> dict[int, str]:
    """A server's messages by number."""
    return {entry.number: entry.name for entry in catalog.messages(channel, Direction.SERVER)}


DRAWINGS = frozenset(
    entry.number
    for entry in catalog.messages(ChannelType.DISPLAY, Direction.SERVER)
    if get_type_hints(entry.cls).get("base") is DisplayBase
)
"""Messages that begin with a box of a surface."""


class Channel:
    """One linked channel; what every channel has is answered here, the rest goes to `on_message`."""

    def __init__(
        self, address: tuple[str, int], password: str, kind: ChannelType, session: int, capabilities: Sequence[int]
    ) -> None:
        self.kind = kind
        self.octets = 0
        self.counts: Counter[str] = Counter()
        self.arrived = 0.0
        self._serial = self._window = self._unacknowledged = 0
        self._socket = socket.create_connection(address, timeout=_LINK_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = LinkClient(session, kind, 0, _COMMON_CAPS, caps.to_words(capabilities), password)
        linked = self._link(link)
        self._mini = linked.mini_header
        self._reader = MessageReader(kind, Direction.SERVER, self._mini, strict=False)
        self._reader.feed(linked.trailing)

    def _link(self, link: LinkClient) -> Linked:
        while True:
            self._socket.sendall(link.data_to_send())
            for event in link.events_received():
                if isinstance(event, Linked):
                    return event
            if data := self._socket.recv(4096):
                link.receive_data(data)
            else:
                link.receive_eof()

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, message: Message) -> None:
        self._serial += 1
        number = numbers(self.kind)[type(message)]
        self._socket.sendall(frame(number, codec.marshal(message), self._mini, self._serial))

    def receive(self) -> None:
        """Take what came. Raises `ConnectionError` when the server closed the channel."""
        size = self._socket.recv_into(_SCRATCH)
        self.arrived = time.monotonic()
        if not size:
            raise ConnectionError(f"the server closed {self.kind.name}")
        self.octets += size
        self._reader.feed(_SCRATCH[:size])
        self.handle()

    def handle(self) -> None:
        """Answer all messages that are complete."""
        for message in self._reader:
            self.counts[names(self.kind).get(message.number, str(message.number))] += 1
            self._answer(message)
            if not message.part:
                self._acknowledge()

    def _answer(self, message: Frame) -> None:
        match names(self.kind).get(message.number):
            case "set_ack":
                wanted = codec.unpack(common.SetAck, message.payload)
                self._window, self._unacknowledged = wanted.window, -1  # this one does not count
                self.send(common.AckSync(wanted.generation))
            case "ping":
                ping = codec.unpack(common.Ping, message.payload)
                self.send(common.Pong(ping.id, ping.timestamp))
            case name:
                self.on_message(name or "", message)

    def _acknowledge(self) -> None:
        self._unacknowledged += 1
        if self._window and self._unacknowledged >= self._window:
            self._unacknowledged = 0
            self.send(common.Ack())

    def on_message(self, name: str, message: Frame) -> None:
        """A message of this kind of channel."""


class MainChannel(Channel):
    """Knows the session and the machine's clock."""

    session: int | None = None
    listed = False

    def __init__(self, address: tuple[str, int], password: str, clock: Clock) -> None:
        self._clock = clock
        super().__init__(address, password, ChannelType.MAIN, 0, MAIN_CAPS)

    def on_message(self, name: str, message: Frame) -> None:
        match name:
            case "init":
                init = codec.unpack(main.Init, message.payload)
                self.session = init.session_id
                self._clock.set(init.multi_media_time)
                self.send(main.AttachChannels())
            case "multi_media_time":
                self._clock.set(codec.unpack(main.MultiMediaTime, message.payload).time)
            case "channels_list":
                self.listed = True


class Drawn(NamedTuple):
    """A drawing message: where, and when it had come whole."""

    box: Box
    at: float


class DisplayChannel(Channel):
    """Watches streams, and notes drawings while `notes` is a list."""

    def __init__(
        self, address: tuple[str, int], password: str, session: int, codecs: Sequence[VideoCodecType], clock: Clock
    ) -> None:
        self.notes: list[Drawn] | None = None
        self.drawings = 0
        self.streams = StreamWatch(clock, self.send)
        wanted = [*DISPLAY_CAPS, *(CODEC_CAPS[kind] for kind in codecs)]
        super().__init__(address, password, ChannelType.DISPLAY, session, wanted)
        self.send(display.Init(1, IMAGE_CACHE_PIXELS, 1, GLZ_WINDOW_PIXELS))

    @property
    def updates(self) -> int:
        """Drawing messages and pictures of streams."""
        return self.drawings + self.streams.frames.total()

    def on_message(self, name: str, message: Frame) -> None:
        if message.number in DRAWINGS:
            self.drawings += 1
            if self.notes is not None:
                _, top, left, bottom, right = _BASE.unpack_from(message.payload)
                self.notes.append(Drawn(Box(left, top, right, bottom), self.arrived))
        else:
            self.streams.on_message(name, message.payload)
