"""The users' table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from gateway.store.database import Database
from gateway.store.errors import LastAdmin
from gateway.store.interface import SETUP_TOKEN, Users
from gateway.store.paging import PAGE_ROWS, page_of, rows_of, text_cursor
from gateway.store.records import Grant, Note, Page, User
from gateway.store.sqlite.audit import keep
from gateway.store.sqlite.rows import user_of
from gateway.store.sqlite.sessions import end_sessions


def _get(db: sqlite3.Connection, user_id: int) -> User | None:
    row = db.execute("SELECT * FROM users WHERE id = ?", (user_id,)).fetchone()
    return user_of(row) if row else None


def _insert(db: sqlite3.Connection, name: str, role: str, origin: str, password_hash: str | None, at: float) -> User:
    row = db.execute(
        """INSERT INTO users (name, role, origin, password_hash, created_at, password_at)
           VALUES (?,?,?,?,?,?) RETURNING *""",
        (name, role, origin, password_hash, at, at if password_hash else None),
    ).fetchone()
    return user_of(row)


def _require_admin_after(db: sqlite3.Connection, before: User) -> None:
    """Raises `LastAdmin`, and the transaction is undone, when `before` was the last who may administer."""
    was_admin = before.role == "admin" and not before.disabled
    if was_admin and not db.execute("SELECT 1 FROM users WHERE role = 'admin' AND NOT disabled").fetchone():
        raise LastAdmin("Nobody could administer the gateway any more: make somebody else an admin first.")


class SqliteUsers(Users):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, role: str, origin: str, password_hash: str | None, *, note: Note) -> User:
        def work(db: sqlite3.Connection) -> User:
            user = _insert(db, name, role, origin, password_hash, note.at)
            keep(db, note)
            return user

        return await self._database.write(work)

    async def add_first_admin(
        self, token_hash: str, name: str, password_hash: str, grants: Sequence[Grant], *, note: Note
    ) -> User | None:
        def work(db: sqlite3.Connection) -> User | None:
            spent = db.execute("DELETE FROM settings WHERE name = ? AND value = ?", (SETUP_TOKEN, token_hash)).rowcount
            if not spent or db.execute("SELECT 1 FROM users WHERE role = 'admin'").fetchone():
                return None
            user = _insert(db, name, "admin", "local", password_hash, note.at)
            for grant in grants:
                db.execute(
                    "INSERT OR IGNORE INTO grants (role, user_id, machine_group, rights) VALUES (?,?,?,?)",
                    (grant.role, grant.user_id, grant.machine_group, grant.rights),
                )
            keep(db, note)
            return user

        return await self._database.write(work)

    async def get(self, user_id: int) -> User | None:
        return await self._database.read(lambda db: _get(db, user_id))

    async def find(self, name: str) -> User | None:
        row = await self._database.read(lambda db: db.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchone())
        return user_of(row) if row else None

    async def count(self) -> int:
        return await self._database.read(lambda db: int(db.execute("SELECT count(*) FROM users").fetchone()[0]))

    async def has_admin(self) -> bool:
        sql = "SELECT 1 FROM users WHERE role = 'admin'"
        return await self._database.read(lambda db: db.execute(sql).fetchone() is not None)

    async def page(self, after: str | None = None, limit: int = PAGE_ROWS, *, words: Sequence[str] = ()) -> Page[User]:
        limit, last = rows_of(limit), text_cursor(after)
        sql = """SELECT * FROM users WHERE name > ? AND NOT EXISTS (
                 SELECT 1 FROM json_each(?) AS word WHERE instr(lower(name || ' ' || role || ' ' || origin),
                 lower(word.value)) = 0) ORDER BY name LIMIT ?"""
        values = (last, json.dumps(list(words)), limit + 1)
        rows = await self._database.read(lambda db: [user_of(row) for row in db.execute(sql, values)])
        return page_of(rows, limit, lambda user: user.name)

    async def change(
        self, user_id: int, *, role: str | None = None, disabled: bool | None = None, less: bool = False, note: Note
    ) -> User | None:
        def work(db: sqlite3.Connection) -> User | None:
            before = _get(db, user_id)
            if before is None:
                return None
            row = db.execute(
                "UPDATE users SET role = coalesce(?, role), disabled = coalesce(?, disabled) WHERE id = ? RETURNING *",
                (role, disabled, user_id),
            ).fetchone()
            _require_admin_after(db, before)
            if disabled:
                end_sessions(db, user_id)
            keep(db, note)
            return user_of(row)

        return await (self._database.revoke(work, note) if less else self._database.write(work))

    async def set_password(
        self, user_id: int, password_hash: str, *, keep_session: int | None = None, note: Note | None
    ) -> tuple[int, ...]:
        def work(db: sqlite3.Connection) -> tuple[int, ...]:
            db.execute("UPDATE users SET password_hash = ? WHERE id = ?", (password_hash, user_id))
            if note is None:
                return ()
            db.execute("UPDATE users SET password_at = ? WHERE id = ?", (note.at, user_id))
            keep(db, note)
            return end_sessions(db, user_id, keep_session)

        return await self._database.write(work)

    async def remove(self, user_id: int, *, note: Note) -> bool:
        def work(db: sqlite3.Connection) -> bool:
            before = _get(db, user_id)
            if before is None:
                return False
            db.execute("DELETE FROM users WHERE id = ?", (user_id,))
            _require_admin_after(db, before)
            keep(db, note)
            return True

        return await self._database.revoke(work, note)
