"""The audit's table."""

from __future__ import annotations

import json
import sqlite3

from gateway.store.database import Database
from gateway.store.interface import Audit
from gateway.store.paging import PAGE_ROWS, number_cursor, page_of, rows_of
from gateway.store.records import AuditEntry, AuditFilter, Note, Page


def keep(db: sqlite3.Connection, note: Note) -> None:
    """Add a note within the transaction of what it tells of."""
    db.execute(
        "INSERT INTO audit (at, actor, actor_id, address, action, target, outcome, detail) VALUES (?,?,?,?,?,?,?,?)",
        (
            note.at,
            note.actor,
            note.actor_id,
            note.address,
            note.action,
            note.target,
            note.outcome,
            json.dumps(dict(note.detail), ensure_ascii=False),
        ),
    )


def _entry(row: sqlite3.Row) -> AuditEntry:
    return AuditEntry(**{**dict(row), "detail": json.loads(row["detail"])})


_WANTED = """
SELECT * FROM main.audit
WHERE (:after IS NULL OR id < :after)
  AND (:actor IS NULL OR actor = :actor)
  AND (:action IS NULL OR substr(action, 1, length(:action)) = :action)
  AND (:target IS NULL OR target = :target)
  AND (:outcome IS NULL OR outcome = :outcome)
  AND (:since IS NULL OR at >= :since)
  AND (:until IS NULL OR at < :until)
  AND (:network IS NULL OR in_network(address, :network))
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:words) AS word
    WHERE instr(lower(actor || ' ' || address || ' ' || action || ' ' || target || ' ' || outcome || ' ' || detail),
                lower(word.value)) = 0)
ORDER BY id DESC LIMIT :rows
"""


class SqliteAudit(Audit):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, note: Note) -> None:
        await self._database.write(lambda db: keep(db, note))

    async def page(self, wanted: AuditFilter, after: str | None = None, limit: int = PAGE_ROWS) -> Page[AuditEntry]:
        limit = rows_of(limit)
        values = {
            "after": number_cursor(after),
            "actor": wanted.actor,
            "action": wanted.action,
            "target": wanted.target,
            "outcome": wanted.outcome,
            "since": wanted.since,
            "until": wanted.until,
            "network": wanted.network,
            "words": json.dumps(wanted.words),
            "rows": limit + 1,
        }
        rows = await self._database.read(lambda db: [_entry(row) for row in db.execute(_WANTED, values)])
        return page_of(rows, limit, lambda entry: entry.id)

    async def purge(self, before: float) -> int:
        return await self._database.write(lambda db: db.execute("DELETE FROM audit WHERE at < ?", (before,)).rowcount)
