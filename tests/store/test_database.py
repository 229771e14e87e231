from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.database import MAX_WAITING, Database
from gateway.store.errors import StoreBusy, StoreUnavailable
from tests.store.rows import a_user, audited, note


async def test_the_loop_goes_on_while_the_store_works(path: Path) -> None:
    database = await Database.open(path)
    go_on = threading.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(database.read(lambda db: go_on.wait(10)))
            await asyncio.sleep(0)
            assert not work.done()
            go_on.set()
        assert work.result()
    finally:
        go_on.set()
        await database.close()


async def test_all_sql_runs_in_one_thread(path: Path) -> None:
    database = await Database.open(path)
    try:
        works = (database.read(lambda db: threading.get_ident()), database.write(lambda db: threading.get_ident()))
        threads = set(await asyncio.gather(*works, *(database.read(lambda db: threading.get_ident()) for _ in "abc")))
    finally:
        await database.close()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_what_fails_is_undone_and_the_next_goes_on(path: Path) -> None:
    database = await Database.open(path)

    def fail(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO settings VALUES ('a', 'b', 1)")
        raise KeyError("a mistake of ours")

    try:
        with pytest.raises(KeyError):
            await database.write(fail)
        assert await database.read(lambda db: db.execute("SELECT count(*) FROM settings").fetchone()[0]) == 0
        await database.write(lambda db: db.execute("INSERT INTO settings VALUES ('a', 'b', 1)"))
    finally:
        await database.close()


async def test_a_write_that_nobody_waits_for_any_more_is_whole_or_not_there(store: SqliteStore) -> None:
    async with asyncio.TaskGroup() as tasks:
        works = [tasks.create_task(a_user(store, f"u{number}")) for number in range(50)]
        await works[0]
        for work in works[1:]:
            work.cancel()
    await store.ping()
    assert await store.users.count() == len(await audited(store, action="user.create"))
    assert await store.users.find("u0") is not None


async def test_so_much_may_wait_for_the_store(path: Path) -> None:
    database = await Database.open(path)
    go_on = threading.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            works = [tasks.create_task(database.read(lambda db: go_on.wait(10))) for _ in range(MAX_WAITING)]
            await asyncio.sleep(0)
            with pytest.raises(StoreBusy):
                await database.read(lambda db: None)
            go_on.set()
        assert all(work.result() for work in works)
        assert await database.read(lambda db: 1) == 1
    finally:
        go_on.set()
        await database.close()


async def test_another_program_that_writes_is_waited_for(store: SqliteStore, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.TaskGroup() as tasks:
            write = tasks.create_task(store.audit.add(note()))
            await asyncio.sleep(0)
            assert not write.done()
            other.execute("COMMIT")
    finally:
        other.close()


async def test_a_closed_store_says_so_and_closes_once(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.ping()
    assert not path.with_name(path.name + "-wal").exists(), "the log was folded into the file"


async def test_what_waits_when_the_store_is_closed_is_done(path: Path) -> None:
    store = await SqliteStore.open(path)
    async with asyncio.TaskGroup() as tasks:
        writes = [tasks.create_task(store.audit.add(note())) for _ in range(20)]
        await asyncio.sleep(0)
        await store.close()
    assert all(write.done() for write in writes)
