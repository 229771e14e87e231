"""The application: machines, people and settings in, an aiohttp `Application` out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from aiohttp import web

from gateway.access import Access
from gateway.access.authority import GroupsOf
from gateway.machines.fleet import Fleet
from gateway.machines.machine import Machine
from gateway.machines.spec import Origin, Spec
from gateway.server.closing import CloseCode, Closing
from gateway.server.core import Core
from gateway.server.heartbeat import Heartbeat
from gateway.spice.auth import process_key
from gateway.spice.limits import FIRST_REQUEST_SECONDS, MAX_REQUEST_BYTES, PING_SECONDS
from gateway.web import bridge, entrance, metrics, native, pages, probes, reports, ticket_links
from gateway.web.api.events import FEED, OWN_FEEDS
from gateway.web.api.install import add_api, start_api
from gateway.web.concierge import Concierge
from gateway.web.errors import error_pages
from gateway.web.guard import check_routes, guard
from gateway.web.headers import add_headers
from gateway.web.keys import (
    ACCESS,
    CONCIERGE,
    CONNECTIONS,
    CORE,
    FLEET,
    HEARTBEAT,
    NATIVE,
    PICTURES,
    READINESS,
    SETTINGS,
    TEMPLATES,
)
from gateway.web.patience import PATIENCE, Patience, punctual
from gateway.web.pictures import Pictures
from gateway.web.readiness import Readiness
from gateway.web.reloading import RELOADING, STORE_MACHINES, Reloading
from gateway.web.rendering import assets, make_templates
from gateway.web.settings import WebSettings
from gateway.web.static_files import STATIC_FILES, StaticFiles, serve
from gateway.web.store_machines import StoreMachines

SHUTDOWN = Closing(CloseCode.GOING_AWAY, "The gateway is being stopped.")

OpenAccess = Callable[[GroupsOf], Awaitable[Access]]
MakeMachine = Callable[[Core, Spec], Machine]


def make_app(
    specs: Sequence[Spec],
    make_machine: MakeMachine,
    open_access: OpenAccess,
    settings: WebSettings | None = None,
    *,
    reloading: Reloading | None = None,
) -> web.Application:
    """`make_machine` and `open_access` are called on the loop that the application runs on."""
    app = web.Application(middlewares=[punctual, error_pages, guard], client_max_size=MAX_REQUEST_BYTES)
    app[SETTINGS] = settings or WebSettings()
    base = app[SETTINGS].base
    static = app[STATIC_FILES] = StaticFiles(assets() / "static", assets() / "node_modules", base=base)
    app[TEMPLATES] = make_templates(base=base, static=static.base, viewer_modules=static.modules("js/viewer.js"))
    app[CONNECTIONS] = set()
    app[NATIVE] = {}
    app[READINESS] = Readiness()
    app[RELOADING] = reloading or Reloading(None, {})
    app[PATIENCE] = Patience(FIRST_REQUEST_SECONDS)
    for module in (entrance, ticket_links, native, pages, reports, metrics, probes, bridge):
        app.add_routes(module.routes)
    app[reports.REPORT_LIMIT] = reports.make_limit()
    add_api(app)
    app.router.add_get("/static/{path:.+}", serve, name="static")
    check_routes(app)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(close_machines)

    async def house(app: web.Application) -> AsyncIterator[None]:
        core = app[CORE] = Core()
        app[HEARTBEAT] = Heartbeat(PING_SECONDS)
        fleet = app[FLEET] = Fleet(lambda spec: make_machine(core, spec), lambda machine: concierge.attend(machine))
        access = app[ACCESS] = await open_access(fleet.groups_of)
        await access.bars.recall()
        pictures = app[PICTURES] = Pictures(core)
        concierge = app[CONCIERGE] = Concierge(core, access, pictures)
        store = app[STORE_MACHINES] = StoreMachines(access, fleet, app[SETTINGS].secrets_dir)
        start_api(app)
        try:
            fleet.apply(specs, Origin.CONFIG)
            store.load(await store.kept())
            await asyncio.to_thread(process_key)  # takes a moment, which the first client need not wait for
            core.spawn(app[HEARTBEAT].run(), "heartbeat")
            core.spawn(access.run(), "access")
            yield
        finally:
            await core.close()
            await access.close()

    app.cleanup_ctx.append(house)
    return app


def mounted(app: web.Application) -> web.Application:
    """The application as it is served: below the path of its public address, if that has one.

    The proxy in front passes paths on as they are. Beside it there are the probes and nothing else.
    """
    base = app[SETTINGS].base
    if not base:
        return app
    root = web.Application()
    root.on_response_prepare.append(add_headers)
    probes.add_beside(root, app)
    root.add_subapp(base, app)
    return root


async def close_machines(app: web.Application) -> None:
    """Tell every client, before the server stops waiting for them."""
    for feeds in (app[FEED], app[OWN_FEEDS]):
        feeds.close(SHUTDOWN.sentence)
    app[FLEET].close(SHUTDOWN)
    connections = app[CONNECTIONS]
    for connection in tuple(connections):
        connection.close(SHUTDOWN)
