"""A store that takes no more: who is logged in stays so, and every write says why it is refused."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gateway.access import Access, NotKept, Principal, Refused, Role, Scope
from gateway.access.leases import ENDED, LESSENED
from gateway.access.policy import HOUR
from gateway.server.rights import Right
from gateway.store.database import Database
from gateway.store.errors import StoreFull
from gateway.store.sqlite.store import SqliteStore
from tests.access.people import ELSEWHERE, GROUPS, HERE, PASSWORD, ROOT, SetClock, a_person, allow, audited
from tests.full_disk import Disk


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


Revoke = Callable[[Access, Principal], Awaitable[object]]

REVOCATIONS: dict[str, tuple[str, Revoke]] = {
    "remove": (ENDED, lambda access, alice: access.people.remove(ROOT, alice.user_id or 0)),
    "bar": (ENDED, lambda access, alice: access.people.change(ROOT, alice.user_id or 0, disabled=True)),
    "role": (LESSENED, lambda access, alice: access.people.change(ROOT, alice.user_id or 0, role=Role.VIEWER)),
    "log-ins": (ENDED, lambda access, alice: access.sessions.revoke_all(ROOT, alice.user_id)),
    "log-in": (ENDED, lambda access, alice: access.sessions.revoke(ROOT, 1, user_id=alice.user_id)),
    "fewer rights": (LESSENED, lambda access, _: allow(access, Role.USER, Right.VIEW)),
    "grant": (LESSENED, lambda access, _: access.authority.withdraw(ROOT, 1)),
}


@pytest.mark.parametrize("what", REVOCATIONS)
async def test_what_is_taken_away_ends_sessions_while_the_disk_is_full(
    access: Access, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    await allow(access, Role.USER)
    alice = (await a_person(access)).principal
    ends: list[str] = []
    await access.leases.take(alice, "lab1", Right.ALL, ends.append)
    await Disk.of(access.store).fill()
    sentence, revoke = REVOCATIONS[what]
    with pytest.raises(NotKept, match="It is done and counts from now on, but the gateway's disk is full"):
        await revoke(access, alice)
    assert ends == [sentence]
    (note,) = access.store.held
    assert f"{note.action} {note.target} by root from local counts, but the disk is full" in caplog.text
    with pytest.raises(StoreFull):
        await access.tend()
    await Disk.of(access.store).free()
    with caplog.at_level(logging.WARNING):
        await access.tend()
    assert access.store.held == ()
    assert f"{note.action} {note.target} by root is written down now" in caplog.text
    assert [entry.at for entry in await audited(access, action=note.action, target=note.target)][:1] == [note.at]


async def test_key_and_ticket_open_nothing_from_their_revocation_on(access: Access, path: Path) -> None:
    await allow(access, Role.USER)
    entry = await a_person(access)
    key = await access.keys.issue(entry.principal, "ci", {Scope.OPERATE})
    open_one, used = [await access.tickets.issue(entry.principal, "lab1", lifetime=600) for _ in range(2)]
    visit = await access.guests.come(used.secret, "lab1", address=HERE)
    await Disk.of(access.store).fill()
    for revoke in (
        access.keys.revoke(entry.principal, key.key.id),
        access.tickets.revoke(ROOT, open_one.ticket.id),
        access.tickets.revoke(ROOT, used.ticket.id),
    ):
        with pytest.raises(NotKept):
            await revoke
    assert await access.keys.find(key.secret, address=HERE) is None
    with pytest.raises(Refused):
        await access.tickets.check(open_one.secret, "lab1", address=HERE)
    assert await access.guests.find(visit.cookie, address=ELSEWHERE) is None
    assert await access.sessions.find(entry.cookie, address=HERE) is not None, "that of others stays"
    await Disk.of(access.store).free()
    await access.tend()
    again = await Access.open(path, GROUPS.get)
    try:
        assert await again.keys.find(key.secret, address=HERE) is None
        assert await again.guests.find(visit.cookie, address=HERE) is None
    finally:
        await again.close()


async def test_whoever_logs_out_is_out_whatever_the_disk_takes(access: Access) -> None:
    entry = await a_person(access)
    await Disk.of(access.store).fill()
    await access.sessions.log_out(entry.principal)
    assert await access.sessions.find(entry.cookie, address=HERE) is None


async def test_what_is_given_is_not_given_while_the_disk_is_full(access: Access) -> None:
    await allow(access, Role.USER, Right.VIEW)
    alice = (await a_person(access)).principal
    assert alice.user_id is not None
    await Disk.of(access.store).fill()
    for give in (
        allow(access, Role.USER, Right.VIEW | Right.CONTROL),
        access.people.change(ROOT, alice.user_id, role=Role.OPERATOR),
        access.people.change(ROOT, alice.user_id, disabled=False),
        access.people.reset_password(ROOT, alice.user_id, "another long one"),
    ):
        with pytest.raises(StoreFull, match="nothing was changed"):
            await give
    assert await access.authority.rights(alice, "lab1") == Right.VIEW
    assert access.store.held == ()
