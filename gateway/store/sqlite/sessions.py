"""The log-ins' table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from gateway.store.database import Database
from gateway.store.interface import LoginSessions
from gateway.store.paging import PAGE_ROWS, number_cursor, page_of, rows_of
from gateway.store.records import LoginSession, Note, Page, User
from gateway.store.sqlite.audit import keep as keep_note
from gateway.store.sqlite.rows import USER, joined_user

_FIND = f"""
SELECT login_sessions.*, {USER} FROM login_sessions JOIN users ON users.id = login_sessions.user_id
WHERE token_hash = ? AND expires_at > ? AND seen_at > ? AND NOT users.disabled
"""


def _session(row: sqlite3.Row) -> LoginSession:
    return LoginSession(**{name: row[name] for name in LoginSession.__slots__})


def end_sessions(db: sqlite3.Connection, user_id: int, keep: int | None = None) -> tuple[int, ...]:
    """End a user's log-ins but for one; their ids."""
    rows = db.execute("DELETE FROM login_sessions WHERE user_id = ? AND id IS NOT ? RETURNING id", (user_id, keep))
    return tuple(sorted(row[0] for row in rows.fetchall()))


def _end_oldest(db: sqlite3.Connection, user_id: int, most: int) -> None:
    db.execute(
        """DELETE FROM login_sessions WHERE user_id = ? AND id NOT IN
           (SELECT id FROM login_sessions WHERE user_id = ? ORDER BY seen_at DESC, id DESC LIMIT ?)""",
        (user_id, user_id, most),
    )


class SqliteSessions(LoginSessions):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, user_id: int, token_hash: str, *, method: str, agent: str, expires_at: float, most: int, note: Note
    ) -> LoginSession:
        def work(db: sqlite3.Connection) -> LoginSession:
            row = db.execute(
                """INSERT INTO login_sessions
                   (user_id, token_hash, method, address, agent, created_at, seen_at, expires_at)
                   VALUES (?,?,?,?,?,?,?,?) RETURNING *""",
                (user_id, token_hash, method, note.address, agent, note.at, note.at, expires_at),
            ).fetchone()
            _end_oldest(db, user_id, most)
            db.execute("UPDATE users SET last_login_at = ? WHERE id = ?", (note.at, user_id))
            keep_note(db, note)
            return _session(row)

        return await self._database.write(work)

    async def find(self, token_hash: str, *, now: float, idle: float) -> tuple[LoginSession, User] | None:
        row = await self._database.read(lambda db: db.execute(_FIND, (token_hash, now, now - idle)).fetchone())
        return (_session(row), joined_user(row)) if row else None

    async def touch(self, session_ids: Collection[int], now: float) -> None:
        sql = "UPDATE login_sessions SET seen_at = max(seen_at, ?) WHERE id IN (SELECT value FROM json_each(?))"
        await self._database.write(lambda db: db.execute(sql, (now, json.dumps(list(session_ids)))))

    async def page(
        self, after: str | None = None, limit: int = PAGE_ROWS, *, user_id: int | None = None, now: float, idle: float
    ) -> Page[LoginSession]:
        limit, last = rows_of(limit), number_cursor(after)
        sql = """SELECT * FROM login_sessions WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR user_id = ?2)
                 AND expires_at > ?3 AND seen_at > ?4 ORDER BY id DESC LIMIT ?5"""
        values = (last, user_id, now, now - idle, limit + 1)
        rows = await self._database.read(lambda db: [_session(row) for row in db.execute(sql, values)])
        return page_of(rows, limit, lambda session: session.id)

    async def revoke(self, session_id: int, *, user_id: int | None = None, note: Note) -> LoginSession | None:
        def work(db: sqlite3.Connection) -> LoginSession | None:
            row = db.execute(
                "DELETE FROM login_sessions WHERE id = ?1 AND (?2 IS NULL OR user_id = ?2) RETURNING *",
                (session_id, user_id),
            ).fetchone()
            if row is not None:
                keep_note(db, note)
            return _session(row) if row else None

        return await self._database.revoke(work, note)

    async def revoke_all(self, user_id: int, *, keep: int | None = None, note: Note) -> tuple[int, ...]:
        def work(db: sqlite3.Connection) -> tuple[int, ...]:
            keep_note(db, note)
            return end_sessions(db, user_id, keep)

        return await self._database.revoke(work, note)

    async def knows_address(self, user_id: int, address: str) -> bool:
        sql = "SELECT 1 FROM login_sessions WHERE user_id = ? AND address = ?"
        return await self._database.read(lambda db: db.execute(sql, (user_id, address)).fetchone() is not None)

    async def purge(self, *, now: float, idle: float) -> int:
        sql = "DELETE FROM login_sessions WHERE expires_at <= ? OR seen_at <= ?"
        return await self._database.write(lambda db: db.execute(sql, (now, now - idle)).rowcount)
