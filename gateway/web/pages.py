"""The pages, and what they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from gateway.access import Permission
from gateway.machines.asking import ask_all
from gateway.machines.fleet import Member
from gateway.machines.machine import Machine
from gateway.server.rights import Right
from gateway.web.guard import needs, principal
from gateway.web.keys import ACCESS, FLEET, NATIVE
from gateway.web.origin import base_of
from gateway.web.rendering import render

routes = web.RouteTableDef()

PAGE_TICKET_SECONDS = 120
"""A ticket that somebody asks for on a page is used by hand."""


@dataclass(frozen=True, slots=True)
class MachineCard:
    """A machine as the machines page shows it; `since` is for people and machines (ISO 8601).

    `kind` is `demo` or `relay`; `address` is empty for those who do not see the dashboard; `channels` are the types of
    its registered channels.
    """

    name: str
    title: str
    kind: str
    address: str
    labels: Sequence[str]
    groups: Sequence[str]
    state: str
    since: str
    error: str
    sessions: int
    native: bool
    channels: Sequence[str]


@routes.get("/", name="machines")
@needs(Permission.CONSOLE)
async def machines(request: web.Request) -> web.Response:
    """The machines that are theirs to open, and how they are."""
    who, app = principal(request), request.app
    rights = await app[ACCESS].authority.rights_at(who, [name_of(member) for member in app[FLEET]])
    known = [member for member in app[FLEET] if rights[name_of(member)]]
    await ask_all(member.machine for member in known)
    watches = who.may(Permission.DASHBOARD)
    cards = [card(member, native=name_of(member) in app[NATIVE], address=watches) for member in known]
    may = {
        "tickets": who.may(Permission.TICKETS),
        "add": who.may(Permission.MACHINES_CHANGE),
        "dashboard": watches,
    }
    return render(request, "machines.html", {"machines": cards, "may": may})


@routes.get("/account", name="account")
@needs(Permission.ACCOUNT)
async def account(request: web.Request) -> web.Response:
    """One's own log-ins, password, API keys and tickets."""
    who = principal(request)
    values = {"least": request.app[ACCESS].policy.password_length, "keys": who.may(Permission.KEYS)}
    return render(request, "account.html", values)


@routes.get("/admin", name="admin")
@needs(Permission.DASHBOARD)
async def admin(request: web.Request) -> web.Response:
    """The dashboard; what it shows comes by the API."""
    return render(request, "admin.html", {"least": request.app[ACCESS].policy.password_length})


@routes.get("/m/{machine}", name="viewer")
@needs(Permission.CONSOLE)
async def viewer(request: web.Request) -> web.Response:
    """One machine's screen."""
    machine, rights = await find_machine(request)
    name, base = machine.name, base_of(request)
    return viewer_page(
        request, name, rights, src=f"{base}/ws/{name}", home=f"{base}/", report=f"{base}/m/{name}/report"
    )


def viewer_page(request: web.Request, machine: str, rights: Right, *, src: str, home: str, report: str) -> web.Response:
    """The viewer for somebody with these rights; `src`, `home`, `report`: as its element takes them."""
    values = {
        "machine": machine,
        "src": src,
        "home": home,
        "report": report,
        "view_only": Right.CONTROL not in rights,
    }
    return render(request, "viewer.html", values)


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


def name_of(member: Member) -> str:
    return member.spec.name


def card(member: Member, *, native: bool, address: bool) -> MachineCard:
    spec, machine = member.spec, member.machine
    health, server = machine.health, machine.server
    types = dict.fromkeys(channel.type.name.lower() for channel in server.channels)
    return MachineCard(
        name=spec.name,
        title=spec.title or spec.name,
        kind="demo" if spec.endpoint is None else "relay",
        address=machine.address if address else "",
        labels=[f"{name}: {value}" if value else name for name, value in spec.labels.items()],
        groups=spec.groups,
        state=health.state,
        since=datetime.fromtimestamp(health.since, UTC).isoformat(timespec="seconds"),
        error=health.error,
        sessions=len(server.clients),
        native=native,
        channels=list(types),
    )
