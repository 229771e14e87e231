"""`spicegate doctor`: what is wrong with a machine, asked step by step."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.commands.asking import CommandFailed, at
from gateway.commands.checkups import show_checkup
from gateway.commands.common import Session, command, single
from gateway.config.errors import ConfigError
from gateway.config.loading import chosen_file, configure
from gateway.config.names import DEMO_URL
from gateway.config.secrets import checked_password, read_password
from gateway.machines.relay.checkup import Checkup, check_up
from gateway.machines.relay.endpoint import Endpoint, EndpointError, parse_endpoint
from gateway.server.core import Core

app = single()


@command(app, "doctor")
def doctor(
    session: Session,
    target: Annotated[str, typer.Argument(help="A machine's address (spice://…), or its name.")],
    password_file: Annotated[Path | None, typer.Option(help="File with the machine's password.")] = None,
    ca_file: Annotated[Path | None, typer.Option(help="CA that signed the machine's certificate (PEM).")] = None,
    host_subject: Annotated[str | None, typer.Option(help="Subject of the machine's certificate.")] = None,
) -> None:
    """Ask a SPICE server from here: connection, certificate, ticket, channels, round trip. Somebody who uses the
    machine may be dropped. A name is a machine of the configuration; with an API key the gateway asks its own.

    The password comes from a file, or from SPICEGATE_PASSWORD. Exit code 1: something is wrong.
    """
    if "://" not in target and not session.is_local:
        show_checkup(session, session.ask("POST", at("machines", target, "test"), whole="true"))
        return
    try:
        if "://" in target:
            endpoint = parse_endpoint(target, ca_file=ca_file, host_subject=host_subject)
            endpoint.tls_context()
            password = _password(password_file)
        else:
            endpoint, password = _configured(session, target)
    except (ConfigError, EndpointError) as error:
        raise CommandFailed(str(error)) from error
    show_checkup(session, as_data(asyncio.run(_check(endpoint, password))))


async def _check(endpoint: Endpoint, password: str | None) -> Checkup:
    core = Core()
    try:
        return await check_up(core, endpoint, password)
    finally:
        await core.close()


def as_data(found: Checkup) -> dict[str, Any]:
    """As the API tells it, but for the time."""
    return {"ok": found.ok, **asdict(found)}


def _password(file: Path | None) -> str | None:
    if file is not None:
        return read_password(file)
    given = os.environ.get("SPICEGATE_PASSWORD")
    return checked_password(given, "SPICEGATE_PASSWORD") if given is not None else None


def _configured(session: Session, name: str) -> tuple[Endpoint, str | None]:
    """A machine of the configuration. Raises `CommandFailed` and `ConfigError`."""
    for spec, _ in configure(chosen_file(session.config), {}).specs():
        if spec.name == name:
            if spec.endpoint is None:
                raise CommandFailed(f"{name} is the built-in machine ({DEMO_URL}): nothing to ask")
            return spec.endpoint, spec.password
    raise CommandFailed(f"there is no machine {name} in the configuration: give its address, or --api-key")
