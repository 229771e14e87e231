"""Revocations while the disk takes nothing: they count at once, and are written when it takes them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.database import Database
from gateway.store.errors import LastAdmin, StoreFull
from gateway.store.records import Note, Proof
from tests.full_disk import Disk
from tests.store.rows import NOW, a_key, a_session, a_ticket, a_user, audited, note

Revoke = Callable[[SqliteStore, Note], Awaitable[object]]


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = await Database.open(path)
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> SqliteStore:
    return SqliteStore(database)


@pytest.fixture
def disk(database: Database) -> Disk:
    return Disk(database)


async def everything(store: SqliteStore) -> dict[str, object]:
    """What alice has, as whoever asks sees it."""
    proofs = [Proof("session", 1), Proof("key", 1), Proof("ticket", 1), Proof("user", 1)]
    return {
        "user": await store.users.find("alice"),
        "session": await store.sessions.find("token hash", now=NOW, idle=60),
        "key": await store.keys.find("hash of ci", now=NOW),
        "ticket": (await store.tickets.page(open_at=NOW)).items,
        "grants": await store.grants.all(),
        "standing": sorted(await store.standing(proofs, now=NOW, idle=60)),
    }


REVOCATIONS: dict[str, Revoke] = {
    "log-in": lambda store, told: store.sessions.revoke(1, note=told),
    "log-ins": lambda store, told: store.sessions.revoke_all(1, note=told),
    "key": lambda store, told: store.keys.revoke(1, note=told),
    "ticket": lambda store, told: store.tickets.revoke(1, note=told),
    "grant": lambda store, told: store.grants.remove(1, note=told),
    "fewer rights": lambda store, told: store.grants.set(
        role="user", user_id=None, group="*", rights=1, less=True, note=told
    ),
    "lower role": lambda store, told: store.users.change(1, role="viewer", less=True, note=told),
    "bar": lambda store, told: store.users.change(1, disabled=True, less=True, note=told),
    "removal": lambda store, told: store.users.remove(1, note=told),
}


async def furnish(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_session(store, alice)
    await a_key(store, alice)
    await a_ticket(store, alice)
    await store.grants.set(role="user", user_id=None, group="*", rights=3, note=note())


@pytest.mark.parametrize("what", REVOCATIONS)
async def test_revocation_counts_while_the_disk_is_full_and_is_written_when_there_is_space(
    store: SqliteStore, disk: Disk, path: Path, tmp_path: Path, what: str
) -> None:
    other = await SqliteStore.open(tmp_path / "with-space.db")
    told = note(f"test.{what}")
    try:
        for each in (store, other):
            await furnish(each)
        before = await everything(store)
        await disk.fill()
        assert await REVOCATIONS[what](store, told) == await REVOCATIONS[what](other, told), "the same answer"
        counts = await everything(store)
        assert counts == await everything(other) != before
        assert store.held == (told,)
        with closing(sqlite3.connect(path)) as file:
            assert file.execute("SELECT count(*) FROM audit WHERE action = ?", (told.action,)).fetchone()[0] == 0
        with pytest.raises(StoreFull):
            await store.settle()
        with pytest.raises(StoreFull):
            await store.users.add("bob", "user", "local", "hash", note=note())
        assert store.held == (told,)
        assert await everything(store) == counts
        await disk.free()
        await store.settle()
        assert not store.held
        assert await everything(store) == counts
        assert [entry.action for entry in await audited(store, action="test.")] == [told.action]
        assert await store.faults() == []
    finally:
        await other.close()


async def test_what_is_held_is_written_in_its_order_before_anything_else(
    store: SqliteStore, disk: Disk, path: Path
) -> None:
    await furnish(store)
    await disk.fill()
    notes = [note(f"test.{number}") for number in range(3)]
    await store.keys.revoke(1, note=notes[0])
    await store.sessions.revoke(1, note=notes[1])
    await store.users.remove(1, note=notes[2])
    assert store.held == tuple(notes)
    await disk.free()
    with pytest.raises(StoreFull):
        await store.users.add("bob", "user", "local", "hash", note=note("test.3"))
    await store.settle()
    await store.users.add("bob", "user", "local", "hash", note=note("test.3"))
    assert store.held == ()
    assert [entry.action for entry in await audited(store, action="test.")] == [f"test.{n}" for n in (3, 2, 1, 0)]
    again = await SqliteStore.open(path)
    try:
        assert await again.users.find("alice") is None
    finally:
        await again.close()


async def test_what_is_held_is_written_at_the_end_if_there_is_space_then(path: Path) -> None:
    database = await Database.open(path)
    store, disk = SqliteStore(database), Disk(database)
    await furnish(store)
    await disk.fill()
    await store.keys.revoke(1, note=note())
    await disk.free()
    await store.close()
    again = await SqliteStore.open(path)
    try:
        assert await again.keys.find("hash of ci", now=NOW) is None
    finally:
        await again.close()


async def test_what_was_never_written_is_told_in_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = await Database.open(path)
    store = SqliteStore(database)
    await furnish(store)
    await Disk(database).fill()
    await store.keys.revoke(1, note=note("key.revoke"))
    await store.close()
    assert "key.revoke  by root was never written down" in caplog.text
    again = await SqliteStore.open(path)
    try:
        assert await again.keys.find("hash of ci", now=NOW) is not None
    finally:
        await again.close()


async def test_change_that_may_not_be_is_refused_and_not_held(store: SqliteStore, disk: Disk) -> None:
    await a_user(store, "root", "admin")
    await disk.fill()
    with pytest.raises(LastAdmin):
        await store.users.remove(1, note=note())
    assert store.held == ()
    assert await store.users.find("root") is not None


async def test_what_is_held_is_written_beside_what_another_program_wrote(
    store: SqliteStore, disk: Disk, path: Path
) -> None:
    await furnish(store)
    await disk.fill()
    await store.keys.revoke(1, note=note("key.revoke"))
    other = await SqliteStore.open(path)  # root, for example, to whom the last of the space belongs
    try:
        await other.sessions.revoke(1, note=note())
    finally:
        await other.close()
    await store.settle()
    assert await store.sessions.find("token hash", now=NOW, idle=60) is None
    assert await store.keys.find("hash of ci", now=NOW) is None


async def test_what_does_not_fit_any_more_is_told_and_forgotten(
    store: SqliteStore, disk: Disk, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await a_user(store, "root", "admin")
    await a_user(store, "deputy", "admin")
    await disk.fill()
    await store.users.remove(1, note=note("user.remove"))
    other = await SqliteStore.open(path)
    try:
        await other.users.remove(2, note=note())
    finally:
        await other.close()
    await store.settle()
    assert not store.held
    assert await store.users.has_admin(), "somebody may still administer"
    assert "user.remove  by root counts no more: Nobody could administer" in caplog.text


async def test_program_that_does_not_run_on_holds_nothing(path: Path) -> None:
    database = await Database.open(path, holds=False)
    store = SqliteStore(database)
    try:
        await furnish(store)
        await Disk(database).fill()
        with pytest.raises(StoreFull):
            await store.users.remove(1, note=note())
        assert await store.users.find("alice") is not None
        assert store.held == ()
    finally:
        await store.close()
