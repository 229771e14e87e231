from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.connection import connect
from gateway.store.errors import StoreCorrupt, StoreTooNew, StoreUnavailable
from gateway.store.migrate import APPLICATION_ID, Step, migrate, newest_version, schema_version, steps, take
from tests.store.rows import NOW

NEWEST = newest_version()


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(path)) as db:
        yield db


def schema(db: sqlite3.Connection) -> list[tuple[str, ...]]:
    return [tuple(row) for row in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")]


def fill(db: sqlite3.Connection, version: int) -> None:
    """A row in each table that a schema of this version has."""
    if version >= 1:
        db.execute("INSERT INTO users (name, role, origin, created_at) VALUES ('alice', 'admin', 'local', ?)", (NOW,))
        db.execute(
            "INSERT INTO login_sessions (user_id, token_hash, method, address, agent, created_at, seen_at, expires_at)"
            " VALUES (1, 'hash', 'password', '::1', '', ?1, ?1, ?1 + 60)",
            (NOW,),
        )
    if version >= 2:
        db.execute("INSERT INTO machines VALUES ('web', 'spice://h:1', '{}', '[]', '{}', 1, ?1, ?1)", (NOW,))
    if version >= 3:
        db.execute(
            "INSERT INTO audit (at, actor, address, action, target, outcome, detail)"
            " VALUES (?, 'alice', '::1', 'login', '', 'ok', '{}')",
            (NOW,),
        )


@pytest.mark.parametrize("version", range(NEWEST + 1))
async def test_a_store_of_every_older_version_is_brought_up_to_date(path: Path, version: int) -> None:
    with closing(connect(path)) as old:
        assert migrate(old, version) == 0
        assert schema_version(old) == version
        fill(old, version)
    store = await SqliteStore.open(path)
    try:
        alice = await store.users.find("alice")
        assert (alice is not None) is (version >= 1)
        assert await store.sessions.find("hash", now=NOW, idle=60) is not None or version < 1
        assert await store.faults() == []
    finally:
        await store.close()
    with closing(connect(path)) as now, closing(connect(path.with_name("fresh.db"))) as fresh:
        migrate(fresh)
        assert schema(now) == schema(fresh)
        assert schema_version(now) == NEWEST
    kept = path.with_name(f"{path.name}.schema-{version}")
    assert kept.exists() is (0 < version < NEWEST), "the file is copied before its schema is changed"


def test_a_step_that_fails_leaves_the_store_as_it_was(db: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(db)
    before = schema(db)
    (tmp_path / "steps").mkdir()
    for name, text in (("0001_a.sql", "CREATE TABLE a (x);\n"), ("0002_b.sql", "CREATE TABLE b (x);\nNO SQL;\n")):
        (tmp_path / "steps" / name).write_text(text)
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, chain=[*steps(), *(Step(NEWEST + s.number, s.path) for s in steps(tmp_path / "steps"))])
    assert schema(db) == before
    assert schema_version(db) == NEWEST
    assert not db.in_transaction


def test_a_step_may_be_python(db: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "0001_rows.py").write_text("def migrate(db):\n    db.execute('CREATE TABLE made (x)')\n")
    take(db, steps(tmp_path)[0])
    assert db.execute("SELECT count(*) FROM made").fetchone()[0] == 0
    assert schema_version(db) == 1


@pytest.mark.parametrize("names", [["0002_a.sql"], ["0001_a.sql", "0001_b.sql"], ["0001_a.sql", "0003_b.sql"]])
def test_steps_are_numbered_without_a_gap(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;\n")
    with pytest.raises(ValueError, match="numbered"):
        steps(tmp_path)


def test_a_statement_must_end(db: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (x)")
    with pytest.raises(ValueError, match="does not end"):
        take(db, steps(tmp_path)[0])


async def test_a_store_of_a_newer_spicegate_is_refused_and_left_alone(path: Path) -> None:
    with closing(connect(path)) as db:
        migrate(db)
        db.execute(f"PRAGMA user_version = {NEWEST + 1}")
    with pytest.raises(StoreTooNew, match="newer spicegate"):
        await SqliteStore.open(path)
    with closing(connect(path)) as db:
        assert schema_version(db) == NEWEST + 1


async def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreCorrupt, match="not one of spicegate's"):
        await SqliteStore.open(path)
    with closing(sqlite3.connect(path)) as db:
        assert [row[0] for row in db.execute("SELECT name FROM sqlite_schema")] == ["theirs"]


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"These are notes of somebody's, and no database at all." * 100)
    with pytest.raises(StoreCorrupt):
        await SqliteStore.open(path)
    assert path.read_bytes().startswith(b"These are notes")


async def test_a_store_in_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await SqliteStore.open(tmp_path / "no" / "such.db")


async def test_the_file_is_its_owners_only_and_marked_as_ours(store: SqliteStore, path: Path) -> None:
    await store.settings.set("a", "b", now=NOW)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}.lock"):
        assert (path.with_name(name).stat().st_mode & 0o777) == 0o600, name
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
