"""The addresses and the cookie of guests, who came by a ticket's link.

Each visit has an address of its own, `/t/{machine}/{visit}`, and its cookie counts there only. So every tab that a link
opened goes on with that link's rights, whatever else is open in the browser. The visit's name in the address opens
nothing: the cookie does, which no page can read.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from aiohttp import web

from gateway.access import Principal
from gateway.access.tokens import visit_id
from gateway.web.keys import ACCESS
from gateway.web.origin import base_of, is_secure, peer_of

VISIT_COOKIE: Final = "spicegate-visit"


async def guest_of(request: web.Request) -> Principal | None:
    """Who came to the machine of this address by a ticket; None when nobody did, or the ticket has ended."""
    cookie = request.cookies.get(VISIT_COOKIE)
    found = await request.app[ACCESS].guests.find(cookie, address=peer_of(request))
    return found if found is not None and found.machine == request.match_info["machine"] else None


def links_path(request: web.Request) -> str:
    """Below which the addresses of a machine's links are."""
    return f"{base_of(request)}/t/{quote(request.match_info['machine'])}"


def visit_path(request: web.Request) -> str:
    """The address of the visit that a request is about."""
    return f"{links_path(request)}/{quote(request.match_info['visit'])}"


def path_of_ticket(request: web.Request, ticket: str) -> str:
    """The address of the visit that a ticket opens."""
    return f"{links_path(request)}/{visit_id(ticket)}"


def set_visits_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, path: str) -> None:
    """Hand a secret to the browser that counts below `path` only, until it is closed. Lax: links come from elsewhere,
    and nothing is changed by a GET."""
    response.set_cookie(name, value, path=path, httponly=True, samesite="Lax", secure=is_secure(request))


def drop_visits_cookie(request: web.Request, response: web.StreamResponse, name: str, path: str) -> None:
    """Have the browser forget it: what has ended takes no room among its cookies."""
    response.del_cookie(name, path=path, httponly=True, samesite="Lax", secure=is_secure(request))
