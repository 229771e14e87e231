"""Console tickets: single-use ways to one machine."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field
from yarl import URL

from gateway.access import Permission
from gateway.access.policy import MAX_TEXT_LENGTH
from gateway.server.rights import Right, right_names
from gateway.store.records import ConsoleTicket
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Id, Page, PageQuery, Rights, Shape, maybe_when, rights_from, when
from gateway.web.keys import NATIVE
from gateway.web.native import write_connection_file
from gateway.web.origin import base_of, own_origin

tickets = Resource("tickets", "Single-use ways to one machine.")


class TicketQuery(PageQuery):
    """Which tickets."""

    machine: str | None = Field(None, max_length=64, description="Those of one machine.")
    open: bool = Field(False, description="Only those that can be used now.")
    everybody: bool = Field(False, description="Everybody's, which takes the permission tickets.all.")


class TicketDraft(Shape):
    """A ticket that is to be issued."""

    machine: Annotated[str, Field(min_length=1, max_length=64)]
    rights: Rights | None = None
    """Of those that you have; null: all of them."""
    lifetime: Annotated[float | None, Field(ge=1, le=86_400)] = None
    """Seconds in which it can be used; null: as configured, 30 unless that says otherwise."""
    note: Annotated[str, Field(max_length=MAX_TEXT_LENGTH)] = ""
    """What it is for."""


class TicketView(Shape):
    """A ticket, without its secret."""

    id: int
    user_id: int
    machine: str
    rights: list[str]
    note: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_from: str | None
    revoked_at: datetime | None


class SpiceWays(Shape):
    """How a SPICE client comes in, with the ticket as its password."""

    password: str
    websocket: str
    """SPICE over WebSocket, subprotocol `binary`."""
    host: str
    port: int | None
    """TCP; null: the machine takes none."""
    tls_port: int | None


class NewTicketView(Shape):
    """A new ticket: what holds its secret is shown once, and opens the machine once."""

    ticket: TicketView
    secret: str
    link: str
    """Opens the viewer."""
    spice: SpiceWays
    vv: str | None
    """Address of the file that virt-viewer opens; null: the machine takes no native clients."""
    connection_file: str | None
    """The text of that file."""


def ticket_view(ticket: ConsoleTicket) -> TicketView:
    return TicketView(
        id=ticket.id,
        user_id=ticket.user_id,
        machine=ticket.machine,
        rights=list(right_names(Right(ticket.rights))),
        note=ticket.note,
        created_at=when(ticket.created_at),
        expires_at=when(ticket.expires_at),
        used_at=maybe_when(ticket.used_at),
        used_from=ticket.used_from,
        revoked_at=maybe_when(ticket.revoked_at),
    )


def ways(ask: Ask, ticket: ConsoleTicket, secret: str) -> NewTicketView:
    """All ways in with a new ticket."""
    site, base = URL(own_origin(ask.request)), base_of(ask.request)
    host, machine = site.host or "localhost", ticket.machine
    native = ask.request.app[NATIVE].get(machine)
    file = vv = None
    query = urlencode({"ticket": secret})
    if native is not None and (native.port or native.tls_port):
        file = write_connection_file(machine, host, native, secret)
        vv = f"{site.origin()}{base}/t/{machine}.vv?{query}"
    socket = site.with_scheme("wss" if site.scheme == "https" else "ws")
    return NewTicketView(
        ticket=ticket_view(ticket),
        secret=secret,
        link=f"{site.origin()}{base}/t/{machine}?{query}",
        spice=SpiceWays(
            password=secret,
            websocket=f"{socket.origin()}{base}/ws/{machine}",
            host=host,
            port=(native.port or None) if native is not None else None,
            tls_port=(native.tls_port or None) if native is not None else None,
        ),
        vv=vv,
        connection_file=file,
    )


@tickets.get("/tickets", Permission.TICKETS)
async def list_tickets(ask: Ask, query: TicketQuery) -> Page[TicketView]:
    """Tickets, newest first: your own unless you ask for everybody's."""
    page = await ask.access.tickets.page(
        ask.by, query.after, query.limit, everybody=query.everybody, machine=query.machine, only_open=query.open
    )
    return Page(items=[ticket_view(ticket) for ticket in page.items], next=page.next)


@tickets.post("/tickets", Permission.TICKETS, status=201, problems=(404,))
async def issue_ticket(ask: Ask, body: TicketDraft) -> NewTicketView:
    """Issue a ticket for what you may do yourself. It ends with the log-in or key that issued it."""
    rights = rights_from(body.rights) if body.rights is not None else None
    issued = await ask.access.tickets.issue(ask.by, body.machine, rights, lifetime=body.lifetime, text=body.note)
    return ways(ask, issued.ticket, issued.secret)


@tickets.delete("/tickets/{id}", Permission.TICKETS, revokes=True)
async def revoke_ticket(ask: Ask, id: Id) -> None:
    """End a ticket, and the session that it opened: your own, or with tickets.all anybody's."""
    await ask.access.tickets.revoke(ask.by, id)
