from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.records import AuditFilter
from tests.store.rows import audited

WRITES = (1, 2, 3, 5, 8, 13, 21, 34)


async def test_what_was_committed_survives_kill_9(path: Path) -> None:
    told: list[str] = []
    for writes in WRITES:
        told += await killed_after(path, writes)
        store = await SqliteStore.open(path)
        try:
            assert await store.faults() == []
            page = await store.users.page(limit=500)
            kept = {user.name for user in page.items}
            assert set(told) <= kept
            assert len(kept) - len(told) <= len(WRITES), "at most the write under way when it was killed"
            created = {f"u{number:06}" for number in range(await store.users.count())}
            assert kept == created, "none in the middle is missing"
            assert len(await audited(store, action="user.create")) == len(kept), "with its note, or not at all"
            wrote = await store.audit.page(AuditFilter(action="wrote "), limit=500)
            assert {entry.action for entry in wrote.items} >= {f"wrote {name}" for name in told}
        finally:
            await store.close()


async def killed_after(path: Path, writes: int) -> list[str]:
    """What a writer had said was committed when it was killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.writer", str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        said = [await asyncio.wait_for(process.stdout.readline(), 30) for _ in range(writes)]
    finally:
        process.kill()
    said += (await process.stdout.read()).splitlines()
    if await process.wait() != -signal.SIGKILL:
        pytest.fail("the writer ended by itself")
    return [line.decode().strip() for line in said]
