"""`spicegate backup`: a copy of the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.commands.asking import CommandFailed
from gateway.commands.common import Session, command, single

if TYPE_CHECKING:
    from gateway.store.backup import BackupReport

app = single()


@command(app, "backup")
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
    session.done(f"{target}: {counted(report)}", report._asdict())


def counted(report: BackupReport) -> str:
    """What is in a backup."""
    return f"{report.users} users, {report.machines} machines, {report.audit} entries of the audit."
