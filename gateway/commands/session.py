"""`spicegate session`: who is at which machine."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.asking import at
from gateway.commands.common import Session, command, group

app = group("Who is at which machine.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The session's id.")]


@command(app, "list")
def list_sessions(
    session: Session, machine: Annotated[str | None, typer.Option(help="Those at one machine.")] = None
) -> None:
    """Sessions in the order in which they began."""
    columns = ("id", "machine", "user", "address", "since", "rights", "round_trip", "frame_rate")
    session.list("/sessions", columns, **({"machine": machine} if machine is not None else {}))


@command(app, "kill")
def kill_session(session: Session, console: Id) -> None:
    """End a session."""
    session.ask("DELETE", at("sessions", console))
    session.done(f"Session {console} was ended.")


@command(app, "message")
def message_user(
    session: Session,
    console: Id,
    text: Annotated[str, typer.Argument(help="One sentence.")],
    severity: Annotated[str, typer.Option(help="info, warning or error.")] = "info",
) -> None:
    """Show a sentence to whoever sits there."""
    session.ask("POST", at("sessions", console, "messages"), {"text": text, "severity": severity})
    session.done("It was shown.")
