"""The grants' table."""

from __future__ import annotations

import sqlite3

from gateway.store.database import Database
from gateway.store.interface import Grants
from gateway.store.records import Grant, Note
from gateway.store.sqlite.audit import keep


def _grant(row: sqlite3.Row) -> Grant:
    return Grant(**{name: row[name] for name in Grant.__slots__})


class SqliteGrants(Grants):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(
        self, *, role: str | None, user_id: int | None, group: str, rights: int, less: bool = False, note: Note
    ) -> Grant:
        def work(db: sqlite3.Connection) -> Grant:
            db.execute(
                "DELETE FROM grants WHERE role IS ? AND user_id IS ? AND machine_group = ?", (role, user_id, group)
            )
            row = db.execute(
                "INSERT INTO grants (role, user_id, machine_group, rights) VALUES (?,?,?,?) RETURNING *",
                (role, user_id, group, rights),
            ).fetchone()
            keep(db, note)
            return _grant(row)

        return await (self._database.revoke(work, note) if less else self._database.write(work))

    async def all(self) -> tuple[Grant, ...]:
        sql = "SELECT * FROM grants ORDER BY machine_group, role, user_id"
        return await self._database.read(lambda db: tuple(_grant(row) for row in db.execute(sql)))

    async def of_user(self, user_id: int | None, role: str) -> tuple[Grant, ...]:
        sql = "SELECT * FROM grants WHERE role = ? OR user_id = ?"
        return await self._database.read(lambda db: tuple(_grant(row) for row in db.execute(sql, (role, user_id))))

    async def remove(self, grant_id: int, *, note: Note) -> Grant | None:
        def work(db: sqlite3.Connection) -> Grant | None:
            row = db.execute("DELETE FROM grants WHERE id = ? RETURNING *", (grant_id,)).fetchone()
            if row is not None:
                keep(db, note)
            return _grant(row) if row else None

        return await self._database.revoke(work, note)
