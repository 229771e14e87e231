"""Brings a file's schema up to this program's, one numbered step after the other, all in one transaction."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from gateway.store.connection import in_transaction
from gateway.store.errors import StoreCorrupt, StoreTooNew

STEPS: Final = Path(__file__).parent / "migrations"

APPLICATION_ID: Final = 0x53504754
"""Marks a SQLite file as ours ("SPGT")."""

_STEP_NAME: Final = re.compile(r"(\d{4})_\w+\.(sql|py)")


class Step(NamedTuple):
    """A file that takes the schema from `number` - 1 to `number`."""

    number: int
    path: Path


def steps(folder: Path = STEPS) -> list[Step]:
    """All steps in order. Raises `ValueError` when one is missing or there twice."""
    found = sorted(Step(int(match[1]), path) for path in folder.iterdir() if (match := _STEP_NAME.fullmatch(path.name)))
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"{folder}: the steps must be numbered 1, 2, 3, …")
    return found


def schema_version(db: sqlite3.Connection) -> int:
    """The version of the schema in the file; 0: nothing is in it."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def newest_version() -> int:
    """The version that this program writes."""
    return len(steps())


def check_schema(db: sqlite3.Connection) -> int:
    """The file's version. Raises `StoreTooNew`, and `StoreCorrupt` for a database of some other program."""
    version, newest = schema_version(db), newest_version()
    mark = int(db.execute("PRAGMA application_id").fetchone()[0])
    empty = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if mark != APPLICATION_ID and not (empty and version == mark == 0):
        raise StoreCorrupt("The file is a database, but not one of spicegate's: give another path for the store.")
    if version > newest:
        raise StoreTooNew(
            f"The store was written by a newer spicegate (its schema is {version}, this program knows {newest}): "
            "run that version, or restore a backup made by this one."
        )
    return version


def migrate(db: sqlite3.Connection, to: int | None = None, *, chain: Sequence[Step] | None = None) -> int:
    """Take every step of the chain that is missing, up to `to`, or none; the version that the file had before.

    Raises `StoreTooNew`, `StoreCorrupt`, and what a step raises.
    """
    with in_transaction(db):
        before = check_schema(db)
        for step in (chain or steps())[before:to]:
            take(db, step)
        if before == 0:
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return before


def take(db: sqlite3.Connection, step: Step) -> None:
    """One step, within a transaction."""
    if step.path.suffix == ".sql":
        for statement in _statements(step.path.read_text("utf-8")):
            db.execute(statement)
    else:
        _python_step(step)(db)
    db.execute(f"PRAGMA user_version = {step.number}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script: `executescript` would commit before the first."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        raise ValueError(f"a statement does not end: {pending.strip()[:60]}")


def _python_step(step: Step) -> Callable[[sqlite3.Connection], None]:
    spec = importlib.util.spec_from_file_location(f"gateway.store.migrations.step_{step.number:04}", step.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    step_of: Callable[[sqlite3.Connection], None] = module.migrate
    return step_of
