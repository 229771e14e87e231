"""Carries a sans-IO link over a transport until it is linked."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from gateway.server.transport import Data, Transport
from gateway.spice.errors import ProtocolError, SpiceError
from gateway.spice.link import Event, LinkSide

E = TypeVar("E", bound=Event)


class PeerGone(ProtocolError):
    """The connection ended before the link did."""


class LinkPump:
    """The receiver of a transport during its link stage. Whoever waits is woken by what comes, or by what goes wrong.

    Once the link is over the transport is paused, and what came behind it is kept in `trailing`: at most one read.
    """

    def __init__(self, link: LinkSide, transport: Transport) -> None:
        self.link = link
        self.transport = transport
        self.trailing = b""
        self._news = asyncio.Event()
        self._events: list[Event] = []
        self._error: SpiceError | None = None
        transport.receiver = self
        transport.resume_reading()

    def on_data(self, data: Data, room: int) -> bool:
        if self.link.is_over:
            self.trailing += bytes(data[room:])
            return False
        try:
            self.link.receive_data(data[room:])
        except SpiceError as error:
            self._error = error
        if self.link.is_over:
            self.transport.pause_reading()
        self._news.set()
        return False

    def on_writable(self, writable: bool) -> None:
        """A link's bytes are few: nothing to hold back."""

    def on_closed(self, error: Exception | None) -> None:
        if self._error is None:
            self._error = PeerGone("the peer closed the connection during the link")
        self._news.set()

    def flush(self) -> None:
        """Write what the link has to say."""
        if data := self.link.data_to_send():
            self.transport.write(data)

    async def expect(self, kind: type[E]) -> E:
        """The next event, which is a `kind`. Raises `ProtocolError` or `LinkRefused`."""
        while True:
            self._events += self.link.events_received()
            if self._events:
                event = self._events.pop(0)
                if not isinstance(event, kind):
                    raise ProtocolError(f"a {type(event).__name__} came where a {kind.__name__} belongs")
                return event
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()
