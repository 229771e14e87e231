"""The API keys' table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from gateway.store.database import Database
from gateway.store.errors import TooMany
from gateway.store.interface import ApiKeys
from gateway.store.paging import PAGE_ROWS, number_cursor, page_of, rows_of
from gateway.store.records import ApiKey, Note, Page, User
from gateway.store.sqlite.audit import keep
from gateway.store.sqlite.rows import USER, joined_user

_FIND = f"""
SELECT api_keys.*, {USER} FROM api_keys JOIN users ON users.id = api_keys.user_id
WHERE key_hash = ? AND (expires_at IS NULL OR expires_at > ?) AND NOT users.disabled
"""


def _key(row: sqlite3.Row) -> ApiKey:
    values = {name: row[name] for name in ApiKey.__slots__}
    return ApiKey(**{**values, "scopes": tuple(json.loads(values["scopes"]))})


class SqliteKeys(ApiKeys):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        user_id: int,
        name: str,
        *,
        prefix: str,
        key_hash: str,
        scopes: Sequence[str],
        expires_at: float | None,
        most: int,
        note: Note,
    ) -> ApiKey:
        def work(db: sqlite3.Connection) -> ApiKey:
            held = db.execute("SELECT count(*) FROM api_keys WHERE user_id = ?", (user_id,)).fetchone()[0]
            if held >= most:
                raise TooMany(f"A user may have {most} API keys: revoke one first.")
            row = db.execute(
                """INSERT INTO api_keys (user_id, name, prefix, key_hash, scopes, created_at, expires_at)
                   VALUES (?,?,?,?,?,?,?) RETURNING *""",
                (user_id, name, prefix, key_hash, json.dumps(list(scopes)), note.at, expires_at),
            ).fetchone()
            keep(db, note)
            return _key(row)

        return await self._database.write(work)

    async def find(self, key_hash: str, *, now: float) -> tuple[ApiKey, User] | None:
        row = await self._database.read(lambda db: db.execute(_FIND, (key_hash, now)).fetchone())
        return (_key(row), joined_user(row)) if row else None

    async def touch(self, key_id: int, *, now: float, address: str) -> None:
        sql = "UPDATE api_keys SET last_used_at = ?, last_used_from = ? WHERE id = ?"
        await self._database.write(lambda db: db.execute(sql, (now, address, key_id)))

    async def page(
        self, after: str | None = None, limit: int = PAGE_ROWS, *, user_id: int | None = None
    ) -> Page[ApiKey]:
        limit, last = rows_of(limit), number_cursor(after)
        sql = """SELECT * FROM api_keys WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR user_id = ?2)
                 ORDER BY id DESC LIMIT ?3"""
        values = (last, user_id, limit + 1)
        rows = await self._database.read(lambda db: [_key(row) for row in db.execute(sql, values)])
        return page_of(rows, limit, lambda key: key.id)

    async def revoke(self, key_id: int, *, user_id: int | None = None, note: Note) -> ApiKey | None:
        def work(db: sqlite3.Connection) -> ApiKey | None:
            row = db.execute(
                "DELETE FROM api_keys WHERE id = ?1 AND (?2 IS NULL OR user_id = ?2) RETURNING *", (key_id, user_id)
            ).fetchone()
            if row is not None:
                keep(db, note)
            return _key(row) if row else None

        return await self._database.revoke(work, note)
