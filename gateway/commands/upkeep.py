"""`spicegate backup`, `restore`, `audit`, `reload`: the gateway as such."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.asking import CommandFailed
from gateway.commands.session import Session, command
from gateway.store import StoreError
from gateway.store.backup import BackupReport, restore


def add_upkeep(app: typer.Typer) -> None:
    """Put the commands into the top level of `app`."""
    command(app, "backup")(back_up)
    command(app, "restore")(restore_backup)
    command(app, "audit")(show_audit)
    command(app, "reload")(reload_configuration)


def back_up(
    session: Session,
    target: Annotated[Path | None, typer.Argument(help="The file, on this computer; not with --api-key.")] = None,
) -> None:
    """Copy the store while work goes on. With an API key the gateway keeps the copy in its own state."""
    if not session.is_local:
        if target is not None:
            raise CommandFailed("the gateway chooses the file itself: name none, or leave --api-key out")
        made = session.ask("POST", "/gateway/backup")
        session.done(f"{made['file']}: {made['users']} users, {made['machines']} machines.", made)
        return
    if target is None:
        raise CommandFailed("name the file that is to hold the backup")
    report = session.local().back_up(target)
    session.done(_told(target, report), report._asdict())


def restore_backup(session: Session, backup: Annotated[Path, typer.Argument(help="The backup's file.")]) -> None:
    """Put a backup in the place of this computer's store. Stop the gateway first."""
    try:
        report = restore(backup, session.store_path())
    except StoreError as error:
        raise CommandFailed(str(error)) from error
    session.done(f"Restored {_told(backup, report)}", report._asdict())


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
    rows = [row for row, _ in zip(session.asker.pages("/audit", query), range(limit), strict=False)]
    session.show(rows, ("at", "actor", "address", "action", "target", "outcome", "detail"))


def reload_configuration(session: Session) -> None:
    """Have the running gateway read its configuration anew."""
    done = session.ask("POST", "/gateway/reload")
    session.show_one(done)


def _told(file: Path, report: BackupReport) -> str:
    return f"{file}: {report.users} users, {report.machines} machines, {report.audit} entries of the audit."
