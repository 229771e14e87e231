"""The table of machines added in the dashboard."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from gateway.store.database import Database
from gateway.store.errors import Taken
from gateway.store.interface import Machines
from gateway.store.paging import PAGE_ROWS, page_of, rows_of, text_cursor
from gateway.store.records import MachineRecord, Note, Page
from gateway.store.sqlite.audit import keep


def _machine(row: sqlite3.Row) -> MachineRecord:
    values = {name: row[name] for name in MachineRecord.__slots__}
    decoded = {name: json.loads(values[name]) for name in ("labels", "options")}
    return MachineRecord(**{**values, **decoded, "groups": tuple(json.loads(values["groups"]))})


def _columns(
    url: str, labels: Mapping[str, str], groups: Sequence[str], options: Mapping[str, str]
) -> tuple[str, str, str, str]:
    return url, json.dumps(dict(labels)), json.dumps(list(groups)), json.dumps(dict(options))


class SqliteMachines(Machines):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        name: str,
        url: str,
        *,
        labels: Mapping[str, str],
        groups: Sequence[str],
        options: Mapping[str, str],
        note: Note,
    ) -> MachineRecord:
        def work(db: sqlite3.Connection) -> MachineRecord:
            row = db.execute(
                """INSERT INTO machines (name, url, labels, groups, options, version, created_at, changed_at)
                   VALUES (?,?,?,?,?,1,?,?) RETURNING *""",
                (name, *_columns(url, labels, groups, options), note.at, note.at),
            ).fetchone()
            keep(db, note)
            return _machine(row)

        return await self._database.write(work)

    async def change(
        self,
        name: str,
        url: str,
        *,
        labels: Mapping[str, str],
        groups: Sequence[str],
        options: Mapping[str, str],
        version: int,
        note: Note,
    ) -> MachineRecord | None:
        def work(db: sqlite3.Connection) -> MachineRecord | None:
            if not db.execute("SELECT 1 FROM machines WHERE name = ?", (name,)).fetchone():
                return None
            row = db.execute(
                """UPDATE machines SET url = ?, labels = ?, groups = ?, options = ?, version = version + 1,
                   changed_at = ? WHERE name = ? AND version = ? RETURNING *""",
                (*_columns(url, labels, groups, options), note.at, name, version),
            ).fetchone()
            if row is None:
                raise Taken("The machine was changed by somebody else meanwhile: look at it again.")
            keep(db, note)
            return _machine(row)

        return await self._database.write(work)

    async def get(self, name: str) -> MachineRecord | None:
        row = await self._database.read(
            lambda db: db.execute("SELECT * FROM machines WHERE name = ?", (name,)).fetchone()
        )
        return _machine(row) if row else None

    async def page(self, after: str | None = None, limit: int = PAGE_ROWS) -> Page[MachineRecord]:
        limit, last = rows_of(limit), text_cursor(after)
        sql = "SELECT * FROM machines WHERE name > ? ORDER BY name LIMIT ?"
        rows = await self._database.read(lambda db: [_machine(row) for row in db.execute(sql, (last, limit + 1))])
        return page_of(rows, limit, lambda machine: machine.name)

    async def remove(self, name: str, *, note: Note) -> bool:
        def work(db: sqlite3.Connection) -> bool:
            if not db.execute("DELETE FROM machines WHERE name = ?", (name,)).rowcount:
                return False
            db.execute("DELETE FROM tickets WHERE machine = ?", (name,))
            keep(db, note)
            return True

        return await self._database.write(work)
