"""The console tickets' table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import replace

from gateway.store.database import Database
from gateway.store.errors import TooMany
from gateway.store.interface import Tickets
from gateway.store.paging import PAGE_ROWS, number_cursor, page_of, rows_of
from gateway.store.records import ConsoleTicket, Note, Page, Proof, Redemption, User, Visit
from gateway.store.sqlite.audit import keep as keep_note
from gateway.store.sqlite.proofs import standing
from gateway.store.sqlite.rows import USER, joined_user

_FIND = f"""
SELECT tickets.*, {USER}, api_keys.expires_at AS key_expires_at, login_sessions.expires_at AS session_expires_at
FROM tickets JOIN users ON users.id = tickets.user_id
LEFT JOIN api_keys ON api_keys.id = tickets.key_id
LEFT JOIN login_sessions ON login_sessions.id = tickets.session_id
WHERE secret_hash = ?
"""

_SET_BACK = 60.0
"""Seconds that the clock may be set back by while a ticket is open. By more, and none that was issued before counts:
it would be open for longer than it was to be."""
_OPEN = f"used_at IS NULL AND revoked_at IS NULL AND created_at - {_SET_BACK} <= {{0}} AND expires_at > {{0}}"


def _ticket(row: sqlite3.Row) -> ConsoleTicket:
    return ConsoleTicket(**{name: row[name] for name in ConsoleTicket.__slots__})


def _refusal(row: sqlite3.Row, machine: str, now: float) -> str:
    """Why this ticket does not open the machine; empty: it does."""
    ticket = _ticket(row)
    issuer_ends = (row["key_expires_at"], row["session_expires_at"])
    reasons = {
        "machine": ticket.machine != machine,
        "revoked": ticket.revoked_at is not None,
        "used": ticket.used_at is not None,
        "expired": not ticket.created_at - _SET_BACK <= now < ticket.expires_at,
        "user": joined_user(row).disabled or any(end is not None and end <= now for end in issuer_ends),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


class SqliteTickets(Tickets):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        user_id: int,
        secret_hash: str,
        *,
        issued_by: Proof,
        machine: str,
        rights: int,
        text: str,
        expires_at: float,
        most: int,
        note: Note,
    ) -> ConsoleTicket:
        session_id = issued_by.id if issued_by.kind == "session" else None
        key_id = issued_by.id if issued_by.kind == "key" else None

        def work(db: sqlite3.Connection) -> ConsoleTicket:
            held = db.execute(
                f"SELECT count(*) FROM tickets WHERE user_id = ?1 AND {_OPEN.format('?2')}",
                (user_id, note.at),
            ).fetchone()[0]
            if held >= most:
                raise TooMany(f"{most} of your tickets are open: use one, revoke one, or wait until they expire.")
            row = db.execute(
                """INSERT INTO tickets
                   (user_id, session_id, key_id, secret_hash, machine, rights, note, created_at, expires_at)
                   VALUES (?,?,?,?,?,?,?,?,?) RETURNING *""",
                (user_id, session_id, key_id, secret_hash, machine, rights, text, note.at, expires_at),
            ).fetchone()
            keep_note(db, note)
            return _ticket(row)

        return await self._database.write(work)

    async def redeem(
        self, secret_hash: str, *, machine: str, visit_hash: str | None = None, note: Note
    ) -> Redemption:
        def work(db: sqlite3.Connection) -> Redemption:
            row = db.execute(_FIND, (secret_hash,)).fetchone()
            if row is None:
                return Redemption("unknown", None, None)
            refusal, user = _refusal(row, machine, note.at), joined_user(row)
            if not refusal:
                db.execute(
                    """UPDATE tickets SET used_at = :at, used_from = :address, visit_hash = :visit,
                       seen_at = iif(:visit IS NULL, NULL, :at) WHERE id = :id""",
                    {"at": note.at, "address": note.address, "visit": visit_hash, "id": row["id"]},
                )
            keep_note(db, _completed(note, _ticket(row), user, refusal))
            return Redemption(refusal, _ticket(db.execute(_FIND, (secret_hash,)).fetchone()), user)

        return await self._database.write(work)

    async def find_visit(self, visit_hash: str, *, now: float, idle: float) -> Visit | None:
        def work(db: sqlite3.Connection) -> Visit | None:
            row = db.execute("SELECT * FROM tickets WHERE visit_hash = ?", (visit_hash,)).fetchone()
            if row is None:
                return None
            proof = Proof("ticket", row["id"])
            user = standing(db, [proof], now=now, idle=idle).get(proof)
            return Visit(_ticket(row), user, row["seen_at"]) if user is not None else None

        return await self._database.read(work)

    async def touch(self, ticket_ids: Collection[int], now: float) -> None:
        sql = """UPDATE tickets SET seen_at = max(seen_at, ?)
                 WHERE visit_hash NOTNULL AND id IN (SELECT value FROM json_each(?))"""
        await self._database.write(lambda db: db.execute(sql, (now, json.dumps(list(ticket_ids)))))

    async def get(self, ticket_id: int) -> ConsoleTicket | None:
        row = await self._database.read(
            lambda db: db.execute("SELECT * FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        )
        return _ticket(row) if row else None

    async def page(
        self,
        after: str | None = None,
        limit: int = PAGE_ROWS,
        *,
        user_id: int | None = None,
        machine: str | None = None,
        open_at: float | None = None,
    ) -> Page[ConsoleTicket]:
        limit, last = rows_of(limit), number_cursor(after)
        sql = f"""SELECT * FROM tickets
                 WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR user_id = ?2) AND (?3 IS NULL OR machine = ?3)
                   AND (?4 IS NULL OR ({_OPEN.format("?4")}))
                 ORDER BY id DESC LIMIT ?5"""
        values = (last, user_id, machine, open_at, limit + 1)
        rows = await self._database.read(lambda db: [_ticket(row) for row in db.execute(sql, values)])
        return page_of(rows, limit, lambda ticket: ticket.id)

    async def revoke(self, ticket_id: int, *, user_id: int | None = None, note: Note) -> ConsoleTicket | None:
        def work(db: sqlite3.Connection) -> ConsoleTicket | None:
            row = db.execute(
                """UPDATE tickets SET revoked_at = ?1
                   WHERE id = ?2 AND revoked_at IS NULL AND (?3 IS NULL OR user_id = ?3) RETURNING *""",
                (note.at, ticket_id, user_id),
            ).fetchone()
            if row is not None:
                keep_note(db, note)
            return _ticket(row) if row else None

        return await self._database.revoke(work, note)

    async def purge(self, *, before: float, keep: Collection[int]) -> int:
        sql = """DELETE FROM tickets WHERE expires_at < ?1 AND (seen_at IS NULL OR seen_at < ?1)
                 AND id NOT IN (SELECT value FROM json_each(?2))"""
        return await self._database.write(lambda db: db.execute(sql, (before, json.dumps(list(keep)))).rowcount)


def _completed(note: Note, ticket: ConsoleTicket, user: User, refusal: str) -> Note:
    detail = {**note.detail, "ticket": str(ticket.id), **({"reason": refusal} if refusal else {})}
    return replace(
        note,
        actor=user.name,
        actor_id=user.id,
        target=note.target or f"machine:{ticket.machine}",
        outcome="refused" if refusal else "ok",
        detail=detail,
    )
