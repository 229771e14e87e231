"""Links that hold a console ticket: to the viewer, and to the file of a native client.

Looking at a link spends nothing: mail is scanned and chats show previews. Only the button of its page does::

    GET  /t/{machine}?ticket=…           puts the ticket into a cookie, so that it leaves the address bar at once
    GET  /t/{machine}/{visit}            asks whether to open the machine
    POST /t/{machine}                    spends the ticket: this browser is a guest's from now on
    GET  /t/{machine}/{visit}/screen     the viewer, for guests
    GET  /t/{machine}/{visit}/ws         its channels (`bridge`)
    POST /t/{machine}/{visit}/report     what it tells of its session (`reports`)

Both cookies are held to the visit's addresses. So the tab that a link opened has the link's rights, whoever else is
logged in and whatever other links were opened, and every other tab has those of the log-in.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final
from urllib.parse import quote

from aiohttp import web

from gateway.access import Principal
from gateway.access.errors import Refused
from gateway.access.tickets import NOT_VALID
from gateway.access.tokens import MAX_SECRET_LENGTH
from gateway.server.rights import Right
from gateway.web.errors import error_response
from gateway.web.forms import read_form
from gateway.web.guests import (
    VISIT_COOKIE,
    drop_visits_cookie,
    guest_of,
    path_of_ticket,
    set_visits_cookie,
    visit_path,
)
from gateway.web.identity import PRINCIPAL
from gateway.web.keys import ACCESS
from gateway.web.native import file_response
from gateway.web.origin import base_of, peer_of
from gateway.web.pages import viewer_page
from gateway.web.rendering import render

routes = web.RouteTableDef()

TICKET_COOKIE: Final = "spicegate-ticket"
"""Holds the ticket between a link and the button of its page."""
_TICKET: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_SECRET_LENGTH}}}")


@routes.get("/t/{machine}.vv", name="ticket-vv", allow_head=False)
async def connection_file(request: web.Request) -> web.Response:
    """A file that opens the machine with the link's ticket, which is not spent by this."""
    machine, ticket = request.match_info["machine"], request.query.get("ticket", "")
    await _check(request, ticket)
    return file_response(request, machine, ticket)


@routes.get("/t/{machine}", name="ticket-link")
async def take_ticket_from_address(request: web.Request) -> web.Response:
    """Where a link leads: on to its visit's address. A ticket that opens nothing is put into no cookie: it may be that
    of a visit, whose cookie the browser has, and nobody fills a browser with cookies."""
    ticket = request.query.get("ticket", "")
    if not _TICKET.fullmatch(ticket):
        raise Refused(NOT_VALID)
    path = path_of_ticket(request, ticket)
    response = web.Response(status=303, headers={"Location": path})
    with suppress(Refused):
        await _check(request, ticket)
        set_visits_cookie(request, response, TICKET_COOKIE, ticket, path)
    return response


@routes.get("/t/{machine}/{visit}", name="visit")
async def ask_first(request: web.Request) -> web.Response:
    """The page with the button; whoever pressed it goes on to the screen."""
    machine, path = request.match_info["machine"], visit_path(request)
    if await _guests_rights(request):
        return web.Response(status=303, headers={"Location": f"{path}/screen"})
    if (ticket := request.cookies.get(TICKET_COOKIE)) is None:
        return _ended(request, NOT_VALID)
    try:
        await _check(request, ticket)
    except Refused as error:
        return _ended(request, str(error))
    values = {"machine": machine, "ticket": ticket, "own": await _own_way(request, machine)}
    return render(request, "ticket.html", values)


@routes.post("/t/{machine}", name="ticket-link-post")
async def come_by_ticket(request: web.Request) -> web.Response:
    """Spend the ticket, and go on as a guest of that machine."""
    access, machine = request.app[ACCESS], request.match_info["machine"]
    ticket = (await read_form(request, "ticket"))["ticket"]
    cookie, guest = await access.guests.come(ticket, machine, address=peer_of(request))
    if not await access.authority.rights(guest, machine):
        raise Refused(NOT_VALID)
    path = path_of_ticket(request, ticket)
    response = web.Response(status=303, headers={"Location": f"{path}/screen"})
    drop_visits_cookie(request, response, TICKET_COOKIE, path)
    set_visits_cookie(request, response, VISIT_COOKIE, cookie, path)
    return response


@routes.get("/t/{machine}/{visit}/screen", name="guest-viewer")
async def screen(request: web.Request) -> web.Response:
    """The machine's screen, for whoever came by a ticket."""
    if not (rights := await _guests_rights(request)):
        return _ended(request, "Your visit has ended.")
    machine, path = request.match_info["machine"], visit_path(request)
    return viewer_page(request, machine, rights, src=f"{path}/ws", home="", report=f"{path}/report")


def _ended(request: web.Request, sentence: str) -> web.Response:
    response = error_response(request, 401, sentence)
    for name in {TICKET_COOKIE, VISIT_COOKIE} & request.cookies.keys():
        drop_visits_cookie(request, response, name, visit_path(request))
    return response


async def _check(request: web.Request, ticket: str) -> None:
    """Raises `Refused` for a ticket that would not open the machine now; it is not spent."""
    await request.app[ACCESS].tickets.check(ticket, request.match_info["machine"], address=peer_of(request))


async def _guests_rights(request: web.Request) -> Right:
    """What the guest may do there; NONE: nobody came by a ticket, or nothing is left of what it gave."""
    guest = await guest_of(request)
    if guest is None:
        return Right.NONE
    return await request.app[ACCESS].authority.rights(guest, request.match_info["machine"])


async def _own_way(request: web.Request, machine: str) -> str:
    """The viewer's address for somebody who is logged in and may open the machine without a ticket; else empty."""
    who = request[PRINCIPAL]
    if not isinstance(who, Principal) or not await request.app[ACCESS].authority.rights(who, machine):
        return ""
    return f"{base_of(request)}/m/{quote(machine)}"
