"""Who may ask for what: log-in by cookie, the Origin of whoever writes or opens a WebSocket, trusted proxies."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.spice.limits import LOGIN_SECONDS
from gateway.web.keys import CORE, LOGINS, SETTINGS
from gateway.web.settings import origin_of

COOKIE = "spicegate"

PUBLIC = frozenset({"enter", "healthz", "readyz", "static", "ws"})
"""Routes, by name, that need no log-in. `ws` judges for itself: a log-in or a one-time ticket."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whoever may not; everything that is not in `PUBLIC` needs a log-in, what does not exist included."""
    if not request.app[SETTINGS].trusts(request.remote):
        raise web.HTTPForbidden(text="Connections are taken from the trusted proxy only.")
    route = request.match_info.route
    if route.name not in PUBLIC and login_of(request) is None:
        raise web.HTTPUnauthorized(text="You are not logged in.")
    if request.method not in ("GET", "HEAD") and request.headers.get("Origin") != own_origin(request):
        raise web.HTTPForbidden(text="This may be asked for by this gateway's own pages only.")
    return await handler(request)


def login_of(request: web.Request) -> str | None:
    """The id of the log-in that the request's cookie belongs to."""
    return request.app[LOGINS].find(request.cookies.get(COOKIE), request.app[CORE].now())


def set_cookie(request: web.Request, response: web.StreamResponse, cookie: str) -> None:
    """Hand the log-in to the browser. Lax: links from elsewhere may lead here, and nothing is changed by a GET."""
    response.set_cookie(
        COOKIE, cookie, max_age=LOGIN_SECONDS, path="/", httponly=True, samesite="Lax", secure=is_secure(request)
    )


def is_secure(request: web.Request) -> bool:
    """Whether the browser came by TLS, our own or the proxy's."""
    return own_origin(request).startswith("https:")


def own_origin(request: web.Request) -> str:
    """The origin of our own pages, as the browser writes it."""
    if public_url := request.app[SETTINGS].public_url:
        return origin_of(public_url)
    try:
        return origin_of(f"{'https' if request.secure else 'http'}://{request.host}")
    except ValueError:
        raise web.HTTPBadRequest(text="The Host header is not a host name.") from None


def peer_of(request: web.Request) -> str:
    """The client's address for logs and pages; a trusted proxy's word is taken for it."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if request.app[SETTINGS].trusted_proxies and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return request.remote or "local"
