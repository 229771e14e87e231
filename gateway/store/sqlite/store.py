"""`SqliteStore`: the whole store in one file."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Self

from gateway.store.backup import BackupReport, back_up, integrity_faults
from gateway.store.database import Database
from gateway.store.interface import Store
from gateway.store.records import Note, Proof, User
from gateway.store.sqlite.audit import SqliteAudit
from gateway.store.sqlite.grants import SqliteGrants
from gateway.store.sqlite.keys import SqliteKeys
from gateway.store.sqlite.machines import SqliteMachines
from gateway.store.sqlite.proofs import issuers, standing
from gateway.store.sqlite.sessions import SqliteSessions
from gateway.store.sqlite.settings import SqliteSettings
from gateway.store.sqlite.tickets import SqliteTickets
from gateway.store.sqlite.users import SqliteUsers


class SqliteStore(Store):
    """Made by `open`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.users = SqliteUsers(database)
        self.sessions = SqliteSessions(database)
        self.keys = SqliteKeys(database)
        self.tickets = SqliteTickets(database)
        self.machines = SqliteMachines(database)
        self.grants = SqliteGrants(database)
        self.audit = SqliteAudit(database)
        self.settings = SqliteSettings(database)

    @classmethod
    async def open(cls, path: Path, *, holds: bool = True) -> Self:
        """Open or make the store and bring its schema up to date; `holds`: see `Database.open`. Raises
        `StoreError`."""
        return cls(await Database.open(path, holds=holds))

    @property
    def held(self) -> tuple[Note, ...]:
        return self._database.held

    async def settle(self) -> None:
        await self._database.settle()

    async def standing(self, proofs: Collection[Proof], *, now: float, idle: float) -> dict[Proof, User]:
        return await self._database.read(lambda db: standing(db, proofs, now=now, idle=idle))

    async def issuers(self, proofs: Collection[Proof]) -> frozenset[int]:
        return await self._database.read(lambda db: issuers(db, proofs))

    async def back_up(self, target: Path) -> BackupReport:
        return await self._database.aside(lambda db: back_up(db, target))

    async def faults(self) -> list[str]:
        return await self._database.aside(integrity_faults)

    async def ping(self) -> None:
        await self._database.write(_try_write)

    async def close(self) -> None:
        await self._database.close()


def _try_write(db: sqlite3.Connection) -> None:
    """The version as it is, written anew: it reaches the disk as any other change."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    db.execute(f"PRAGMA user_version = {version}")
