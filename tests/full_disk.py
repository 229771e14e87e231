"""A disk that takes no more, for one store: SQLite may not make its file any larger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from gateway.store import SqliteStore
from gateway.store.database import Database
from gateway.store.errors import StoreFull
from gateway.store.records import Note


class Disk:
    """Where `database` is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def of(cls, store: object) -> Disk:
        assert isinstance(store, SqliteStore)
        return cls(store._database)

    async def fill(self) -> None:
        """To the last and smallest note that would still have fitted."""
        await self._database.read(_let_grow(0))
        await self._database.read(lambda db: db.execute("PRAGMA synchronous = OFF"))  # hundreds of them, and quickly
        with pytest.raises(StoreFull):
            while True:
                await SqliteStore(self._database).audit.add(Note(0.0, "", None, "", "a"))
        await self._database.read(lambda db: db.execute("PRAGMA synchronous = FULL"))

    async def free(self) -> None:
        await self._database.read(_let_grow(1000))


def _let_grow(pages: int) -> Callable[[sqlite3.Connection], None]:
    def work(db: sqlite3.Connection) -> None:
        used = db.execute("PRAGMA main.page_count").fetchone()[0]
        db.execute(f"PRAGMA main.max_page_count = {used + pages}")

    return work
