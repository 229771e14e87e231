"""Revocations that a full disk does not take: they count from memory, and are written as soon as it takes them.

Tables in memory, of the same names, stand before those of the file on the one connection that everything is read by::

    SELECT … FROM users ──► temp.users, login_sessions, api_keys, grants, tickets   while something is held
                            main.…                                                  else

So whatever reads sees what was revoked, without knowing. All of it runs in the store's thread.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from gateway.store.connection import in_transaction
from gateway.store.errors import StoreError
from gateway.store.records import Note

log = logging.getLogger("spicegate.store")

T = TypeVar("T")

Work = Callable[[sqlite3.Connection], T]

_COPIED: Final = ("users", "login_sessions", "api_keys", "grants", "tickets")
"""Parents before their children."""
_WRITTEN: Final = "audit"
"""Takes the notes, which are written with what they tell of; whoever reads means the file's."""


class Held(NamedTuple):
    """A change that is not on the disk, with its note for the audit."""

    note: Note
    work: Work[object]


class Holding:
    """What is held, in its order."""

    def __init__(self) -> None:
        self.held: list[Held] = []

    def hold(self, db: sqlite3.Connection, note: Note, work: Work[T]) -> T:
        """Do `work` in memory. Raises what it raises: it is not held then."""
        if not self.held:
            _shade(db)
        try:
            with in_transaction(db, "DEFERRED"):
                result = work(db)
        except BaseException:
            if not self.held:
                _unshade(db)
            raise
        self.held.append(Held(note, work))
        return result

    def settle(self, db: sqlite3.Connection) -> None:
        """Write what is held. Raises `sqlite3.Error`: the rest is held on, over what the file is by now."""
        if not self.held:
            return
        _unshade(db)
        try:
            while self.held:
                _write(db, self.held[0])
                self.held.pop(0)
        except sqlite3.Error:
            rest, self.held = self.held, []
            for held in rest:
                self._hold_on(db, held)
            raise

    def _hold_on(self, db: sqlite3.Connection, held: Held) -> None:
        try:
            self.hold(db, *held)
        except StoreError as error:
            _tell_lost(held.note, error)


def _write(db: sqlite3.Connection, held: Held) -> None:
    try:
        with in_transaction(db):
            held.work(db)
    except StoreError as error:
        _tell_lost(held.note, error)
    else:
        log.warning("%s %s by %s is written down now", held.note.action, held.note.target, held.note.actor)


def _tell_lost(note: Note, error: StoreError) -> None:
    """Another program changed the file meanwhile, and it does not fit any more."""
    log.error("%s %s by %s counts no more: %s", note.action, note.target, note.actor, error)


def _shade(db: sqlite3.Connection) -> None:
    with in_transaction(db, "DEFERRED"):
        for table in (*_COPIED, _WRITTEN):
            for statement in _statements(db, table):
                db.execute(statement)
        for table in _COPIED:
            db.execute(f"INSERT INTO temp.{table} SELECT * FROM main.{table}")


def _unshade(db: sqlite3.Connection) -> None:
    with in_transaction(db, "DEFERRED"):
        for table in reversed((*_COPIED, _WRITTEN)):
            db.execute(f"DROP TABLE temp.{table}")


def _statements(db: sqlite3.Connection, table: str) -> list[str]:
    """What makes a table in memory as the file has it, with its indices."""
    sql = """SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index') AND sql NOTNULL
             ORDER BY type = 'index'"""
    found = [row[0] for row in db.execute(sql, (table,))]
    return [re.sub(r"^CREATE (TABLE|UNIQUE INDEX|INDEX) ", r"CREATE \1 temp.", text) for text in found]
