"""Who a request comes from: an API key, a guest's cookie, a log-in's, or a trusted proxy's word, in this order."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gateway.access import Entry, Principal
from gateway.access.errors import Invalid, Refused
from gateway.web.keys import ACCESS, SETTINGS
from gateway.web.origin import base_of, is_secure, peer_of

COOKIE: Final = "spicegate"
GUEST_COOKIE: Final = "spicegate-guest."
"""With the machine's name behind it."""
GUEST_ROUTES: Final = frozenset({"viewer", "ws"})
"""Where guests go; everywhere else their cookie says nothing."""
PRINCIPAL: Final = web.RequestKey("principal", object)
"""Where a request keeps who it comes from."""

_BEARER: Final = "Bearer "


async def principal_of(request: web.Request) -> Principal | None:
    """Who asks, None when nothing says so. Raises `HTTPUnauthorized` for a key or a proxy's user that is not known."""
    access, address = request.app[ACCESS], peer_of(request)
    header = request.headers.get("Authorization", "")
    if header.startswith(_BEARER):
        found = await access.keys.find(header.removeprefix(_BEARER).strip(), address=address)
        if found is None:
            raise web.HTTPUnauthorized(text="The API key is not valid, or has expired.")
        return found
    if (guest := await _guest(request, address)) is not None:
        return guest
    if (principal := await access.sessions.find(request.cookies.get(COOKIE), address=address)) is not None:
        return principal
    return await _by_proxy(request, address)


async def _guest(request: web.Request, address: str) -> Principal | None:
    """Who came to a machine by a ticket's link. The cookie counts at that machine only, where it also counts for
    somebody who is logged in: they have chosen to come by the link."""
    machine = request.match_info.get("machine")
    if machine is None or request.match_info.route.name not in GUEST_ROUTES:
        return None
    cookie = request.cookies.get(GUEST_COOKIE + machine)
    found = await request.app[ACCESS].guests.find(cookie, address=address)
    return found if found is not None and found.machine == machine else None


async def _by_proxy(request: web.Request, address: str) -> Principal | None:
    settings = request.app[SETTINGS]
    name = settings.named_by_proxy(request.remote, request.headers)
    if name is None:
        return None
    try:
        return await request.app[ACCESS].logins.by_proxy(name, address=address, new_role=settings.proxy_role)
    except (Refused, Invalid) as error:
        raise web.HTTPUnauthorized(text=str(error)) from None


def set_cookie(request: web.Request, response: web.StreamResponse, entry: Entry) -> None:
    """Hand the log-in to the browser. Lax: links from elsewhere may lead here, and nothing is changed by a GET."""
    seconds = int(entry.expires_at - request.app[ACCESS].clock.wall())
    path, secure = f"{base_of(request)}/", is_secure(request)
    response.set_cookie(COOKIE, entry.cookie, max_age=seconds, path=path, httponly=True, samesite="Lax", secure=secure)


def set_guest_cookie(request: web.Request, response: web.StreamResponse, machine: str, cookie: str) -> None:
    """Hand a guest's log-in to the browser, until it is closed."""
    path, secure = f"{base_of(request)}/", is_secure(request)
    response.set_cookie(GUEST_COOKIE + machine, cookie, path=path, httponly=True, samesite="Lax", secure=secure)


def drop_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser forget its log-in."""
    response.del_cookie(COOKIE, path=f"{base_of(request)}/")
