"""One direction of a relayed channel: original bytes, looked at only as far as their headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.machines.relay.leaving import DISPLAY_INIT
from gateway.server.transport import Data, Transport
from gateway.spice import catalog, codec
from gateway.spice.catalog import Direction
from gateway.spice.enums import ChannelType
from gateway.spice.errors import ProtocolError
from gateway.spice.framing import HeaderScanner, MessageCutter, MessageReader
from gateway.spice.limits import MAX_BEFORE_INIT, MAX_GLZ_WINDOW_PIXELS
from gateway.spice.messages import display
from gateway.spice.messages.common import SetAck
from gateway.spice.messages.main import ChannelsList, Init

if TYPE_CHECKING:
    from gateway.machines.relay.channel_client import RelayChannelClient

_BEFORE_INIT = (1, 2, 3)  # ACK_SYNC, ACK, PONG: libspice refuses none of them


class Flow:
    """Receives from `source`, writes to `sink`. A sink that cannot take more stops the reading at the other end."""

    __slots__ = ("_cutter", "_link", "_prompt", "scanner", "sink", "source")

    direction: ClassVar[Direction]

    def __init__(self, link: RelayChannelClient, source: Transport, sink: Transport) -> None:
        self._link = link
        self.source = source
        self.sink = sink
        self.scanner = HeaderScanner(link.channel.type, self.direction, link.mini_header)
        apart = self.direction is Direction.SERVER and sink.keeps_messages_apart
        self._cutter = MessageCutter(link.mini_header) if apart else None
        # A picture may fill the turns of the loop; whatever else comes must not wait long for its own.
        self._prompt = link.channel.core if link.channel.type is not ChannelType.DISPLAY else None

    def on_data(self, data: Data, room: int) -> bool:
        if self._prompt is not None:
            self._prompt.buffer.share(self._prompt.now())
        try:
            self.look(data[room:])
        except ProtocolError as error:
            self._link.on_malformed(self.direction, error)
            return False
        if self._cutter is not None:
            self.sink.write_messages(self._cutter.cut(bytes(data[room:])))
            return False
        return self.sink.write(data, room)

    def look(self, payload: Data) -> None:
        """Check what is about to be forwarded. Raises `ProtocolError`."""
        self.scanner.feed(payload)

    def on_writable(self, writable: bool) -> None:
        # `source` cannot take more of what the other direction writes to it: its origin is our sink.
        if writable:
            self.sink.resume_reading()
        else:
            self.sink.pause_reading()

    def on_closed(self, error: Exception | None) -> None:
        self._link.on_side_closed(self.direction)


class ClientFlow(Flow):
    """From the client to the machine."""

    __slots__ = ()
    direction = Direction.CLIENT


class DisplayClientFlow(ClientFlow):
    """From the client to the machine on DISPLAY: nothing before INIT, and INIT only whole and sound.

    libspice's worker stands still from the link to INIT, and does not survive a client that it must refuse meanwhile.
    """

    __slots__ = ("_held", "_opening")

    def __init__(self, link: RelayChannelClient, source: Transport, sink: Transport) -> None:
        super().__init__(link, source, sink)
        self._opening: MessageReader | None = MessageReader(ChannelType.DISPLAY, self.direction, link.mini_header)
        self._held = b""

    @property
    def greeted(self) -> bool:
        """Whether the machine has had INIT."""
        return self._opening is None

    def on_data(self, data: Data, room: int) -> bool:
        if self._opening is None:
            return super().on_data(data, room)
        self._held += bytes(data[room:])
        try:
            if not self._has_init(self._opening, data[room:]):
                return False
            self._opening, held = None, self._held
            self._held = b""
            return super().on_data(held, 0)
        except ProtocolError as error:
            self._link.on_malformed(self.direction, error)
            return False

    def _has_init(self, opening: MessageReader, payload: Data) -> bool:
        """Whether INIT has come. Raises `ProtocolError`."""
        opening.feed(payload)
        for message in opening:
            if message.number == DISPLAY_INIT:
                init = codec.unpack(display.Init, message.payload)
                if not 0 <= init.glz_dictionary_window_size <= MAX_GLZ_WINDOW_PIXELS:
                    raise ProtocolError("INIT asks for a GLZ window that no machine has")
                return True
            if message.number not in _BEFORE_INIT:
                raise ProtocolError(f"message {message.number} comes before INIT")
        if len(self._held) > MAX_BEFORE_INIT:
            raise ProtocolError("INIT does not come")
        return False


class MachineFlow(Flow):
    """From the machine to the client."""

    __slots__ = ()
    direction = Direction.SERVER


class MainFlow(MachineFlow):
    """From the machine to the client on MAIN, with messages read in passing: INIT, CHANNELS_LIST and SET_ACK."""

    __slots__ = ("_acked", "_reader")

    def __init__(self, link: RelayChannelClient, source: Transport, sink: Transport) -> None:
        super().__init__(link, source, sink)
        self._reader = MessageReader(ChannelType.MAIN, self.direction, link.mini_header)
        self._acked = False

    @property
    def has_gap(self) -> bool:
        """Whether a message of ours fits in now: no message is under way, and nobody counts them."""
        return self.scanner.between_messages and not self._acked

    def look(self, payload: Data) -> None:
        super().look(payload)
        self._reader.feed(payload)
        for message in self._reader:
            if message.number in _TAPPED:
                self._tap(codec.demarshal(ChannelType.MAIN, self.direction, message.number, message.payload))

    def _tap(self, message: object) -> None:
        if isinstance(message, Init):
            self._link.on_session_id(message.session_id)
        elif isinstance(message, SetAck):
            self._acked = message.window > 0
        elif isinstance(message, ChannelsList):
            self._link.on_channels_list([(entry.type, entry.id) for entry in message.channels])


_TAPPED = frozenset(
    entry.number
    for entry in catalog.messages(ChannelType.MAIN, Direction.SERVER)
    if entry.cls in (Init, ChannelsList, SetAck)
)
