"""Who a request comes from: an API key, a log-in's cookie, or a trusted proxy's word, in this order."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gateway.access import Entry, Principal
from gateway.access.errors import Invalid, Refused
from gateway.web.keys import ACCESS, SETTINGS
from gateway.web.origin import base_of, is_secure, peer_of

COOKIE: Final = "spicegate"
"""See `cookie_name`."""
PRINCIPAL: Final = web.RequestKey("principal", object)
"""Where a request keeps who it comes from."""

_BEARER: Final = "bearer"  # schemes are compared without case (RFC 9110 section 11.1)


async def principal_of(request: web.Request) -> Principal | None:
    """Who asks, None when nothing says so. Raises `HTTPUnauthorized` for a key or a proxy's user that is not known."""
    access, address = request.app[ACCESS], peer_of(request)
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == _BEARER:
        found = await access.keys.find(credentials.strip(), address=address)
        if found is None:
            raise web.HTTPUnauthorized(text="The API key is not valid, or has expired.")
        return found
    cookie = request.cookies.get(cookie_name(request))
    if (principal := await access.sessions.find(cookie, address=address)) is not None:
        return principal
    return await _by_proxy(request, address)


async def _by_proxy(request: web.Request, address: str) -> Principal | None:
    settings = request.app[SETTINGS]
    name = settings.named_by_proxy(request.remote, request.headers)
    if name is None:
        return None
    try:
        return await request.app[ACCESS].logins.by_proxy(name, address=address, new_role=settings.proxy_role)
    except (Refused, Invalid) as error:
        raise web.HTTPUnauthorized(text=str(error)) from None


def cookie_name(request: web.Request) -> str:
    """What the log-in's cookie is called. Under TLS, and below no path, browsers keep it to this very host: a
    neighbour's page can then hand nobody a cookie of its own (RFC 6265bis section 4.1.3.2)."""
    return COOKIE if base_of(request) or not is_secure(request) else f"__Host-{COOKIE}"


def set_cookie(request: web.Request, response: web.StreamResponse, entry: Entry) -> None:
    """Hand the log-in to the browser. Lax: links from elsewhere may lead here, and nothing is changed by a GET."""
    seconds = int(entry.expires_at - request.app[ACCESS].clock.wall())
    name, path, secure = cookie_name(request), f"{base_of(request)}/", is_secure(request)
    response.set_cookie(name, entry.cookie, max_age=seconds, path=path, httponly=True, samesite="Lax", secure=secure)


def drop_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser forget its log-in."""
    response.del_cookie(cookie_name(request), path=f"{base_of(request)}/", secure=is_secure(request))
