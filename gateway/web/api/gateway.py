"""The gateway itself: version, state, reload, backup."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from aiohttp import web

from gateway import __version__
from gateway.access import Permission
from gateway.machines.health import State
from gateway.store.errors import StoreUnavailable
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Shape, when
from gateway.web.keys import CONNECTIONS, SETTINGS
from gateway.web.reloading import RELOADING, CannotReload

gateway = Resource("gateway", "The gateway itself.")

STARTED = web.AppKey("started", float)
"""When the application started (Unix time)."""


class GatewayView(Shape):
    """The gateway at this moment."""

    version: str
    started_at: datetime
    uptime: float
    """Seconds."""
    machines: int
    machines_up: int
    sessions: int
    channels: int
    """Registered, of all machines."""
    connections: int
    """Open WebSockets of clients."""
    store_fault: str | None
    """Why the store cannot be used at the moment; null: it can."""
    unwritten: list[str]
    """What was taken away from somebody and counts, but that a full disk has not taken yet: action and target."""
    barred_addresses: int
    """Addresses that may not try to log in for a while."""


class ReloadView(Shape):
    """What a reload did, in machines' names."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    restart: list[str]
    """Keys of the configuration that were changed and count from the next start on."""
    warnings: list[str]


class BackupView(Shape):
    """A backup on the gateway's computer."""

    file: str
    """Its path there."""
    at: datetime
    schema_version: int
    size: int
    users: int
    machines: int
    audit: int


@gateway.get("/gateway", Permission.DASHBOARD)
async def show_gateway(ask: Ask) -> GatewayView:
    """Version, uptime and totals."""
    app, access = ask.request.app, ask.access
    servers = [member.machine.server for member in ask.fleet]
    return GatewayView(
        version=__version__,
        started_at=when(app[STARTED]),
        uptime=time.time() - app[STARTED],
        machines=len(servers),
        machines_up=sum(member.machine.health.state is State.UP for member in ask.fleet),
        sessions=sum(len(server.clients) for server in servers),
        channels=sum(len(server.channels) for server in servers),
        connections=len(app[CONNECTIONS]),
        store_fault=str(access.fault) if access.fault is not None else None,
        unwritten=[f"{note.action} {note.target}" for note in access.store.held],
        barred_addresses=access.lockout.barred(),
    )


@gateway.post("/gateway/reload", Permission.GATEWAY_CHANGE, problems=(400,))
async def reload_configuration(ask: Ask) -> ReloadView:
    """Read the configuration anew. Sessions of machines that stay go on; a mistake changes nothing."""
    app = ask.request.app
    try:
        done = await app[RELOADING].run(app)
    except CannotReload as error:
        await ask.access.trail.write(ask.by, "gateway.reload", "gateway", "failed")
        raise web.HTTPBadRequest(text=str(error)) from error
    changes = {"added": done.added, "changed": done.changed, "removed": done.removed}
    detail = {name: " ".join(names) for name, names in changes.items() if names}
    await ask.access.trail.write(ask.by, "gateway.reload", "gateway", "ok", **detail)
    return ReloadView(
        added=done.added, changed=done.changed, removed=done.removed, restart=done.restart, warnings=done.warnings
    )


@gateway.post("/gateway/backup", Permission.GATEWAY_CHANGE, status=201, problems=(409,))
async def make_backup(ask: Ask) -> BackupView:
    """Copy the store into the directory `backups` of the gateway's state.

    It holds hashes of passwords: keep it well.
    """
    directory = ask.request.app[SETTINGS].backups_dir
    if directory is None:
        raise web.HTTPConflict(text="This gateway has no directory for backups.")
    at = datetime.now(UTC)
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"The directory {directory} cannot be made: {error.strerror}.") from error
    target = directory / f"spicegate-{at:%Y%m%dT%H%M%S.%fZ}.db"
    report = await ask.access.back_up(ask.by, target)
    return BackupView(
        file=str(target),
        at=at,
        schema_version=report.schema,
        size=report.size,
        users=report.users,
        machines=report.machines,
        audit=report.audit,
    )
