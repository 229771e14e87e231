"""A machine elsewhere, reached over SPICE: its server core, its health and its channels."""

from __future__ import annotations

import asyncio

from gateway.machines.health import State
from gateway.machines.machine import Machine
from gateway.machines.relay.channel_client import RelayChannel
from gateway.machines.relay.dial import dial
from gateway.machines.relay.endpoint import Endpoint
from gateway.machines.relay.greeting import SILENT, greet
from gateway.machines.relay.joining import Joining
from gateway.server.channel import RedChannel
from gateway.server.client import RedClient
from gateway.server.closing import NORMAL, ChannelClosed, CloseCode, Closing
from gateway.server.core import Core
from gateway.server.counters import Counters
from gateway.server.server import SpiceServer
from gateway.server.transport import Transport
from gateway.server.visitor import Visitor
from gateway.spice.enums import ChannelType
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import LINK_SECONDS, MAX_CHANNELS, PROBE_SECONDS

_PROBE_REST = 5.0
"""Seconds in which an answer of the machine is news enough."""

_TAKE_OVER = 2.0
"""Seconds after the opening of a session in which another's end is taken for its consequence."""

MACHINE_CLOSED = Closing(CloseCode.MACHINE_CLOSED, "The machine closed the session.")
TAKEN_OVER = Closing(CloseCode.TAKEN_OVER, "The machine was opened elsewhere: open it here again to take it back.")

_TYPES = frozenset(int(type_) for type_ in ChannelType)


class RelayMachine(Machine):
    """One configured machine. `serve` takes a client's transport through link and session to its end."""

    def __init__(
        self,
        core: Core,
        name: str,
        endpoint: Endpoint,
        password: str | None = None,
        *,
        link_seconds: float = LINK_SECONDS,
    ) -> None:
        super().__init__(core, SpiceServer(core, name))
        self.endpoint = endpoint
        self.password = password
        self.link_seconds = link_seconds
        self.secured: set[int] = set()
        """Channel types that the machine wants under TLS."""
        self.unproven = 0
        """Links in progress of clients that have shown nothing yet."""
        self.opening = 0
        """Sessions that the machine is being asked to open at this moment."""
        self._probed = -_PROBE_REST
        self._probing = False
        self._past: dict[tuple[ChannelType, int], Counters] = {}
        """Totals of the channels that were forgotten."""

    @property
    def address(self) -> str:
        return str(self.endpoint)

    def redirect(self, endpoint: Endpoint, password: str | None) -> None:
        """The machine is elsewhere from now on; what runs goes on."""
        if (endpoint, password) != (self.endpoint, self.password):
            self.endpoint, self.password = endpoint, password
            self.secured.clear()
            self._probed = -_PROBE_REST

    async def serve(self, browser: Transport, visitor: Visitor) -> None:
        """Serve one channel until its connection is gone. Never raises for what a peer did."""
        await self._join(browser, visitor)
        await browser.wait_closed()

    async def _join(self, browser: Transport, visitor: Visitor) -> None:
        """The link stage, which ends when the browser leaves. Nothing of it is held while the channel lives."""
        link = self.core.spawn(Joining(self, browser, visitor).run(), f"link {self.name}")
        gone = self.core.spawn(browser.wait_closed(), f"watch {self.name}")
        try:
            await asyncio.wait((link, gone), return_when=asyncio.FIRST_COMPLETED)
            if link.done() and not link.cancelled() and link.exception() is not None:
                browser.abort()  # a mistake of ours, which the core has logged
        finally:
            link.cancel()
            gone.cancel()

    async def probe(self) -> None:
        """Find out whether the machine can be reached, unless that is known or being found out.

        One that was up until now is only dialled; any other has to answer a link request too.
        """
        if self._probing or self.server.clients or self.core.now() - self._probed < _PROBE_REST:
            return
        self._probing, self._probed = True, self.core.now()
        try:
            await self._ask()
            self.health.up()
        except ChannelClosed as error:
            if not self.server.clients:  # somebody got in meanwhile
                self.on_away(error.closing)
        finally:
            self._probing = False

    async def _ask(self) -> None:
        """Raises `ChannelClosed`."""
        transport = await dial(self.core, self.endpoint, secured=False, seconds=PROBE_SECONDS)
        try:
            if self.health.state is not State.UP:
                await greet(transport, self.link_seconds / 2)
        finally:
            transport.abort()

    def channel(self, type_: ChannelType, id_: int) -> RedChannel:
        """The channel on the list; put there if need be."""
        channel = self.server.find_channel(type_, id_)
        if channel is None:
            if len(self.server.channels) >= MAX_CHANNELS:
                raise ProtocolError("the machine has too many channels")
            channel = RelayChannel(type_, id_, self.core, self._past.pop((type_, id_), Counters()))
            self.server.register_channel(channel)
        return channel

    def on_channels_list(self, channels: list[tuple[int, int]]) -> None:
        """The machine told which channels it has: those are on the list, with MAIN and whatever is in use."""
        known = {(ChannelType.MAIN, 0)}
        known.update((ChannelType(type_), id_) for type_, id_ in channels if type_ in _TYPES)
        self._forget_others(known)
        for type_, id_ in sorted(known):
            self.channel(type_, id_)

    def on_away(self, closing: Closing) -> None:
        """The machine could not be reached: nothing is known of its channels any more."""
        self.health.away(closing.sentence)
        self._forget_others(set())

    def on_silence(self) -> None:
        """The machine took a connection and does not answer: nobody calls it up until it has answered."""
        if not self.server.clients:
            self.on_away(Closing(CloseCode.MACHINE_AWAY, SILENT))

    def closing_of(self, client: RedClient) -> Closing:
        """Why the machine ended a session. Most machines drop their user for a new one: two pages must not fight."""
        self._probed = -_PROBE_REST  # the next look asks it anew
        newest = max((other.since for other in self.server.clients), default=0.0)
        just_opened = client.since < newest and self.core.now() - newest < _TAKE_OVER
        return TAKEN_OVER if self.opening or just_opened else MACHINE_CLOSED

    def _forget_others(self, known: set[tuple[ChannelType, int]]) -> None:
        """Take the channels that nobody uses off the list, but for the known ones."""
        for channel in tuple(self.server.channels):
            if (channel.type, channel.id) not in known and not channel.client_count:
                self._past[channel.type, channel.id] = channel.counters
                self.server.unregister_channel(channel, NORMAL)
