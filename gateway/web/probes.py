"""What a supervisor asks. Both answer without a log-in and tell nothing about the machines."""

from __future__ import annotations

from aiohttp import web

from gateway.spice.limits import MAX_CONNECTIONS
from gateway.web.keys import ACCESS, CONNECTIONS, READINESS

routes = web.RouteTableDef()


@routes.get("/healthz", name="healthz")
async def healthz(request: web.Request) -> web.Response:
    """The process works."""
    return web.Response(text="ok\n")


@routes.get("/readyz", name="readyz")
async def readyz(request: web.Request) -> web.Response:
    """New sessions are taken: there is room, the store works, and nobody has asked the gateway to stop."""
    return readiness_of(request.app)


def add_beside(root: web.Application, app: web.Application) -> None:
    """Answer for `app` at the root too: a supervisor need not know below which path of the proxy's everything is."""

    async def ready(request: web.Request) -> web.Response:
        return readiness_of(app)

    root.router.add_get("/healthz", healthz)
    root.router.add_get("/readyz", ready)


def readiness_of(app: web.Application) -> web.Response:
    """Whether it takes new sessions, and why not."""
    reason = ""
    if app[READINESS].draining:
        reason = "stopping"
    elif len(app[CONNECTIONS]) >= MAX_CONNECTIONS:
        reason = "full"
    elif app[ACCESS].fault is not None:
        reason = "store"
    return web.Response(status=503 if reason else 200, text=f"{reason or 'ok'}\n")
