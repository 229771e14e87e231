"""`spicegate config`: what the configuration says, before anything is served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.common import ConfigFile, group
from gateway.commands.tables import add_row, print_table, table
from gateway.config.errors import ConfigError
from gateway.config.example import example
from gateway.config.loading import chosen_file, configure
from gateway.config.models import Config
from gateway.config.names import DEMO_URL
from gateway.machines.relay.endpoint import EndpointError
from gateway.preparing import CannotListen, check_authorities, check_certificate

app = group("Check the configuration, or write one to start from.")


@app.command()
def check(
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the values as JSON.")] = False,
) -> None:
    """Read file and environment as `serve` does, secrets and certificates too: tell what is wrong or what is meant."""
    path = chosen_file(config)
    try:
        settings = configure(path, {})
        check_authorities(settings.specs())
        check_certificate(settings.gateway)
    except (ConfigError, EndpointError, CannotListen) as error:
        mistakes = str(error).split("\n")
        typer.echo(json.dumps({"ok": False, "errors": mistakes}) if as_json else str(error), err=not as_json)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps({"ok": True, "config": settings.model_dump(mode="json")}, indent=2))
        return
    show(settings, path)


@app.command("example")
def print_example() -> None:
    """Print a configuration file with every key explained."""
    typer.echo(example(), nl=False)


def show(settings: Config, path: Path | None) -> None:
    """A table of the machines, and where the gateway listens."""
    gateway = settings.gateway
    scheme = "https" if gateway.has_tls else "http"
    typer.echo(f"{path or 'No file'}: fine. The gateway listens on {scheme}://{gateway.host}:{gateway.port}.")
    shown = table("machine", "address", "password", "native clients", "groups")
    for machine in settings.machines:
        secret = "file" if machine.password_file else "environment" if machine.password_env else "none"
        listens = ", ".join(place for place in (machine.listen, machine.tls_listen) if place)
        add_row(shown, (machine.name, machine.url, secret, listens, machine.groups))
    if not settings.machines:
        add_row(shown, ("demo", DEMO_URL, "none", "", ""))
    print_table(shown)
