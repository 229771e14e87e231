"""`spicegate serve`: the gateway itself."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gateway import log_format as log_format_
from gateway.commands.common import ConfigFile, single
from gateway.config.errors import ConfigError
from gateway.config.loading import checked, chosen_file, configure
from gateway.config.machine import MachineSpec
from gateway.config.mistakes import Layer
from gateway.config.models import Config, GatewayConfig
from gateway.config.names import DEMO_URL, FILE_NAME
from gateway.config.secrets import checked_password, read_password
from gateway.machines.relay.endpoint import EndpointError, parse_endpoint
from gateway.machines.spec import Spec
from gateway.preparing import CannotListen
from gateway.store import StoreError

PASSWORD_ENV = "SPICEGATE_PASSWORD"  # noqa: S105 - the name of a variable

DEMO = Spec("demo", None)
"""What is served when no machine is named."""

app = single()


@app.command("serve")
def serve(
    urls: Annotated[
        list[str] | None,
        typer.Argument(metavar="[URL]...", help="Machines: spice://, spice+tls://, spice+unix://, spice+ws(s)://."),
    ] = None,
    config: ConfigFile = None,
    state: Annotated[Path | None, typer.Option(help="Directory of the gateway's own data.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 unless configured.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for any; 8080 unless configured.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the machine, when there is one URL.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the machine's password.")] = None,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for the machine's password.")] = False,
    ca_file: Annotated[Path | None, typer.Option(help="CA that signed the machine's certificate (PEM).")] = None,
    host_subject: Annotated[str | None, typer.Option(help="Subject of the machine's certificate.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="The gateway's own certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The key of the gateway's own certificate (PEM).")] = None,
    allowed_origin: Annotated[
        list[str] | None, typer.Option(help="Another page's origin that may open /ws/…; may be repeated.")
    ] = None,
    listen: Annotated[
        str | None, typer.Option(help="Port, address:port or unix:/path where the machine takes native clients.")
    ] = None,
    tls_listen: Annotated[str | None, typer.Option(help="The same, over TLS; self-signed without --tls-cert.")] = None,
    demo_shell: Annotated[
        bool, typer.Option("--demo-shell", help="Give the demo machine's terminal a real shell, as this user.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Open machines in the browser; without one, a demo machine.

    A machine's password comes from a file, SPICEGATE_PASSWORD or --ask-password.
    """
    overrides = {
        "host": host,
        "state_dir": state,
        "port": port,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
        "allowed_origins": allowed_origin,
    }
    given = {key: value for key, value in overrides.items() if value is not None}
    set_up_logging(log_level, "text")
    try:
        password = command_line_password(password_file, ask_password)

        def read() -> tuple[list[MachineSpec], Config]:
            settings = configure(chosen_file(config), given)
            machines = settings.specs()
            if demo_shell and (urls or machines):
                raise ConfigError(f"--demo-shell belongs to the demo machine: use shell = true in {FILE_NAME}")
            if urls:
                machines += from_urls(urls, name, password, ca_file=ca_file, host_subject=host_subject)
            elif not machines:
                demo = replace(DEMO, name=name or DEMO.name, password=password, shell=demo_shell)
                machines = [MachineSpec(demo)]
            check_machines(machines)
            return listening(machines, settings.gateway, listen, tls_listen), settings

        set_up_logging(log_level, read()[1].gateway.log_format)
        raise_file_limit()
        from gateway.serving import serve_forever  # all of the gateway: mistakes and --help do not wait for it

        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(serve_forever(read))
    except (ConfigError, EndpointError, CannotListen, StoreError) as error:
        typer.echo(f"spicegate: {error}", err=True)
        raise typer.Exit(2) from None


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's event loop where there is one, for a quicker way of small messages; None for asyncio's own."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # no wheel for this platform
        return None
    return new_event_loop


def command_line_password(password_file: Path | None, ask: bool) -> str | None:
    """The password for the machines named on the command line."""
    if password_file is not None:
        return read_password(password_file)
    if ask:
        return checked_password(typer.prompt("Password of the machine", hide_input=True), "the password")
    password = os.environ.get(PASSWORD_ENV)
    return checked_password(password, PASSWORD_ENV) if password is not None else None


def from_urls(
    urls: list[str], name: str | None, password: str | None, *, ca_file: Path | None, host_subject: str | None
) -> list[MachineSpec]:
    """The machines named on the command line. Raises `EndpointError` or `ConfigError`."""
    if name is not None and len(urls) > 1:
        raise ConfigError("--name is for one URL; list several machines in a configuration file")
    endpoints = [parse_endpoint(url, ca_file=ca_file, host_subject=host_subject) for url in urls]
    return [MachineSpec(Spec(name or endpoint.name, endpoint, password)) for endpoint in endpoints]


def check_machines(machines: list[MachineSpec]) -> None:
    """Each by its own name. Raises `ConfigError`."""
    names = [spec.name for spec, _ in machines]
    if len(set(names)) < len(names):
        raise ConfigError("two machines have the same name: give one of them another with --name")
    rows = [{"name": spec.name, "url": str(spec.endpoint or DEMO_URL)} for spec, _ in machines]
    checked([Layer("command line", {"machines": rows})])


def listening(
    machines: list[MachineSpec], config: GatewayConfig, plain: str | None, tls: str | None
) -> list[MachineSpec]:
    """The machines, the only one of which listens where the command line says. Raises `ConfigError`."""
    try:
        wanted = config.listening(plain, tls)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if wanted is None:
        return machines
    if len(machines) > 1:
        raise ConfigError(f"--listen is for one machine: give each its own listen in {FILE_NAME}")
    return [machines[0]._replace(listening=wanted)]


def raise_file_limit() -> None:
    """Every channel takes two sockets: ask for as many as the system lets us have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def set_up_logging(level: str, log_format: str) -> None:
    if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise typer.BadParameter("must be debug, info, warning or error", param_hint="--log-level")
    log_format_.set_up(level, as_json=log_format == "json")
