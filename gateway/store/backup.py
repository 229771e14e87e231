"""Backups: a copy of the running store in one file, its check, and its way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from gateway.store.connection import private_file, told
from gateway.store.database import share
from gateway.store.errors import StoreCorrupt, StoreError, StoreFull, StoreUnavailable
from gateway.store.migrate import check_schema


class BackupReport(NamedTuple):
    """What is in a backup that may be restored."""

    schema: int
    size: int
    users: int
    machines: int
    audit: int


def back_up(db: sqlite3.Connection, target: Path) -> BackupReport:
    """Copy the store, as it is at this moment, to `target`, which is complete or is not there. Raises `StoreError`."""
    try:
        with _part_of(target) as part:
            with closing(sqlite3.connect(part)) as copy:
                db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file that needs nothing beside it
            report = check_backup(part)
            _settle(part, target)
    except OSError as error:
        raise StoreUnavailable(f"The backup {target} cannot be written: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise _about_target(told(error), target) from error
    return report


def check_backup(path: Path) -> BackupReport:
    """Read a backup through. Raises `StoreCorrupt`, `StoreTooNew` and `StoreUnavailable`."""
    if not path.is_file():
        raise StoreUnavailable(f"There is no backup {path}.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            schema = check_schema(db)
            if faults := integrity_faults(db):
                raise StoreCorrupt(f"The backup {path} is damaged: {faults[0]}.")
            if schema == 0:
                raise StoreCorrupt(f"The backup {path} is empty.")
            return BackupReport(schema, path.stat().st_size, *(_count(db, t) for t in ("users", "machines", "audit")))
    except sqlite3.Error as error:
        raise told(error) from error


def restore(backup: Path, path: Path) -> BackupReport:
    """Put a backup in the place of the store at `path`, which nobody may be using. Raises `StoreError`.

    What was there before is kept beside it as `NAME.before-restore`.
    """
    report = check_backup(backup)
    lock = share(path, alone=True)
    try:
        with _part_of(path) as part:
            shutil.copyfile(backup, part)
            if path.exists():
                _fold_log(path)
                path.replace(path.with_name(path.name + ".before-restore"))
            _settle(part, path)
    except OSError as error:
        raise StoreUnavailable(f"The store {path} cannot be restored: {error.strerror}.") from error
    finally:
        os.close(lock)
    return report


def integrity_faults(db: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file; empty: nothing. Raises `sqlite3.Error`."""
    found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)")]
    orphans = [
        f"table {row[0]} refers to a row of {row[2]} that is not there"
        for row in db.execute("PRAGMA foreign_key_check")
    ]
    return [fault for fault in found if fault != "ok"] + orphans


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """An empty file beside `target`, its owner's only, in which it is made; nothing is left of it. Raises `OSError`."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(private_file(part))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _fold_log(path: Path) -> None:
    """Leave nothing of a store in its log: the log must not be taken for one of the file that comes in its place."""
    try:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:  # it is damaged, which may be why a backup is restored: it is kept with its log
        for suffix in ("-wal", "-shm"):
            log = path.with_name(path.name + suffix)
            if log.exists():
                log.replace(path.with_name(f"{path.name}.before-restore{suffix}"))


def _settle(part: Path, target: Path) -> None:
    """Give a complete file its name, so that it survives the end of the power too."""
    for step, place in ((None, part), (target, target.parent)):
        if step is not None:
            part.replace(step)
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _count(db: sqlite3.Connection, table: str) -> int:
    known = db.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) if known else 0


def _about_target(error: StoreError, target: Path) -> StoreError:
    return (
        StoreFull(f"The backup {target} was not written: its disk is full.") if isinstance(error, StoreFull) else error
    )
