"""`spicegate ticket`: single-use ways to one machine."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.common import Session, command, group, known_rights

app = group("Single-use ways to one machine.")


@command(app, "create")
def create_ticket(
    session: Session,
    machine: Annotated[str, typer.Argument(help="The machine's name.")],
    right: Annotated[list[str] | None, typer.Option(help="view, control, …; all that you have unless given.")] = None,
    seconds: Annotated[float | None, typer.Option(help="How long it can be used.")] = None,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Issue a ticket: a link for a browser, and a password for SPICE clients."""
    body = {"machine": machine, "rights": known_rights(right), "lifetime": seconds, "note": note}
    issued = session.ask("POST", "/tickets", body)
    if session.as_json:
        session.print_json(issued)
        return
    typer.echo(issued["link"])
    typer.echo(f"SPICE password: {issued['secret']}, until {issued['ticket']['expires_at']}", err=True)


@command(app, "list")
def list_tickets(
    session: Session,
    everybody: Annotated[bool, typer.Option("--everybody", help="Not only your own.")] = False,
    usable: Annotated[bool, typer.Option("--open", help="Only those that can be used now.")] = False,
) -> None:
    """Tickets, newest first."""
    query = {"everybody": str(everybody).lower(), "open": str(usable).lower()}
    columns = ("id", "machine", "rights", "note", "created_at", "expires_at", "used_at", "used_from", "revoked_at")
    session.list("/tickets", columns, **query)


@command(app, "revoke")
def revoke_ticket(session: Session, ticket: Annotated[int, typer.Argument(help="The ticket's id.")]) -> None:
    """End a ticket, and the session that it opened."""
    session.ask("DELETE", f"/tickets/{ticket}")
    session.done(f"Ticket {ticket} opens nothing any more.")
