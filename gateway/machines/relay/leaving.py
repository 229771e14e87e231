"""How a connection to a machine is left, so that the machine lives on.

libspice takes a new DISPLAY client in a loop of its worker that ends with the client's INIT (server/dcc.cpp,
`dcc_start`). A connection that ends inside that loop frees the memory which the loop looks at next, and the virtual
machine dies of it; one that stays without a word keeps the machine's display waiting for half a minute. So INIT is said
for clients that left without it, and nobody hangs up before the machine's first messages show that it has begun.

A machine without a picture says nothing behind that loop, and over a Unix socket not even a ping. What it says
elsewhere tells the same: the worker takes DISPLAY and CURSOR of one device one after the other, so that a CURSOR that
was asked for later speaks when DISPLAY is past its loop (QEMU's was silent as long as INIT was held back); the other
channels belong to the thread of MAIN, which has begun with them when it answers what it was asked later.
"""

from __future__ import annotations

import asyncio
from typing import Final

from gateway.server.closing import NORMAL
from gateway.server.transport import Data, Transport
from gateway.spice import codec
from gateway.spice.enums import ChannelType, Direction
from gateway.spice.errors import ProtocolError
from gateway.spice.framing import HeaderScanner, frame
from gateway.spice.limits import GLZ_WINDOW_PIXELS, IMAGE_CACHE_PIXELS, LEAVE_SECONDS
from gateway.spice.messages.display import Init

OF_WORKER: Final = frozenset({ChannelType.DISPLAY, ChannelType.CURSOR})
"""Channels that libspice's worker serves, not the thread of MAIN."""
DISPLAY_INIT: Final = 101  # of a client on DISPLAY (spice/protocol.h, SPICE_MSGC_DISPLAY_INIT)
_SIGNS: Final = {ChannelType.DISPLAY: 2}
"""Messages of the machine that show that a channel has begun: DISPLAY's SET_ACK comes before its loop."""


def has_begun(type_: ChannelType, messages: int) -> bool:
    """Whether a machine that has sent this many messages bears the end of the connection."""
    return messages >= _SIGNS.get(type_, 1)


class Leaving:
    """The receiver of a linked connection that nobody uses any more, until it may end.

    `heard` is the scanner that has seen what came so far. Unless `greeted`, a DISPLAY machine is told INIT at once.
    """

    def __init__(
        self, transport: Transport, type_: ChannelType, heard: HeaderScanner, *, mini: bool, greeted: bool = False
    ) -> None:
        self.type = type_
        self.begun = asyncio.Event()
        """Set when the machine is known to have begun with the channel."""
        self._transport = transport
        self._heard = heard
        self._may_end = asyncio.Event()
        transport.receiver = self
        if type_ is ChannelType.DISPLAY and not greeted:
            init = codec.marshal(Init(1, IMAGE_CACHE_PIXELS, 1, GLZ_WINDOW_PIXELS))
            transport.write(frame(DISPLAY_INIT, init, mini, 1))
        self._look(b"")
        transport.resume_reading()

    @classmethod
    def after_link(cls, transport: Transport, type_: ChannelType, trailing: bytes, *, mini: bool) -> Leaving:
        """Leave a channel that was linked just now; `trailing` came behind the link."""
        leaving = cls(transport, type_, HeaderScanner(type_, Direction.SERVER, mini), mini=mini)
        leaving._look(trailing)
        return leaving

    def note_begun(self) -> None:
        """The machine has begun with this channel, as it showed on another one."""
        self.begun.set()
        self._may_end.set()

    async def end(self, seconds: float = LEAVE_SECONDS) -> None:
        """Close, as soon as the machine bears it; at the latest after `seconds`, or when this is cancelled."""
        try:
            async with asyncio.timeout(seconds):
                await self._may_end.wait()
        except TimeoutError:
            pass  # a machine without a picture has nothing to say
        finally:
            self._transport.close(NORMAL)

    def on_data(self, data: Data, room: int) -> bool:
        self._look(data[room:])
        return False

    def on_writable(self, writable: bool) -> None:
        """One message, if any, is all that is written."""

    def on_closed(self, error: Exception | None) -> None:
        self._may_end.set()

    def _look(self, data: Data) -> None:
        try:
            self._heard.feed(data)
        except ProtocolError:
            self._may_end.set()  # this is no libspice
        if has_begun(self.type, self._heard.messages):
            self.note_begun()
