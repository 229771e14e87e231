"""Who may ask for what: each route says which permission it takes, and nothing is open that does not say so.

::

    @routes.get("/admin", name="admin")
    @needs(Permission.DASHBOARD)
    async def admin(request): …

A route without `needs` has to stand in `PUBLIC`. Whoever writes by a browser's log-in must come from our own pages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.access import Method, Permission, Principal
from gateway.spice.errors import UsageError
from gateway.web.identity import PRINCIPAL, principal_of
from gateway.web.keys import SETTINGS
from gateway.web.origin import own_origin

FOR_GUESTS: Final = frozenset(
    {"guest-report", "guest-viewer", "guest-ws", "ticket-link", "ticket-link-post", "ticket-vv", "visit"}
)
"""Routes, by name, of whoever was given a ticket."""
PUBLIC: Final = FOR_GUESTS | {"healthz", "login", "login-post", "readyz", "setup", "setup-post", "static", "ws"}
"""Routes, by name, that need no log-in. `ws` judges for itself: a log-in or a one-time ticket, which is also what
the `ticket-…` links take; `visit` and the `guest-…` ones take the cookie that a ticket was given for."""

PROBES: Final = frozenset({"healthz", "readyz"})
"""A supervisor asks from where it is, not through the proxy."""

View = TypeVar("View", bound=Callable[[web.Request], Awaitable[web.StreamResponse]])

_NOT_FROM_US: Final = (
    "This may be asked for by this gateway's own pages only: open them by the address that it printed."
)
_NEEDS: dict[object, Permission] = {}


def needs(permission: Permission) -> Callable[[View], View]:
    """The view takes a permission."""

    def note(view: View) -> View:
        _NEEDS[view] = permission
        return view

    return note


def permission_of(route: web.AbstractRoute) -> Permission | None:
    """What a route takes; None for a public one. Raises `UsageError` for one that says neither."""
    if route.name in PUBLIC:
        return None
    if (permission := _NEEDS.get(route.handler)) is None:
        raise UsageError(f"{route.method} {route.resource and route.resource.canonical} says not who may ask for it")
    return permission


def check_routes(app: web.Application) -> None:
    """Raises `UsageError` when a route was forgotten."""
    for route in app.router.routes():
        permission_of(route)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whoever may not; everything that is not in `PUBLIC` needs a log-in, what does not exist included."""
    route = request.match_info.route
    if route.name not in PROBES and not request.app[SETTINGS].trusts(request.remote):
        raise web.HTTPForbidden(text="Connections are taken from the trusted proxy only.")
    if route.name == "static":
        return await handler(request)
    principal = request[PRINCIPAL] = await principal_of(request)
    if route.name not in PUBLIC and principal is None:
        raise web.HTTPUnauthorized(text="You are not logged in.")
    if request.method not in ("GET", "HEAD") and not _comes_from_us(request, principal):
        raise web.HTTPForbidden(text=_NOT_FROM_US)
    if principal is not None and request.match_info.http_exception is None:
        permission = permission_of(route)
        if permission is not None:
            principal.require(permission)
    return await handler(request)


def _comes_from_us(request: web.Request, principal: Principal | None) -> bool:
    """Whether a write was meant: a browser sends its cookies with any page's request, a program names its key."""
    if principal is not None and principal.method is Method.KEY:
        return True
    return request.headers.get("Origin") == own_origin(request)


def principal(request: web.Request) -> Principal:
    """Who asks. Only for routes that are not public."""
    found = request[PRINCIPAL]
    assert isinstance(found, Principal)
    return found
