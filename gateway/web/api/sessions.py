"""Console sessions: who is at which machine, and what can be done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.access import NotFound, Permission, Principal
from gateway.access.texts import checked_text
from gateway.machines.relay.channel_client import RelayChannelClient
from gateway.server.channels.main import MainClient
from gateway.server.client import RedClient
from gateway.server.closing import CloseCode, Closing
from gateway.server.counters import Counters
from gateway.server.rights import right_names
from gateway.spice.enums import NotifySeverity
from gateway.spice.limits import MAX_NOTICE_LENGTH
from gateway.web.addresses import host_of
from gateway.web.api.channels import Traffic, name_of, started
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Page, PageQuery, Shape, page_by_name

sessions = Resource("sessions", "Who is at which machine.")

ENDED = Closing(CloseCode.NOT_ALLOWED, "An administrator ended this session.")
CHANNEL_ENDED = Closing(CloseCode.NOT_ALLOWED, "An administrator disconnected this channel.")

SEVERITIES = {"info": NotifySeverity.INFO, "warning": NotifySeverity.WARN, "error": NotifySeverity.ERROR}


class SessionChannel(Shape):
    """A channel that the session is connected to."""

    key: str
    type: str
    id: int


class SessionView(Shape):
    """A session: MAIN and the channels that came with it."""

    id: str
    machine: str
    user: str
    user_id: int | None
    method: str
    """How they were recognised; `password` is the machine's own."""
    address: str
    since: datetime
    rights: list[str]
    round_trip: float | None
    """Seconds to the client and back; null: it is not measured."""
    frame_rate: float | None
    """Frames a second that its viewer draws, by the viewer's own word; null: it does not say, as native clients."""
    channels: list[SessionChannel]
    traffic: Traffic
    """Of its open channels."""


class SessionQuery(PageQuery):
    """Which sessions."""

    machine: str | None = Field(None, max_length=64, description="Those at one machine.")
    user: str | None = Field(None, max_length=64, description="Those of one user.")


class Message(Shape):
    """A sentence for whoever sits there."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_NOTICE_LENGTH)]
    severity: Literal["info", "warning", "error"] = "info"


def session_view(client: RedClient) -> SessionView:
    holder, machine = client.admission.holder, client.server.name
    known = holder if isinstance(holder, Principal) else None
    total = sum((link.counters for link in client.channel_clients), Counters())
    return SessionView(
        id=client.label,
        machine=machine,
        user=name_of(client),
        user_id=known.user_id if known is not None else None,
        method=known.method.value if known is not None else "password",
        address=host_of(client.peer),
        since=started(client),
        rights=list(right_names(client.admission.rights)),
        round_trip=round_trip_of(client),
        frame_rate=client.frame_rate,
        channels=[
            SessionChannel(
                key=f"{machine}/{link.channel.type.name.lower()}/{link.channel.id}",
                type=link.channel.type.name.lower(),
                id=link.channel.id,
            )
            for link in client.channel_clients
        ],
        traffic=Traffic(
            bytes_in=total.bytes_in,
            messages_in=total.messages_in,
            bytes_out=total.bytes_out,
            messages_out=total.messages_out,
        ),
    )


def round_trip_of(client: RedClient) -> float | None:
    """MAIN's, else any that is measured."""
    links = [client.main, *client.channel_clients]
    return next((link.round_trip for link in links if link is not None and link.round_trip is not None), None)


def all_clients(ask: Ask) -> list[RedClient]:
    return [client for member in ask.fleet for client in member.machine.server.clients]


def find(ask: Ask, id_: str) -> RedClient:
    """Raises `NotFound`."""
    for client in all_clients(ask):
        if client.label == id_:
            return client
    raise NotFound("There is no such session, or it has ended.")


@sessions.get("/sessions", Permission.DASHBOARD)
async def list_sessions(ask: Ask, query: SessionQuery) -> Page[SessionView]:
    """Sessions in the order in which they began."""
    found = {
        f"{client.since:018.6f} {client.label}": client
        for client in all_clients(ask)
        if query.machine in (None, client.server.name) and query.user in (None, name_of(client))
    }
    page = page_by_name(sorted(found), sorted(found), query)
    return Page(items=[session_view(found[key]) for key in page.items], next=page.next)


@sessions.get("/sessions/{id}", Permission.DASHBOARD)
async def show_session(ask: Ask, id: str) -> SessionView:
    """One session."""
    return session_view(find(ask, id))


@sessions.delete("/sessions/{id}", Permission.SESSIONS_ACT)
async def end_session(ask: Ask, id: str) -> None:
    """End a session."""
    client = find(ask, id)
    client.destroy(ENDED)
    await ask.access.trail.write_after(ask.by, "console.end", _target(client), user=name_of(client))


@sessions.post("/sessions/{id}/messages", Permission.SESSIONS_ACT, problems=(409,))
async def message_user(ask: Ask, id: str, body: Message) -> None:
    """Show a sentence to whoever sits there (SPICE's NOTIFY)."""
    main = find(ask, id).main
    text, severity = checked_text(body.text, "text", "A message", MAX_NOTICE_LENGTH, least=1), SEVERITIES[body.severity]
    if isinstance(main, MainClient):
        main.notify(text, severity)
    elif not isinstance(main, RelayChannelClient) or not main.notify(text, severity):
        raise web.HTTPConflict(text="The machine's own stream leaves no room for a message at this moment.")
    await ask.access.trail.write_after(ask.by, "console.message", _target(main.client), user=name_of(main.client))


@sessions.delete("/sessions/{id}/channels/{type}/{channel}", Permission.SESSIONS_ACT)
async def disconnect_channel(ask: Ask, id: str, type: str, channel: int) -> None:
    """Disconnect one channel of a session. MAIN takes the session with it."""
    client = find(ask, id)
    for link in tuple(client.channel_clients):
        if (link.channel.type.name.lower(), link.channel.id) == (type, channel):
            detail = {"user": name_of(client), "channel": link.channel.name}
            link.disconnect(CHANNEL_ENDED)
            await ask.access.trail.write_after(ask.by, "console.disconnect", _target(client), **detail)
            return
    raise NotFound("The session has no such channel.")


def _target(client: RedClient) -> str:
    return f"machine:{client.server.name}"
