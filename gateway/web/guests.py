"""The cookie of guests, who came by a ticket's link. It counts at the addresses of that machine's links only."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from aiohttp import web

from gateway.access import Principal
from gateway.web.keys import ACCESS
from gateway.web.origin import base_of, is_secure, peer_of

GUEST_COOKIE: Final = "spicegate-guest"


async def guest_of(request: web.Request) -> Principal | None:
    """Who came to the machine of this address by a ticket; None when nobody did, or the ticket has ended."""
    cookie = request.cookies.get(GUEST_COOKIE)
    found = await request.app[ACCESS].guests.find(cookie, address=peer_of(request))
    return found if found is not None and found.machine == request.match_info["machine"] else None


def links_path(request: web.Request) -> str:
    """Below which the addresses of a machine's links are."""
    return f"{base_of(request)}/t/{quote(request.match_info['machine'])}"


def set_guest_cookie(request: web.Request, response: web.StreamResponse, cookie: str) -> None:
    """Hand a guest's log-in to the browser, until it is closed."""
    path, secure = links_path(request), is_secure(request)
    response.set_cookie(GUEST_COOKIE, cookie, path=path, httponly=True, samesite="Lax", secure=secure)
