"""Links that hold a console ticket: to the viewer, and to the file of a native client."""

from __future__ import annotations

from aiohttp import web

from gateway.access.errors import Refused
from gateway.access.tickets import NOT_VALID
from gateway.web.identity import set_guest_cookie
from gateway.web.keys import ACCESS
from gateway.web.native import file_response
from gateway.web.origin import base_of, peer_of

routes = web.RouteTableDef()

_ANEW = "Ask for a new link."


@routes.get("/t/{machine}.vv", name="ticket-vv", allow_head=False)
async def connection_file(request: web.Request) -> web.Response:
    """A file that opens the machine with the link's ticket, which is not spent by this."""
    machine, ticket = request.match_info["machine"], request.query.get("ticket", "")
    try:
        await request.app[ACCESS].tickets.check(ticket, machine, address=peer_of(request))
    except Refused as error:
        raise web.HTTPUnauthorized(text=f"{error} {_ANEW}") from None
    return file_response(request, machine, ticket)


@routes.get("/t/{machine}", name="ticket-link", allow_head=False)
async def come_by_ticket(request: web.Request) -> web.Response:
    """Spend the ticket of a link, and go on without it in the address bar, as a guest of that machine."""
    access, machine = request.app[ACCESS], request.match_info["machine"]
    try:
        guest = await access.tickets.redeem(request.query.get("ticket", ""), machine, address=peer_of(request))
        if not await access.authority.rights(guest, machine):
            raise Refused(NOT_VALID)
    except Refused as error:
        raise web.HTTPUnauthorized(text=f"{error} {_ANEW}") from None
    response = web.Response(status=303, headers={"Location": f"{base_of(request)}/m/{machine}"})
    set_guest_cookie(request, response, machine, access.guests.open(guest))
    return response
