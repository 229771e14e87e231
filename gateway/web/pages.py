"""The pages, and what they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from gateway.machines.machine import Machine
from gateway.server.channel import RedChannel
from gateway.server.counters import Counters
from gateway.server.tickets import TooManyTickets
from gateway.spice import caps
from gateway.web.access import login_of, set_cookie
from gateway.web.keys import CORE, LOGINS, MACHINES, NATIVE
from gateway.web.rendering import render

routes = web.RouteTableDef()


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
async def machines(request: web.Request) -> web.Response:
    """All machines, their state and registered channels."""
    known = request.app[MACHINES].values()
    await asyncio.gather(*(machine.probe() for machine in known))
    native = request.app[NATIVE]
    cards = [card(machine, native=machine.name in native) for machine in known]
    return render(request, "machines.html", {"machines": cards})


@routes.get("/m/{machine}", name="viewer")
async def viewer(request: web.Request) -> web.Response:
    """One machine's screen."""
    return render(request, "viewer.html", {"machine": find_machine(request).name})


@routes.post("/m/{machine}/ticket", name="ticket")
async def ticket(request: web.Request) -> web.Response:
    """A one-time ticket, to be given as the SPICE password by a client that has no cookie."""
    tickets = find_machine(request).server.tickets
    try:
        issued = tickets.issue(request.app[CORE].now())
    except TooManyTickets as error:
        raise web.HTTPTooManyRequests(text=f"{str(error).capitalize()}.") from None
    return web.json_response({"ticket": issued, "expires_in": int(tickets.lifetime)})


@routes.get("/enter", name="enter")
async def enter(request: web.Request) -> web.Response:
    """The one-time link: its token becomes a cookie and leaves the address bar."""
    known = request.app[MACHINES]
    target = f"/m/{next(iter(known))}" if len(known) == 1 else "/"
    response = web.Response(status=303, headers={"Location": target})
    if login_of(request) is None:
        cookie = request.app[LOGINS].enter(request.query.get("token", ""), request.app[CORE].now())
        if cookie is None:
            raise web.HTTPUnauthorized(text="This link is not valid, or was used already.")
        set_cookie(request, response, cookie)
    return response


def find_machine(request: web.Request) -> Machine:
    """The machine that the address names. Raises `HTTPNotFound`."""
    machine = request.app[MACHINES].get(request.match_info["machine"])
    if machine is None:
        raise web.HTTPNotFound(text="There is no machine of this name.")
    return machine


def card(machine: Machine, *, native: bool) -> MachineCard:
    health, server = machine.health, machine.server
    since = datetime.fromtimestamp(health.since, UTC).isoformat(timespec="seconds")
    rows = [channel_row(channel) for channel in server.channels]
    place = (machine.name, machine.address)
    return MachineCard(*place, health.state, since, health.error, len(server.clients), native, rows)


def channel_row(channel: RedChannel) -> ChannelRow:
    held = caps.names(None, channel.local_caps.common) + caps.names(channel.type, channel.local_caps.channel)
    return ChannelRow(channel.name, channel.client_count, channel.references, channel.counters, held)
