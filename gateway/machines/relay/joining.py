"""The link of one channel, from the client's first byte to forwarding: two links that become one road.

::

    client                      gateway                                   machine
      │ link request ──────────> may it come in at all? ── link request ────> │
      │ <── link reply ───────── the machine's capabilities <── link reply ── │
      │ ticket ────────────────> is it ours? ── the machine's ticket ───────> │
      │ <── result ─────────────────────────────────────────────── result ─── │

The machine sees its ticket only after the client's was good: many machines drop their user for a new one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from gateway.machines.relay.channel_client import RelayChannelClient
from gateway.machines.relay.dial import dial
from gateway.machines.relay.greeting import SILENT
from gateway.machines.relay.leaving import Leaving
from gateway.server.channel import Capabilities
from gateway.server.client import RedClient
from gateway.server.closing import ChannelClosed, CloseCode, Closing
from gateway.server.link_pump import LinkPump, PeerGone
from gateway.server.policy import may_link
from gateway.server.reception import say_farewell
from gateway.server.transport import Transport
from gateway.server.visitor import Admission, Visitor, ticket_admission
from gateway.spice.enums import ChannelType, LinkErr
from gateway.spice.errors import LinkRefused, ProtocolError
from gateway.spice.limits import LEAVE_SECONDS, MAX_UNPROVEN_LINKS
from gateway.spice.link import Linked, LinkReplied, LinkRequest, TicketReceived
from gateway.spice.link_client import LinkClient
from gateway.spice.link_server import LinkServer

if TYPE_CHECKING:
    from gateway.machines.relay.machine import RelayMachine

log = logging.getLogger("spicegate.relay")

T = TypeVar("T")

_NEEDS_TICKET = "This needs a log-in or a valid one-time ticket."

_REFUSALS = {
    LinkErr.NEED_SECURED: "The machine takes this channel only over TLS: add ?tls-port=N to its address.",
    LinkErr.NEED_UNSECURED: "The machine takes this channel only without TLS: use a spice:// address.",
    LinkErr.PERMISSION_DENIED: "The machine refused the gateway's password: check its password_file or password_env.",
    LinkErr.BAD_CONNECTION_ID: "The machine does not know this session any more.",
    LinkErr.CHANNEL_NOT_AVAILABLE: "The machine does not have this channel.",
    LinkErr.VERSION_MISMATCH: "The machine speaks another version of SPICE.",
}

_LINK_ERRORS = {
    CloseCode.NOT_ALLOWED: LinkErr.PERMISSION_DENIED,
    CloseCode.MACHINE_REFUSED: LinkErr.PERMISSION_DENIED,
    CloseCode.PROTOCOL: LinkErr.INVALID_DATA,
}


@dataclass(slots=True)
class _MachineLink:
    """The machine's side, from its reply on."""

    type: ChannelType
    pump: LinkPump
    replied: LinkReplied
    shown: bool = False
    """Whether the machine has had its ticket."""
    opened: Linked | None = None

    async def open(self) -> Linked:
        """Show the machine its ticket."""
        self.shown = True
        self.pump.flush()
        self.opened = await self.pump.expect(Linked)
        return self.opened

    async def leave(self) -> None:
        """Hang up, once a machine that took its ticket has begun with the channel."""
        transport = self.pump.transport
        if not self.shown:
            transport.abort()
            return
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                linked = self.opened or await self.pump.expect(Linked)
        except (ProtocolError, LinkRefused, TimeoutError):
            transport.abort()
            return
        trailing = linked.trailing + self.pump.trailing
        await Leaving.after_link(transport, self.type, trailing, mini=linked.mini_header).end()


