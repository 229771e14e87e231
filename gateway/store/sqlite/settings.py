"""The settings' table."""

from __future__ import annotations

from gateway.store.database import Database
from gateway.store.interface import Settings


class SqliteSettings(Settings):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        row = await self._database.read(
            lambda db: db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        )
        return str(row[0]) if row else None

    async def set(self, name: str, value: str, *, now: float) -> None:
        sql = "INSERT OR REPLACE INTO settings (name, value, changed_at) VALUES (?,?,?)"
        await self._database.write(lambda db: db.execute(sql, (name, value, now)))

    async def remove(self, name: str) -> bool:
        sql = "DELETE FROM settings WHERE name = ?"
        return await self._database.write(lambda db: db.execute(sql, (name,)).rowcount > 0)
