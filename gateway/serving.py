"""From a configuration to a running gateway, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence

from aiohttp import web

from gateway.access import Access
from gateway.access.authority import GroupsOf
from gateway.certificates import known_as
from gateway.config.machine import MachineSpec
from gateway.config.models import Config, GatewayConfig
from gateway.config.names import DEMO_URL
from gateway.draining import drain
from gateway.machines.machine import Machine
from gateway.machines.relay.machine import RelayMachine
from gateway.machines.spec import Spec
from gateway.native_doors import NativeDoors
from gateway.preparing import CannotListen, check_authorities, make_state_directory, own_tls, why
from gateway.server.core import Core
from gateway.spice.limits import FIRST_REQUEST_SECONDS
from gateway.store import StoreError
from gateway.web.app import make_app, mounted
from gateway.web.connection import Connection, Malformed
from gateway.web.keys import ACCESS, CORE, READINESS, SETTINGS
from gateway.web.patience import PATIENCE
from gateway.web.reloading import RELOADING, CannotReload, Configured, Reloading

log = logging.getLogger("spicegate")

BACKLOG = 1024
SHUTDOWN_SECONDS = 5.0

Read = Callable[[], tuple[Sequence[MachineSpec], Config]]
"""Reads command line, environment and file; again for each reload. Raises `SpiceError`."""

_LIVE = frozenset({"trusted_proxies", "allowed_origins", "user_header", "user_header_from", "user_header_role"})
"""Values of `[gateway]` and `[auth]` that a reload takes over."""


async def serve_forever(read: Read) -> None:
    """Serve until SIGINT or SIGTERM; SIGUSR1 prints the link anew, SIGHUP reads the configuration anew.

    Raises `CannotListen`, `StoreError`, and what `read` raises.
    """
    machines, settings = read()
    config = settings.gateway
    check_authorities(machines)

    async def open_access(groups_of: GroupsOf) -> Access:
        make_state_directory(config.store_path().parent)
        return await Access.open(config.store_path(), groups_of, policy=settings.auth.policy())

    reloading = Reloading(lambda: reread(read, doors), fixed_values(settings))
    specs = [machine.spec for machine in machines]
    app = make_app(specs, make_machine, open_access, settings.web_settings(), reloading=reloading)
    doors = NativeDoors(app)
    runner = web.AppRunner(mounted(app), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    server: asyncio.Server | None = None
    try:
        server = await listen(runner, app, config)
        if complaints := await doors.apply(machines):
            raise CannotListen(complaints[0])
        site = site_of(server, config)
        stop = asyncio.Event()
        watch_signals(app, site, stop)
        await print_link(site, app[ACCESS])
        await stop.wait()
        stop.clear()
        server.close()
        doors.lock()
        await drain(app, config.drain_seconds, stop.wait)
    finally:
        if server is not None:
            server.close()
        doors.lock()
        await runner.cleanup()  # which tells everybody
        doors.close()


def watch_signals(app: web.Application, site: str, stop: asyncio.Event) -> None:
    """What each signal does."""
    access, core, loop = app[ACCESS], app[CORE], asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: core.spawn(print_link(site, access), "link"))
    reload = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    core.spawn(reload_when(reload, app), "reloads")


async def reload_when(asked: asyncio.Event, app: web.Application) -> None:
    """Reload whenever it is asked for. However often that happens meanwhile, one more does for all of them."""
    while True:
        await asked.wait()
        asked.clear()
        await asyncio.wait([app[CORE].spawn(reload_and_tell(app), "reload")])


async def reload_and_tell(app: web.Application) -> None:
    """Read the configuration anew because of a signal: the log tells what came of it."""
    try:
        done = await app[RELOADING].run(app)
    except (CannotReload, StoreError) as error:
        mistakes = "; ".join(str(error).split("\n"))
        log.error("the configuration was not read anew, everything is as before: %s", mistakes)
        return
    rows = (("added", done.added), ("changed", done.changed), ("removed", done.removed))
    told = "; ".join(f"{what} {', '.join(names)}" for what, names in rows if names)
    log.info("the configuration was read anew: %s", told or "the machines are the same")
    for key in done.restart:
        log.warning("%s was changed, which counts from the next start on", key)
    for warning in done.warnings:
        log.warning("%s", warning)


def reread(read: Read, doors: NativeDoors) -> Configured:
    """What the configuration says now. Raises `SpiceError`."""
    machines, settings = read()
    check_authorities(machines)
    if any(machine.spec.endpoint is None for machine in machines):
        demo_maker()  # in this thread: sessions do not wait while it is loaded
    return Configured(
        [machine.spec for machine in machines],
        settings.web_settings(),
        fixed_values(settings),
        lambda: doors.apply(machines),
    )


def fixed_values(settings: Config) -> dict[str, object]:
    """What counts from the next start on only, by its key in the file."""
    gateway = {f"gateway.{key}": value for key, value in settings.gateway.model_dump().items() if key not in _LIVE}
    auth = {f"auth.{key}": value for key, value in settings.auth.model_dump().items() if key not in _LIVE}
    return gateway | auth


def make_machine(core: Core, spec: Spec) -> Machine:
    """A machine on the loop that the gateway runs on."""
    if spec.endpoint is not None:
        return RelayMachine(core, spec.name, spec.endpoint, spec.password)
    return demo_maker()(core, spec)


def demo_maker() -> Callable[[Core, Spec], Machine]:
    """Makes the built-in machine. The first call takes a moment: the machine's code is loaded, all encoders with it."""
    from gateway.machines.demo import DemoMachine
    from gateway.machines.local import LocalMachine

    def make(core: Core, spec: Spec) -> Machine:
        demo = DemoMachine(core, name=spec.name, shell=spec.shell)
        demo.server.set_ticket(spec.password)
        return LocalMachine(demo.server, DEMO_URL, on_close=demo.close)

    return make


async def listen(runner: web.AppRunner, app: web.Application, config: GatewayConfig) -> asyncio.Server:
    """Bind; no connection may keep its first request to itself for long. Raises `CannotListen`."""
    server, loop = runner.server, asyncio.get_running_loop()
    assert server is not None
    tls = app[READINESS].tls = own_tls(config)
    if tls is not None and (complaint := tls.validity.complaint(app[ACCESS].clock.wall())):
        log.warning("%s", complaint)
    context = tls.context if tls is not None else None
    malformed, base = Malformed(), app[SETTINGS].base
    try:
        return await loop.create_server(
            lambda: app[PATIENCE].expect_from(Connection(server, loop, malformed, base)),
            config.host,
            config.port,
            ssl=context,
            ssl_handshake_timeout=FIRST_REQUEST_SECONDS if context else None,
            backlog=BACKLOG,
        )
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {config.host} port {config.port} ({why(error)}): choose another with --host or --port"
        ) from error


def site_of(server: asyncio.Server, config: GatewayConfig) -> str:
    """The gateway's address for people."""
    if config.public_url is not None:
        return config.public_url.rstrip("/")
    name = known_as(config.host)
    host = f"[{name}]" if ":" in name else name
    return f"{'https' if config.has_tls else 'http'}://{host}:{server.sockets[0].getsockname()[1]}"


async def print_link(site: str, access: Access) -> None:
    """Where to go, where the operator reads: on standard output, and in no log. Of a gateway that nobody has set up
    it is a one-time link that makes the first administrator."""
    token = await access.logins.begin_setup()
    print(f"Open {site}/setup?token={token}" if token is not None else f"Open {site}/", flush=True)