class Joining:
    """One channel's way from link to forwarding."""

    def __init__(self, relay: RelayMachine, browser: Transport, visitor: Visitor) -> None:
        self._relay = relay
        self._visitor = visitor
        self._link = LinkServer(relay.core.now() + relay.link_seconds)
        self._pump = LinkPump(self._link, browser)

    async def run(self) -> None:
        """Link both sides and start forwarding; whatever goes wrong becomes one close, here."""
        try:
            async with asyncio.timeout(self._relay.link_seconds):
                await self._join()
        except ChannelClosed as error:
            self._refuse(error.closing)
        except LinkRefused as error:
            sentence = _REFUSALS.get(error.code, "The machine refused the link.")
            self._refuse(Closing(CloseCode.MACHINE_REFUSED, sentence), error.code)
        except ProtocolError as error:
            self._refuse(Closing(CloseCode.PROTOCOL, f"The link failed: {error}."), error.link_error)
        except TimeoutError:
            self._refuse(Closing(CloseCode.PROTOCOL, "The link was not completed in time."), LinkErr.ERROR)

    async def _join(self) -> None:
        request = await self._pump.expect(LinkRequest)
        client = await self._find_client(request)
        unproven = self._visitor.admission is None
        if unproven and self._relay.unproven >= MAX_UNPROVEN_LINKS:
            raise ChannelClosed(CloseCode.NOT_ALLOWED, "Too many clients are linking: try again in a moment.")
        self._relay.unproven += unproven
        try:
            machine = await self._ask_machine(request)
            try:
                await self._finish(request, client, machine)
            except BaseException:
                self._relay.core.spawn(machine.leave(), f"leave {self._relay.name}")
                raise
        finally:
            self._relay.unproven -= unproven

    async def _finish(self, request: LinkRequest, client: RedClient | None, machine: _MachineLink) -> None:
        """From the machine's reply to forwarding."""
        self._link.accept(machine.replied.common_caps, machine.replied.channel_caps)
        self._pump.flush()
        ticket = await self._pump.expect(TicketReceived)
        admission = await self._prove(ticket.password, client)
        if not may_link(admission.rights, ChannelType(request.channel_type)):
            raise ChannelClosed(CloseCode.NOT_ALLOWED, "You have no right to this device of the machine.")
        machine_linked = await self._open(machine, new_session=client is None)
        server = self._relay.server
        if client is None:
            client = RedClient(server, admission, self._visitor.peer)
            server.add_client(client)
        elif client not in server.clients:
            raise ChannelClosed(CloseCode.MACHINE_CLOSED, "The session ended meanwhile.")
        self._link.grant()
        self._pump.flush()
        linked = await self._pump.expect(Linked)
        connection = self._connect(request, client, machine, mini_header=linked.mini_header)
        connection.start(linked.trailing + self._pump.trailing, machine_linked.trailing + machine.pump.trailing)

    async def _open(self, machine: _MachineLink, *, new_session: bool) -> Linked:
        """Show the machine its ticket."""
        self._relay.opening += new_session
        try:
            return await self._of_machine(machine.open())
        finally:
            self._relay.opening -= new_session

    def _connect(
        self, request: LinkRequest, client: RedClient, machine: _MachineLink, *, mini_header: bool
    ) -> RelayChannelClient:
        relay = self._relay
        channel = relay.channel(ChannelType(request.channel_type), request.channel_id)
        channel.local_caps = Capabilities(machine.replied.common_caps, machine.replied.channel_caps)
        caps = Capabilities(request.common_caps, request.channel_caps)
        relay.health.up()
        context = {**client.context, "channel": channel.name}
        log.info("%s: %s: %s linked", relay.name, self._visitor.peer, channel.name, extra=context)
        browser, far = self._pump.transport, machine.pump.transport
        return RelayChannelClient(relay, channel, client, browser, far, caps, mini_header=mini_header)

    async def _find_client(self, request: LinkRequest) -> RedClient | None:
        """The session that a request belongs to, None when it opens one. Raises `ChannelClosed` or `LinkRefused`.

        Nobody makes us dial the machine who could not be let in afterwards.
        """
        server, visitor = self._relay.server, self._visitor
        if request.channel_type not in frozenset(ChannelType):
            raise LinkRefused(LinkErr.CHANNEL_NOT_AVAILABLE)
        if request.channel_type == ChannelType.MAIN:
            if request.connection_id:
                raise ChannelClosed(CloseCode.NOT_ALLOWED, "A session starts without a connection id.")
            if visitor.admission is None and not await server.expects_password():
                raise ChannelClosed(CloseCode.NOT_ALLOWED, _NEEDS_TICKET)
            return None
        client = server.find_client(request.connection_id)
        if client is None or (visitor.admission is not None and not client.admission.admits(visitor.admission)):
            raise ChannelClosed(CloseCode.NOT_ALLOWED, "This channel belongs to no open session of yours.")
        return client

    async def _prove(self, password: str | None, client: RedClient | None) -> Admission:
        """What the session is bound to, once the visitor has shown that it may. Raises `ChannelClosed`."""
        if self._visitor.admission is not None:
            return self._visitor.admission
        if password is None:
            raise ChannelClosed(CloseCode.NOT_ALLOWED, _NEEDS_TICKET)
        if client is not None:
            admission = client.admission if client.admission.admits(ticket_admission(password)) else None
        else:
            admission = await self._relay.server.authenticate(password, self._visitor.peer)
        if admission is None:
            raise ChannelClosed(CloseCode.NOT_ALLOWED, "The ticket is not valid: ask for a new one.")
        return admission

    async def _ask_machine(self, request: LinkRequest, *, secured: bool = False) -> _MachineLink:
        """Dial the machine and ask for the channel with the client's capabilities, as far as its reply."""
        relay = self._relay
        secured = secured or request.channel_type in relay.secured
        try:
            transport = await dial(relay.core, relay.endpoint, secured=secured)
        except ChannelClosed as error:
            relay.on_away(error.closing)
            raise
        try:
            return await self._request_channel(request, transport)
        except LinkRefused as error:
            transport.abort()
            if error.code is not LinkErr.NEED_SECURED or secured or relay.endpoint.tls_port is None:
                raise
        except BaseException:
            transport.abort()
            raise
        relay.secured.add(request.channel_type)
        return await self._ask_machine(request, secured=True)

    async def _request_channel(self, request: LinkRequest, transport: Transport) -> _MachineLink:
        link = LinkClient(
            request.connection_id,
            request.channel_type,
            request.channel_id,
            request.common_caps,
            request.channel_caps,
            self._relay.password,
        )
        pump = LinkPump(link, transport)
        pump.flush()
        replied = await self._of_machine(pump.expect(LinkReplied), on_silence=self._relay.on_silence)
        return _MachineLink(ChannelType(request.channel_type), pump, replied)

    async def _of_machine(self, answer: Awaitable[T], *, on_silence: Callable[[], None] = lambda: None) -> T:
        """An answer of the machine, whose faults and silence are told as such, while the client still waits."""
        try:
            async with asyncio.timeout(self._relay.link_seconds / 2):
                return await answer
        except TimeoutError:
            on_silence()
            raise ChannelClosed(CloseCode.MACHINE_AWAY, SILENT) from None
        except PeerGone as error:
            raise ChannelClosed(CloseCode.MACHINE_AWAY, "The machine closed the connection.") from error
        except ProtocolError as error:
            raise ChannelClosed(CloseCode.PROTOCOL, f"The machine's link failed: {error}.") from error

    def _refuse(self, closing: Closing, code: LinkErr | None = None) -> None:
        """Answer the client as far as its link has come, then close."""
        name, peer = self._relay.name, self._visitor.peer
        log.info("%s: %s: link refused: %s", name, peer, closing.sentence, extra={"machine": name, "peer": peer})
        self._relay.server.refusals[closing.code] += 1
        say_farewell(self._link, code or _LINK_ERRORS.get(closing.code, LinkErr.ERROR))
        self._pump.flush()
        self._pump.transport.close(closing)
