"""The link stage of our own server: from a client's first byte to its place on a channel.

::

    link request ──> is there such a channel, such a session, is TLS wanted? ──> capabilities, public key
    ticket ────────> the password, a one-time ticket, or what the visitor proved before ──> result ──> PipeClient
"""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.server.channel import Capabilities
from gateway.server.client import RedClient
from gateway.server.closing import ChannelClosed, CloseCode, Closing
from gateway.server.link_pump import LinkPump, PeerGone
from gateway.server.pipe_channel import PipeChannel
from gateway.server.policy import may_link
from gateway.server.transport import Transport
from gateway.server.visitor import OPEN, Admission, Visitor, ticket_admission
from gateway.spice.enums import ChannelType, LinkErr
from gateway.spice.errors import LinkRefused, ProtocolError, UsageError
from gateway.spice.limits import LINK_SECONDS, MAX_SESSIONS
from gateway.spice.link import Linked, LinkRequest, TicketReceived
from gateway.spice.link_server import LinkServer

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

log = logging.getLogger("spicegate.server")

REPLACED = Closing(CloseCode.TAKEN_OVER, "The same client opened this channel anew.")

NEEDS_TICKET = "This needs a log-in, the machine's password or a valid one-time ticket."

_SENTENCES = {
    LinkErr.CHANNEL_NOT_AVAILABLE: "The machine does not have this channel.",
    LinkErr.BAD_CONNECTION_ID: "This channel belongs to no open session of yours.",
    LinkErr.NEED_SECURED: "The machine takes this channel only over TLS.",
    LinkErr.PERMISSION_DENIED: NEEDS_TICKET,
}


class _Place(NamedTuple):
    """Where a request leads: a channel, and the session that it belongs to; None when it opens one."""

    channel: PipeChannel[Any]
    client: RedClient | None


