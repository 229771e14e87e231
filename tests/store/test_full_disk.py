"""The disk is full: really, through a limit on the size of files (in a process of its own), and as SQLite says it."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.connection import told
from gateway.store.database import Database
from gateway.store.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreUnavailable
from tests.store.rows import NOW, a_session, a_user, note

LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from gateway.store import SqliteStore
from gateway.store.errors import StoreFull
from tests.store.rows import NOW, a_session, a_user, note

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    alice = await a_user(store)
    await a_session(store, alice)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    written = 0
    try:
        while True:
            await store.settings.set(f"s{written}", "x" * 5000, now=NOW)
            written += 1
    except StoreFull as error:
        print(error)
    try:
        while True:  # what is left takes something smaller
            await store.settings.set("small", "x", now=NOW)
    except StoreFull:
        pass
    assert await store.sessions.find("token hash", now=NOW, idle=60) is not None
    assert await store.settings.get(f"s{written - 1}") is not None
    assert await store.settings.get(f"s{written}") is None
    try:
        await store.ping()
    except StoreFull:
        print("not ready")
    assert await store.sessions.revoke(1, note=note("session.revoke")) is not None
    assert await store.sessions.find("token hash", now=NOW, idle=60) is None
    assert [held.action for held in store.held] == ["session.revoke"]
    try:
        await store.settle()
    except StoreFull:
        print("held")
    assert await store.sessions.find("token hash", now=NOW, idle=60) is None
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await store.settle()
    assert store.held == ()
    await store.ping()
    await store.settings.set("after", "space", now=NOW)
    assert await store.faults() == []
    await store.close()
    print(written)

asyncio.run(main())
"""


async def test_a_disk_that_takes_no_more_is_told_and_damages_nothing(path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LIMITED, str(path), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    sentence, ready, held, written = output.decode().splitlines()
    assert sentence.startswith("The store's disk is full: nothing was changed.")
    assert (ready, held) == ("not ready", "held")
    store = await SqliteStore.open(path)
    try:
        assert await store.faults() == []
        for number in range(int(written)):
            assert await store.settings.get(f"s{number}") == "x" * 5000, "what was committed is there"
        assert await store.settings.get("after") == "space"
        assert await store.sessions.find("token hash", now=NOW, idle=60) is None, "what was revoked then stays revoked"
    finally:
        await store.close()


async def test_a_full_store_reads_on_and_writes_again_when_there_is_space(path: Path) -> None:
    database = await Database.open(path)
    store = SqliteStore(database)
    try:
        await a_session(store, await a_user(store))

        def pages(most: int) -> None:
            database._db.execute(f"PRAGMA max_page_count = {most}")

        used = await database.read(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))
        await database.read(lambda db: pages(used))
        with pytest.raises(StoreFull):
            await store.settings.set("big", "x" * 100_000, now=NOW)
        assert await store.settings.get("big") is None
        assert await store.sessions.find("token hash", now=NOW, idle=60) is not None
        await database.read(lambda db: pages(used + 1000))
        await store.settings.set("big", "x" * 100_000, now=NOW)
        await store.audit.add(note())
        assert await store.faults() == []
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_IOERR_WRITE, StoreFull),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreCorrupt),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreUnavailable),
        (sqlite3.SQLITE_IOERR_READ, StoreError),
    ],
)
def test_each_mistake_of_sqlites_has_its_leaf(code: int, kind: type[StoreError]) -> None:
    error = sqlite3.OperationalError("a text")
    error.sqlite_errorcode = code
    assert type(told(error)) is kind
    assert type(told(sqlite3.ProgrammingError("a text"))) is StoreUnavailable
