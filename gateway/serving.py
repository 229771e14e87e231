"""From a configuration to a running gateway, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Sequence

from aiohttp import web

from gateway.config import DEMO_URL, GatewayConfig, MachineSpec
from gateway.listening import ListenError
from gateway.listening import listen as open_sockets
from gateway.machines.demo import DemoMachine
from gateway.machines.local import LocalMachine
from gateway.machines.machine import Machine
from gateway.machines.relay import RelayMachine
from gateway.server.core import Core
from gateway.server.listener import Listener
from gateway.spice.errors import SpiceError
from gateway.spice.limits import FIRST_REQUEST_SECONDS
from gateway.web import make_app
from gateway.web.keys import MACHINES, NATIVE
from gateway.web.logins import Logins
from gateway.web.patience import FIRST_REQUEST

BACKLOG = 1024
SHUTDOWN_SECONDS = 5.0


class CannotListen(SpiceError):
    """The address is not to be had, or the certificate cannot be used."""


async def serve_forever(machines: Sequence[MachineSpec], config: GatewayConfig) -> None:
    """Serve until SIGINT or SIGTERM; each SIGUSR1 prints another one-time link. Raises `CannotListen`."""
    for machine in machines:
        if machine.endpoint is not None and machine.endpoint.ca_file is not None:
            machine.endpoint.tls_context()  # a CA file that cannot be read is told at once

    logins = Logins()
    app = make_app(
        lambda core: [make_machine(core, machine) for machine in machines], config.web_settings(), logins=logins
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
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
        loop.add_signal_handler(signal.SIGUSR1, lambda: print_link(site, logins))
        print_link(site, logins)
        await stop.wait()
    finally:
        if server is not None:
            server.close()
        for listener in listeners:
            listener.close()
        await runner.cleanup()


def make_machine(core: Core, spec: MachineSpec) -> Machine:
    """A machine on the loop that the gateway runs on."""
    if spec.endpoint is not None:
        return RelayMachine(core, spec.name, spec.endpoint, spec.password)
    demo = DemoMachine(core, name=spec.name, shell=spec.shell)
    demo.server.set_ticket(spec.password)
    return LocalMachine(demo.server, DEMO_URL, on_close=demo.close)


async def listen_for_native_clients(app: web.Application, specs: Sequence[MachineSpec]) -> list[Listener]:
    """Open the sockets of the machines that have some. Raises `CannotListen`."""
    listeners = []
    for spec in specs:
        if spec.listening is None:
            continue
        try:
            listener, app[NATIVE][spec.name] = await open_sockets(app[MACHINES][spec.name], spec.listening)
        except ListenError as error:
            raise CannotListen(f"{spec.name}: {error}") from error
        listeners.append(listener)
    return listeners


async def listen(runner: web.AppRunner, app: web.Application, config: GatewayConfig) -> asyncio.Server:
    """Bind; no connection may keep its first request to itself for long. Raises `CannotListen`."""
    handlers = runner.server
    assert handlers is not None
    context = tls_context(config)
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
    return f"{'https' if config.tls_cert else 'http'}://{host}:{server.sockets[0].getsockname()[1]}"


def tls_context(config: GatewayConfig) -> ssl.SSLContext | None:
    """The gateway's own certificate, None without one. Raises `CannotListen`."""
    if config.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.tls_cert, config.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise CannotListen(f"tls_cert and tls_key cannot be used: {error}") from error
    return context


def print_link(site: str, logins: Logins) -> None:
    """A one-time link, where the operator reads: on standard output, and in no log."""
    print(f"Open {site}/enter?token={logins.issue_token()}", flush=True)
