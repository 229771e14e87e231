"""Registered channels: what stands on each machine's list, as its `RedChannel` says, and who is connected."""

from __future__ import annotations

import time
from datetime import datetime

from pydantic import Field

from gateway.access import NotFound, Permission, Principal
from gateway.server.channel import Capabilities, RedChannel
from gateway.server.channel_client import RedChannelClient
from gateway.server.client import RedClient
from gateway.server.pipe_client import PipeClient
from gateway.spice import caps
from gateway.spice.enums import ChannelType, MigrateFlags
from gateway.web.addresses import host_of
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Page, PageQuery, Shape, page_by_name, when

channels = Resource("channels", "Registered channels of all machines, as libspice's RedChannel has them.")


class CapabilityNames(Shape):
    """Capabilities by name, those of all channels and those of this type."""

    common: list[str]
    channel: list[str]


class Traffic(Shape):
    """Totals since the beginning; `in` comes from the client, `out` goes to it."""

    bytes_in: int
    messages_in: int
    bytes_out: int
    messages_out: int


class Queue(Shape):
    """What waits to be sent to a client (its pipe)."""

    messages: int
    bytes: int
    dropped: int
    """Messages that were given up because newer ones took their place."""
    full: bool


class Window(Shape):
    """Flow control of one connection."""

    ack_window: int
    """Messages after which the client acknowledges; 0: this channel counts bytes only."""
    ack_generation: int
    messages_in_flight: int
    """Sent and not acknowledged."""
    bytes_in_flight: int
    budget: int
    """Bytes that may be on their way."""
    rate: float | None
    """Bytes a second that were seen to arrive; null: not known yet."""
    waits: bool
    """Whether nothing more is sent until the client answers."""


class ChannelClientView(Shape):
    """One client's connection to a channel. `queue` and `window` are null where the gateway forwards: between those
    two ends only the machine knows."""

    session: str
    user: str
    address: str
    since: datetime
    round_trip: float | None
    """Seconds to the client and back."""
    capabilities: CapabilityNames
    mini_header: bool
    traffic: Traffic
    unsent: int
    """Bytes that wait for the socket."""
    queue: Queue | None
    window: Window | None


class ChannelView(Shape):
    """A registered channel."""

    key: str
    """`machine/type/id`, unique."""
    machine: str
    type: str
    id: int
    name: str
    place: int | None
    """On the server's list."""
    references: int
    client_count: int
    clients: list[ChannelClientView]
    capabilities: CapabilityNames
    handles_acks: bool
    migration_flags: list[str]
    incoming: str
    """The class that takes what comes from clients."""
    outgoing: str
    """The class that takes what goes to clients."""
    private: str | None
    """The type of the channel's private data."""
    owner: str | None
    """The task that works for it; null: the loop calls it."""
    traffic: Traffic


class ChannelQuery(PageQuery):
    """Which channels."""

    machine: str | None = Field(None, max_length=64, description="Those of one machine.")
    type: str | None = Field(None, max_length=32, description="Those of one type: `display`.")


def channel_key(machine: str, channel: RedChannel) -> str:
    return f"{machine}/{channel.type.name.lower()}/{channel.id}"


def capability_names(type_: ChannelType, held: Capabilities) -> CapabilityNames:
    return CapabilityNames(common=caps.names(None, held.common), channel=caps.names(type_, held.channel))


def traffic_of(thing: RedChannel | RedChannelClient) -> Traffic:
    count = thing.counters
    return Traffic(
        bytes_in=count.bytes_in,
        messages_in=count.messages_in,
        bytes_out=count.bytes_out,
        messages_out=count.messages_out,
    )


def started(link: RedChannelClient | RedClient) -> datetime:
    """When it began: cores count on a clock of their own."""
    core = link.channel.core if isinstance(link, RedChannelClient) else link.server.core
    return when(time.time() - (core.now() - link.since))


def queue_of(link: RedChannelClient) -> Queue | None:
    if not isinstance(link, PipeClient):
        return None
    pipe = link.pipe
    return Queue(messages=len(pipe), bytes=pipe.octets, dropped=pipe.dropped, full=pipe.is_full)


def window_of(link: RedChannelClient) -> Window | None:
    if not isinstance(link, PipeClient):
        return None
    flow = link.flow
    return Window(
        ack_window=flow.window,
        ack_generation=flow.generation,
        messages_in_flight=flow.messages_in_flight,
        bytes_in_flight=flow.in_flight,
        budget=flow.budget,
        rate=flow.rate,
        waits=not flow.has_room,
    )


def client_view(link: RedChannelClient) -> ChannelClientView:
    client = link.client
    return ChannelClientView(
        session=client.label,
        user=name_of(client),
        address=host_of(client.peer),
        since=started(link),
        round_trip=link.round_trip,
        capabilities=capability_names(link.channel.type, link.caps),
        mini_header=link.mini_header,
        traffic=traffic_of(link),
        unsent=link.transport.unsent,
        queue=queue_of(link),
        window=window_of(link),
    )


def name_of(client: RedClient) -> str:
    """Who it is, as far as is known."""
    holder = client.admission.holder
    return holder.name if isinstance(holder, Principal) else client.admission.name


def channel_view(machine: str, channel: RedChannel) -> ChannelView:
    return ChannelView(
        key=channel_key(machine, channel),
        machine=machine,
        type=channel.type.name.lower(),
        id=channel.id,
        name=channel.name,
        place=channel.place,
        references=channel.references,
        client_count=channel.client_count,
        clients=[client_view(link) for link in channel.clients],
        capabilities=capability_names(channel.type, channel.local_caps),
        handles_acks=channel.handles_acks,
        migration_flags=[str(flag.name).lower() for flag in MigrateFlags(channel.migration_flags)],
        incoming=channel.handlers.incoming.__name__,
        outgoing=channel.handlers.outgoing.__name__,
        private=type(channel.private).__name__ if channel.private is not None else None,
        owner=channel.owner.get_name() if channel.owner is not None else None,
        traffic=traffic_of(channel),
    )


@channels.get("/channels", Permission.DASHBOARD)
async def list_channels(ask: Ask, query: ChannelQuery) -> Page[ChannelView]:
    """Registered channels, by machine, type and id."""
    found = {
        channel_key(member.spec.name, channel): (member.spec.name, channel)
        for member in ask.fleet
        for channel in member.machine.server.channels
        if query.machine in (None, member.spec.name) and query.type in (None, channel.type.name.lower())
    }
    page = page_by_name(sorted(found), sorted(found), query)
    return Page(items=[channel_view(*found[key]) for key in page.items], next=page.next)


@channels.get("/channels/{machine}/{type}/{id}", Permission.DASHBOARD)
async def show_channel(ask: Ask, machine: str, type: str, id: int) -> ChannelView:
    """One registered channel."""
    member = ask.fleet.get(machine)
    for channel in member.machine.server.channels if member is not None else ():
        if (channel.type.name.lower(), channel.id) == (type, id):
            return channel_view(machine, channel)
    raise NotFound("There is no such channel.")
