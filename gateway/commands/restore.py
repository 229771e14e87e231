"""`spicegate restore`: a backup in the store's place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.asking import CommandFailed
from gateway.commands.backup import counted
from gateway.commands.common import Session, command, single
from gateway.commands.settings import local_settings
from gateway.store import StoreError
from gateway.store.backup import restore

app = single()


@command(app, "restore")
def restore_backup(session: Session, backup: Annotated[Path, typer.Argument(help="The backup's file.")]) -> None:
    """Put a backup in the place of this computer's store. Stop the gateway first."""
    path = local_settings(session.config, session.state).gateway.store_path()
    try:
        report = restore(backup, path)
    except StoreError as error:
        raise CommandFailed(str(error)) from error
    session.done(f"Restored {backup}: {counted(report)}", report._asdict())