class Reception:
    """Takes one connection through its link."""

    def __init__(
        self,
        server: SpiceServer,
        transport: Transport,
        visitor: Visitor,
        *,
        link_seconds: float = LINK_SECONDS,
    ) -> None:
        self._server = server
        self._transport = transport
        self._visitor = visitor
        self._seconds = link_seconds
        self._link = LinkServer(math.inf)
        self._pump = LinkPump(self._link, transport)

    async def run(self) -> None:
        """Return when the client has its place, or was refused. Raises nothing for what a client did."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._receive()
        except LinkRefused as error:
            self._refuse(Closing(CloseCode.NOT_ALLOWED, _SENTENCES[error.code]), error.code)
        except PeerGone:
            self._transport.abort()
        except ProtocolError as error:
            self._refuse(Closing(CloseCode.PROTOCOL, f"The link failed: {error}."), error.link_error)
        except TimeoutError:
            self._refuse(Closing(CloseCode.PROTOCOL, "The link was not completed in time."), LinkErr.ERROR)
        except ChannelClosed as error:
            self._refuse(error.closing, LinkErr.PERMISSION_DENIED)

    async def _receive(self) -> None:
        request = await self._pump.expect(LinkRequest)
        place = self._find_place(request)
        self._link.accept(place.channel.local_caps.common, place.channel.local_caps.channel)
        self._pump.flush()
        ticket = await self._pump.expect(TicketReceived)
        client = await self._admit(ticket, place)
        self._link.grant()
        self._pump.flush()
        linked = await self._pump.expect(Linked)
        if self._transport.closed:  # while its password was looked up
            raise PeerGone("the client left before it was linked")
        if place.client is None:
            self._server.add_client(client)
        elif (before := client.find(place.channel.type, place.channel.id)) is not None:
            before.disconnect(REPLACED)
        if client not in self._server.clients or place.channel.server is not self._server:
            raise PeerGone("the session or the channel ended as it was linked")  # by what the machine did then
        caps = Capabilities(request.common_caps, request.channel_caps)
        context = {**client.context, "channel": place.channel.name}
        log.info("%s: %s: %s linked", self._server.name, self._visitor.peer, place.channel.name, extra=context)
        connection = place.channel.make_client(client, self._transport, caps, mini_header=linked.mini_header)
        connection.start(linked.trailing + self._pump.trailing)

    def _find_place(self, request: LinkRequest) -> _Place:
        """Raises `LinkRefused`, or `ChannelClosed` when too many are here."""
        server = self._server
        known = request.channel_type in frozenset(ChannelType)
        channel = server.find_channel(ChannelType(request.channel_type), request.channel_id) if known else None
        if not isinstance(channel, PipeChannel):
            raise LinkRefused(LinkErr.CHANNEL_NOT_AVAILABLE)
        if not self._visitor.secure and channel.needs_tls:
            raise LinkRefused(LinkErr.NEED_SECURED)
        if channel.type is ChannelType.MAIN:
            if request.connection_id:
                raise LinkRefused(LinkErr.BAD_CONNECTION_ID)
            self._check_room()
            return _Place(channel, None)
        client = server.find_client(request.connection_id)
        if client is None:
            raise LinkRefused(LinkErr.BAD_CONNECTION_ID)
        return _Place(channel, client)

    async def _admit(self, ticket: TicketReceived, place: _Place) -> RedClient:
        """The session that the client may take part in. Raises `LinkRefused`.

        All channels of a session are opened by the same proof: a one-time ticket is spent by MAIN, and is shown again,
        without being spent again, by the channels of the session that it opened.
        """
        server, channel = self._server, place.channel
        shown = self._shown(ticket)
        client = place.client
        if client is None:
            spends = self._visitor.admission is None and shown is not OPEN
            admission = await server.authenticate(ticket.password or "", self._visitor.peer) if spends else shown
            if admission is None:
                raise LinkRefused(LinkErr.PERMISSION_DENIED)
            self._check_room()  # others may have come meanwhile
            client = RedClient(server, admission, self._visitor.peer)
            client.connection_id = server.new_connection_id()
        elif client not in server.clients:
            raise LinkRefused(LinkErr.BAD_CONNECTION_ID)
        elif not client.admission.admits(shown):
            raise LinkRefused(LinkErr.PERMISSION_DENIED)
        if channel.server is not server:
            raise LinkRefused(LinkErr.CHANNEL_NOT_AVAILABLE)
        if not may_link(client.admission.rights, channel.type):
            raise LinkRefused(LinkErr.PERMISSION_DENIED)
        return client

    def _check_room(self) -> None:
        """Raises `ChannelClosed` when no further session can begin."""
        if len(self._server.clients) >= MAX_SESSIONS:
            raise ChannelClosed(CloseCode.NOT_ALLOWED, "The machine has as many sessions as it takes.")

    def _shown(self, ticket: TicketReceived) -> Admission:
        """What the client shows, not judged yet. Raises `LinkRefused` when it shows nothing."""
        if self._visitor.admission is not None:
            return self._visitor.admission
        if not self._server.ticketing:
            return OPEN
        if ticket.password is None:
            raise LinkRefused(LinkErr.PERMISSION_DENIED)
        return ticket_admission(ticket.password)

    def _refuse(self, closing: Closing, code: LinkErr) -> None:
        """Answer as far as the link has come, then close."""
        name, peer = self._server.name, self._visitor.peer
        log.info("%s: %s: link refused: %s", name, peer, closing.sentence, extra={"machine": name, "peer": peer})
        self._server.refusals[closing.code] += 1
        say_farewell(self._link, code)
        self._pump.flush()
        self._transport.close(closing)


def say_farewell(link: LinkServer, code: LinkErr) -> None:
    """Have the link say `code`, in whichever way its stage allows."""
    for verb in (link.refuse, link.deny):
        with suppress(UsageError):
            verb(code)
            return
    with suppress(ProtocolError):
        link.check(math.inf)


def random_id() -> int:
    """A connection id that nobody guesses; never 0 (u32)."""
    return secrets.randbelow(0xFFFFFFFF) + 1
