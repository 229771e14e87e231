from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from gateway.store import SqliteStore, check_backup, restore
from gateway.store.errors import StoreBusy, StoreCorrupt, StoreTooNew, StoreUnavailable
from gateway.store.migrate import newest_version
from tests.store.rows import a_machine, a_user, audited, note


async def test_a_backup_made_while_others_write_is_whole(store: SqliteStore, path: Path) -> None:
    target = path.with_name("backup.db")
    stop = asyncio.Event()

    async def write() -> int:
        number = 0
        while not stop.is_set():
            await a_user(store, f"u{number:05}")
            number += 1
        return number

    async def back_up() -> list[int]:
        try:
            return [(await store.back_up(target)).users for _ in range(5)]
        finally:
            stop.set()

    written, seen = await asyncio.gather(write(), back_up())
    assert seen == sorted(seen)
    assert seen[-1] <= written
    copy = await SqliteStore.open(target)
    try:
        assert await copy.users.count() == seen[-1] == len(await audited(copy, action="user.create"))
        assert await copy.faults() == []
    finally:
        await copy.close()


async def test_a_backup_is_one_file_of_its_owners_only(store: SqliteStore, path: Path) -> None:
    await a_user(store)
    await a_machine(store)
    target = path.with_name("backup.db")
    report = await store.back_up(target)
    assert (report.schema, report.users, report.machines, report.audit) == (newest_version(), 1, 1, 2)
    assert (target.stat().st_mode & 0o777) == 0o600
    assert check_backup(target) == report
    assert [p.name for p in target.parent.iterdir() if "backup" in p.name] == ["backup.db"]


async def test_a_backup_that_cannot_be_written_leaves_the_one_before(store: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await store.back_up(path.parent / "no" / "backup.db")
    target = path.with_name("backup.db")
    report = await store.back_up(target)
    (path.parent / ".backup.db.part").mkdir()
    with pytest.raises(StoreUnavailable):
        await store.back_up(target)
    assert check_backup(target) == report


async def test_a_damaged_empty_or_missing_backup_is_told(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    for number in range(200):
        await store.settings.set(f"s{number}", "x" * 500, now=0)
    await store.back_up(target)
    whole = target.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreCorrupt):
        check_backup(target)
    target.write_bytes(whole[:8192] + b"\xa5" * 4096 + whole[12288:])
    with pytest.raises(StoreCorrupt):
        check_backup(target)
    target.write_bytes(b"")
    with pytest.raises(StoreCorrupt, match="empty"):
        check_backup(target)
    target.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreCorrupt):
        check_backup(target)
    with pytest.raises(StoreUnavailable, match="no backup"):
        check_backup(tmp_path / "none.db")


async def test_a_backup_takes_the_place_of_the_store(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    store = await SqliteStore.open(path)
    await a_user(store, "before")
    await store.back_up(target)
    await a_user(store, "after")
    with pytest.raises(StoreBusy, match="stop it first"):
        restore(target, path)
    await store.close()
    assert restore(target, path).users == 1
    store = await SqliteStore.open(path)
    assert await store.users.find("before") is not None
    assert await store.users.find("after") is None
    await store.close()
    kept = await SqliteStore.open(path.with_name(path.name + ".before-restore"))
    assert await kept.users.find("after") is not None
    await kept.close()


async def test_what_root_restores_is_still_the_gateways(path: Path, tmp_path: Path) -> None:
    """Run by somebody else than root it shows that nothing is given away."""
    backup, state = tmp_path / "backup.db", tmp_path / "state"
    store = await SqliteStore.open(path)
    await store.back_up(backup)
    await store.close()
    state.mkdir()
    owner = 10001 if os.geteuid() == 0 else os.geteuid()
    os.chown(state, owner, -1)
    restored = state / "spicegate.db"
    restore(backup, restored)
    await (await SqliteStore.open(restored)).close()
    assert {file.name for file in state.iterdir()} == {"spicegate.db", "spicegate.db.lock"}
    assert {file.stat().st_uid for file in state.iterdir()} == {owner}


async def test_a_store_that_is_damaged_is_restored(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    store = await SqliteStore.open(path)
    await a_user(store)
    await store.back_up(target)
    await store.close()
    path.write_bytes(b"\0" * 5000)
    path.with_name(path.name + "-wal").write_bytes(b"remains of a log")
    with pytest.raises(StoreCorrupt):
        await SqliteStore.open(path)
    restore(target, path)
    store = await SqliteStore.open(path)
    assert await store.users.find("alice") is not None
    await store.audit.add(note())
    assert await store.faults() == []
    await store.close()


async def test_a_backup_of_a_newer_spicegate_is_not_restored(path: Path, tmp_path: Path) -> None:
    store = await SqliteStore.open(path)
    target = tmp_path / "backup.db"
    await store.back_up(target)
    await store.close()
    data = bytearray(target.read_bytes())
    data[60:64] = (newest_version() + 1).to_bytes(4, "big")  # user_version, sqlite.org/fileformat2.html
    target.write_bytes(data)
    with pytest.raises(StoreTooNew):
        restore(target, path)
    again = await SqliteStore.open(path)
    await again.close()
