"""A store that takes no more: who is logged in stays so, and every write says why it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.access import Access, Role, Scope
from gateway.access.policy import HOUR
from gateway.server.rights import Right
from gateway.store.database import Database
from gateway.store.errors import StoreFull
from gateway.store.sqlite.store import SqliteStore
from tests.access.people import GROUPS, HERE, PASSWORD, ROOT, SetClock, a_person, allow


async def test_sessions_live_on_while_the_disk_is_full(path: Path, clock: SetClock) -> None:
    database = await Database.open(path)
    access = Access(SqliteStore(database), GROUPS.get, clock=clock)

    async def pages(extra: int) -> None:
        def work(_: object) -> None:
            used = database._db.execute("PRAGMA page_count").fetchone()[0]
            database._db.execute(f"PRAGMA max_page_count = {used + extra}")

        await database.read(work)

    try:
        entry = await a_person(access)
        await allow(access, Role.USER)
        key = await access.keys.issue(entry.principal, "ci", {Scope.OPERATE})
        ends: list[str] = []
        await access.leases.take(entry.principal, "lab1", Right.ALL, ends.append)
        await pages(0)
        with pytest.raises(StoreFull, match="disk is full"):
            for number in range(1000):
                await access.keys.issue(entry.principal, f"{number}" * 50, {Scope.READ})
                await access.keys.revoke(entry.principal, number + 2)
        clock.time += HOUR
        assert await access.sessions.find(entry.cookie, address=HERE) is not None
        assert await access.keys.find(key.secret, address=HERE) is not None
        assert await access.authority.rights(entry.principal, "lab1") == Right.ALL
        assert ends == []
        await pages(1000)
        await access.people.create(ROOT, "bob", Role.USER, PASSWORD)
        assert await access.store.faults() == []
    finally:
        await access.close()
