"""`spicegate key`: one's own API keys. The first one is made on the page of one's account."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.access import Scope
from gateway.commands.common import Session, command, group

app = group("Your own API keys.")


@command(app, "list")
def list_keys(session: Session) -> None:
    """Your keys, newest first."""
    session.list("/me/keys", ("id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at"))


@command(app, "create")
def create_key(
    session: Session,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[Scope], typer.Option(help="read, operate or admin; may be repeated.")],
    days: Annotated[float | None, typer.Option(help="Days until it ends; without, it does not.")] = None,
) -> None:
    """Make a key. It is shown once."""
    expires_in = days * 86400 if days is not None else None
    made = session.ask("POST", "/me/keys", {"name": name, "scopes": list(scope), "expires_in": expires_in})
    session.done(made["secret"], made)


@command(app, "revoke")
def revoke_key(session: Session, key: Annotated[int, typer.Argument(help="The key's id.")]) -> None:
    """End a key, and what it opened."""
    session.ask("DELETE", f"/me/keys/{key}")
    session.done(f"Key {key} opens nothing any more.")
