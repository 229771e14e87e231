from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.records import AuditEntry, AuditFilter, Note
from tests.store.rows import NOW, audited, note

ENTRIES = (
    Note(NOW, "root", 1, "10.0.0.1", "user.create", "user:alice", "ok", {"role": "user"}),
    Note(NOW + 1, "alice", 2, "10.0.1.7", "login", "user:alice", "failed"),
    Note(NOW + 2, "alice", 2, "2001:db8::7", "login", "user:alice", "ok"),
    Note(NOW + 3, "alice", 2, "local", "user.change", "user:bob", "refused", {"needs": "people.change"}),
)


@pytest.fixture
async def filled(store: SqliteStore) -> SqliteStore:
    for entry in ENTRIES:
        await store.audit.add(entry)
    return store


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(), [3, 2, 1, 0]),
        (AuditFilter(actor="alice"), [3, 2, 1]),
        (AuditFilter(action="user."), [3, 0]),
        (AuditFilter(target="user:alice", outcome="ok"), [2, 0]),
        (AuditFilter(network="10.0.0.0/16"), [1, 0]),
        (AuditFilter(network="10.0.0.1"), [0]),
        (AuditFilter(network="2001:db8::/32"), [2]),
        (AuditFilter(network="local"), [3]),
        (AuditFilter(since=NOW + 1, until=NOW + 3), [2, 1]),
        (AuditFilter(words=("ALICE", "fail")), [1]),
        (AuditFilter(words=("people.change",)), [3]),
        (AuditFilter(words=("%",)), []),
        (AuditFilter(words=("' OR 1=1 --",)), []),
    ],
)
async def test_a_filter_finds_what_it_says(filled: SqliteStore, wanted: AuditFilter, found: list[int]) -> None:
    page = await filled.audit.page(wanted)
    assert [int(entry.at - NOW) for entry in page.items] == found


async def test_an_entry_is_kept_as_it_was_noted(filled: SqliteStore) -> None:
    kept = await audited(filled, action="user.create")
    assert kept == [AuditEntry(**asdict(ENTRIES[0]), id=1)]


async def test_nobody_changes_an_entry(filled: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError, match="append only"):
        db.execute("UPDATE audit SET actor = 'eve'")


async def test_old_entries_are_forgotten(filled: SqliteStore) -> None:
    assert await filled.audit.purge(NOW + 2) == 2
    await filled.audit.add(note())
    assert [entry.id for entry in (await filled.audit.page(AuditFilter())).items] == [5, 4, 3]
