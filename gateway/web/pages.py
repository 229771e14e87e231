"""The pages, and what they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from gateway.access import Permission
from gateway.machines.machine import Machine
from gateway.server.channel import RedChannel
from gateway.server.counters import Counters
from gateway.server.rights import Right
from gateway.spice import caps
from gateway.web.guard import needs, principal
from gateway.web.keys import ACCESS, FLEET, NATIVE
from gateway.web.rendering import render

routes = web.RouteTableDef()

PAGE_TICKET_SECONDS = 120
"""A ticket that somebody asks for on a page is used by hand."""


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A registered channel as the machines page shows it."""

    name: str
    clients: int
    references: int
    counters: Counters
    capabilities: Sequence[str]


@dataclass(frozen=True, slots=True)
class MachineCard:
    """A machine as the machines page shows it; `since` is for people and machines (ISO 8601)."""

    name: str
    address: str
    state: str
    since: str
    error: str
    sessions: int
    native: bool
    channels: Sequence[ChannelRow]


@routes.get("/", name="machines")
@needs(Permission.CONSOLE)
async def machines(request: web.Request) -> web.Response:
    """The machines that are theirs to open, with state and, for those who see the dashboard, registered channels."""
    who, app = principal(request), request.app
    rights = await app[ACCESS].authority.rights_at(who, [member.spec.name for member in app[FLEET]])
    known = [member.machine for member in app[FLEET] if rights[member.spec.name]]
    await asyncio.gather(*(machine.probe() for machine in known))
    channels = who.may(Permission.DASHBOARD)
    cards = [card(machine, native=machine.name in app[NATIVE], channels=channels) for machine in known]
    return render(request, "machines.html", {"machines": cards})


@routes.get("/m/{machine}", name="viewer")
@needs(Permission.CONSOLE, or_guest=True)
async def viewer(request: web.Request) -> web.Response:
    """One machine's screen."""
    machine, _ = await find_machine(request)
    return render(request, "viewer.html", {"machine": machine.name})


@routes.post("/m/{machine}/ticket", name="ticket")
@needs(Permission.TICKETS)
async def ticket(request: web.Request) -> web.Response:
    """A one-time ticket, to be given as the SPICE password by a client that has no cookie."""
    machine, _ = await find_machine(request)
    issued = await request.app[ACCESS].tickets.issue(principal(request), machine.name, lifetime=PAGE_TICKET_SECONDS)
    return web.json_response({"ticket": issued.secret, "expires_in": PAGE_TICKET_SECONDS})


async def find_machine(request: web.Request) -> tuple[Machine, Right]:
    """The machine that the address names, and what the one who asks may do there. Raises `HTTPNotFound`, also for
    machines that are not theirs to see."""
    member = request.app[FLEET].get(request.match_info["machine"])
    rights = Right.NONE
    if member is not None:
        rights = await request.app[ACCESS].authority.rights(principal(request), member.spec.name)
    if member is None or rights is Right.NONE:
        raise web.HTTPNotFound(text="There is no machine of this name.")
    return member.machine, rights


def card(machine: Machine, *, native: bool, channels: bool) -> MachineCard:
    health, server = machine.health, machine.server
    since = datetime.fromtimestamp(health.since, UTC).isoformat(timespec="seconds")
    rows = [channel_row(channel) for channel in server.channels] if channels else []
    place = (machine.name, machine.address)
    return MachineCard(*place, health.state, since, health.error, len(server.clients), native, rows)


def channel_row(channel: RedChannel) -> ChannelRow:
    held = caps.names(None, channel.local_caps.common) + caps.names(channel.type, channel.local_caps.channel)
    return ChannelRow(channel.name, channel.client_count, channel.references, channel.counters, held)
