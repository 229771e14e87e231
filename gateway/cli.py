"""The command `spicegate`."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from gateway import __version__

COMMANDS: Final = {
    "serve": "Open machines in the browser; without one, a demo machine.",
    "config": "Check the configuration, or write one to start from.",
    "machine": "Machines: those of the configuration, and those added here.",
    "user": "People and programs that may log in.",
    "grant": "Which rights a role or a user has on the machines of a group.",
    "ticket": "Single-use ways to one machine.",
    "session": "Who is at which machine.",
    "key": "Your own API keys.",
    "backup": "Copy the store while work goes on.",
    "restore": "Put a backup in the place of this computer's store.",
    "audit": "Who did what, newest first.",
    "reload": "Have the running gateway read its configuration anew.",
    "doctor": "Ask a SPICE server from here: connection, certificate, ticket, channels, round trip.",
}
"""Each is a module of `gateway.commands` with its `app`; here is what the list of commands says of it."""


class Commands(TyperGroup):
    """The table. A module is loaded when its command is called: no command waits for what another one needs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name, help=text) for name, text in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None:
            command = get_command(import_module(f"gateway.commands.{name}").app)
        return name, command, rest


app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spicegate {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=print_version)
    ] = False,
) -> None:
    """Opens SPICE machines in the browser."""


def main() -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows another, and all the rest
    try:
        app()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.write(2, b"spicegate: there is no room for what was to be printed\n")
        os._exit(1)  # it would be tried again at the end
