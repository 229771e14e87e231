"""The application: machines and settings in, an aiohttp `Application` out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from aiohttp import web

from gateway.machines.machine import Machine
from gateway.server.closing import CloseCode, Closing
from gateway.server.core import Core
from gateway.server.heartbeat import Heartbeat
from gateway.spice.auth import process_key
from gateway.spice.limits import FIRST_REQUEST_SECONDS, MAX_REQUEST_BYTES, PING_SECONDS
from gateway.web import bridge, native, pages, probes
from gateway.web.access import guard
from gateway.web.errors import error_pages
from gateway.web.headers import add_headers
from gateway.web.keys import CONNECTIONS, CORE, HEARTBEAT, LOGINS, MACHINES, NATIVE, SETTINGS, TEMPLATES
from gateway.web.logins import Logins
from gateway.web.patience import FIRST_REQUEST, FirstRequest, punctual
from gateway.web.rendering import assets, make_templates
from gateway.web.settings import WebSettings
from gateway.web.static_files import STATIC_FILES, StaticFiles, serve

SHUTDOWN = Closing(CloseCode.GOING_AWAY, "The gateway is being stopped.")

MakeMachines = Callable[[Core], Sequence[Machine]]


def make_app(
    make_machines: MakeMachines, settings: WebSettings | None = None, *, logins: Logins | None = None
) -> web.Application:
    """`make_machines` is called on the loop that the application runs on."""
    app = web.Application(middlewares=[punctual, error_pages, guard], client_max_size=MAX_REQUEST_BYTES)
    app[SETTINGS] = settings or WebSettings()
    app[LOGINS] = logins or Logins()
    static = app[STATIC_FILES] = StaticFiles(assets() / "static", assets() / "node_modules")
    app[TEMPLATES] = make_templates(static=static.base, viewer_modules=static.modules("js/viewer.js"))
    app[CONNECTIONS] = set()
    app[NATIVE] = {}
    app[FIRST_REQUEST] = FirstRequest(FIRST_REQUEST_SECONDS)
    for module in (native, pages, probes, bridge):
        app.add_routes(module.routes)
    app.router.add_get("/static/{path:.+}", serve, name="static")
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(close_machines)

    async def machines(app: web.Application) -> AsyncIterator[None]:
        core = app[CORE] = Core()
        app[HEARTBEAT] = Heartbeat(PING_SECONDS)
        app[MACHINES] = {machine.name: machine for machine in make_machines(core)}
        await asyncio.to_thread(process_key)  # takes a moment, which the first client need not wait for
        core.spawn(app[HEARTBEAT].run(), "heartbeat")
        yield
        await core.close()

    app.cleanup_ctx.append(machines)
    return app


async def close_machines(app: web.Application) -> None:
    """Tell every client, before the server stops waiting for them."""
    for machine in app[MACHINES].values():
        machine.close(SHUTDOWN)
    connections = app[CONNECTIONS]
    for connection in tuple(connections):
        connection.close(SHUTDOWN)
