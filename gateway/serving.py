"""From a configuration to a running gateway, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from gateway.access import Access
from gateway.access.authority import GroupsOf
from gateway.certificates import KeyPair, OwnTls, own_key_pair
from gateway.config import DEMO_URL, Config, GatewayConfig, MachineSpec
from gateway.draining import drain
from gateway.listening import ListenError
from gateway.listening import listen as open_sockets
from gateway.machines.demo import DemoMachine
from gateway.machines.fleet import Spec
from gateway.machines.local import LocalMachine
from gateway.machines.machine import Machine
from gateway.machines.relay import RelayMachine
from gateway.server.core import Core
from gateway.server.listener import Listener
from gateway.spice.errors import SpiceError
from gateway.spice.limits import FIRST_REQUEST_SECONDS
from gateway.web import make_app
from gateway.web.app import mounted
from gateway.web.keys import ACCESS, CORE, FLEET, NATIVE, READINESS
from gateway.web.patience import FIRST_REQUEST

BACKLOG = 1024
SHUTDOWN_SECONDS = 5.0


class CannotListen(SpiceError):
    """The address is not to be had, or the certificate or the state directory cannot be used."""


async def serve_forever(machines: Sequence[MachineSpec], settings: Config) -> None:
    """Serve until SIGINT or SIGTERM; SIGUSR1 prints the link anew. Raises `CannotListen` and `StoreError`."""
    config = settings.gateway
    for machine in machines:
        if (endpoint := machine.spec.endpoint) is not None and endpoint.ca_file is not None:
            endpoint.tls_context()  # a CA file that cannot be read is told at once

    async def open_access(groups_of: GroupsOf) -> Access:
        make_state_directory(config.store_path().parent)
        return await Access.open(config.store_path(), groups_of, policy=settings.auth.policy())

    specs = [machine.spec for machine in machines]
    app = make_app(specs, make_machine, open_access, settings.web_settings())
    runner = web.AppRunner(mounted(app), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    server: asyncio.Server | None = None
    listeners: list[Listener] = []
    try:
        server = await listen(runner, app, config)
        listeners = await listen_for_native_clients(app, machines)
        site = site_of(server, config)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        access, core = app[ACCESS], app[CORE]
        loop.add_signal_handler(signal.SIGUSR1, lambda: core.spawn(print_link(site, access), "link"))
        await print_link(site, access)
        await stop.wait()
        stop.clear()
        server.close()
        await drain(app, config.drain_seconds, stop.wait)
    finally:
        if server is not None:
            server.close()
        for listener in listeners:
            listener.close()
        await runner.cleanup()


def make_state_directory(path: Path) -> None:
    """The directory of the gateway's own data, for its user only. Raises `CannotListen`."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CannotListen(f"the state directory {path} cannot be made ({reason}): name another by --state") from error


def make_machine(core: Core, spec: Spec) -> Machine:
    """A machine on the loop that the gateway runs on."""
    if spec.endpoint is not None:
        return RelayMachine(core, spec.name, spec.endpoint, spec.password)
    demo = DemoMachine(core, name=spec.name, shell=spec.shell)
    demo.server.set_ticket(spec.password)
    return LocalMachine(demo.server, DEMO_URL, on_close=demo.close)


async def listen_for_native_clients(app: web.Application, specs: Sequence[MachineSpec]) -> list[Listener]:
    """Open the sockets of the machines that have some. Raises `CannotListen`."""
    listeners = []
    for spec, wanted in specs:
        member = app[FLEET].get(spec.name)
        if wanted is None or member is None:
            continue
        try:
            listener, app[NATIVE][spec.name] = await open_sockets(member.machine, wanted)
        except ListenError as error:
            raise CannotListen(f"{spec.name}: {error}") from error
        listeners.append(listener)
    return listeners


async def listen(runner: web.AppRunner, app: web.Application, config: GatewayConfig) -> asyncio.Server:
    """Bind; no connection may keep its first request to itself for long. Raises `CannotListen`."""
    handlers = runner.server
    assert handlers is not None
    tls = app[READINESS].tls = own_tls(config)
    context = tls.context if tls is not None else None
    try:
        return await asyncio.get_running_loop().create_server(
            lambda: app[FIRST_REQUEST].expect_from(handlers()),
            config.host,
            config.port,
            ssl=context,
            ssl_handshake_timeout=FIRST_REQUEST_SECONDS if context else None,
            backlog=BACKLOG,
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CannotListen(
            f"cannot listen on {config.host} port {config.port} ({reason}): choose another with --host or --port"
        ) from error


def site_of(server: asyncio.Server, config: GatewayConfig) -> str:
    """The gateway's address for people."""
    if config.public_url is not None:
        return config.public_url.rstrip("/")
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"{'https' if config.has_tls else 'http'}://{host}:{server.sockets[0].getsockname()[1]}"


def own_tls(config: GatewayConfig) -> OwnTls | None:
    """The gateway's own certificate, None without one. Raises `CannotListen`."""
    if not config.has_tls:
        return None
    try:
        if config.tls_cert is None or config.tls_key is None:
            state = config.store_path().parent
            make_state_directory(state)
            return OwnTls(own_key_pair(state, config.host))
        return OwnTls(KeyPair(config.tls_cert, config.tls_key))
    except (OSError, ssl.SSLError) as error:
        raise CannotListen(f"tls_cert and tls_key cannot be used: {error}") from error


async def print_link(site: str, access: Access) -> None:
    """Where to go, where the operator reads: on standard output, and in no log. Of a gateway that nobody has set up
    it is a one-time link that makes the first administrator."""
    token = await access.logins.begin_setup()
    print(f"Open {site}/setup?token={token}" if token is not None else f"Open {site}/", flush=True)
