"""`spicegate audit`: who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.common import Session, command, single

app = single()


@command(app, "audit")
def show_audit(
    session: Session,
    words: Annotated[str, typer.Option(help="Only with these words.")] = "",
    actor: Annotated[str, typer.Option(help="Only what this user did.")] = "",
    action: Annotated[str, typer.Option(help="Only actions that begin so: user.")] = "",
    network: Annotated[str, typer.Option(help="Only from this address or network.")] = "",
    since: Annotated[str, typer.Option(help="Not before then: 2026-01-31T00:00:00Z.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
) -> None:
    """Who did what, newest first."""
    given = {"words": words, "actor": actor, "action": action, "network": network, "since": since}
    query = {name: value for name, value in given.items() if value}
    rows = [row for row, _ in zip(session.pages("/audit", query), range(limit), strict=False)]
    session.show(rows, ("at", "actor", "address", "action", "target", "outcome", "detail"))
