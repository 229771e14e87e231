"""What a supervisor asks. Both answer without a log-in and tell nothing about the machines."""

from __future__ import annotations

from aiohttp import web

from gateway.spice.limits import MAX_CONNECTIONS
from gateway.web.keys import CONNECTIONS

routes = web.RouteTableDef()


@routes.get("/healthz", name="healthz")
async def healthz(request: web.Request) -> web.Response:
    """The process works."""
    return web.Response(text="ok\n")


@routes.get("/readyz", name="readyz")
async def readyz(request: web.Request) -> web.Response:
    """There is room for another connection."""
    if len(request.app[CONNECTIONS]) >= MAX_CONNECTIONS:
        return web.Response(status=503, text="full\n")
    return web.Response(text="ok\n")
