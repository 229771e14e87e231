from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.access import Access, Lease, Permission, Principal, Role, Scope
from gateway.access.leases import ENDED, LESSENED
from gateway.access.policy import DAY, HOUR, TEND_SECONDS
from gateway.server.rights import Right
from gateway.store import SqliteStore
from gateway.store.errors import StoreBusy, StoreUnavailable
from gateway.store.records import Proof, User
from tests.access.people import ELSEWHERE, GROUPS, HERE, PASSWORD, ROOT, SetClock, a_person, allow, log_in

CONTROL = Right.VIEW | Right.CONTROL


class Console:
    """A running session that tells why it was ended."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.ends: list[str] = []
        self.gains: list[Right] = []

    async def open(self, principal: Principal, machine: str = "lab1", rights: Right = CONTROL) -> Lease:
        return await self._access.leases.take(principal, machine, rights, self.ends.append, self.gains.append)


@pytest.fixture
async def console(access: Access) -> Console:
    await allow(access, Role.USER)
    return Console(access)


@pytest.fixture
def groups() -> Iterator[dict[str, tuple[str, ...]]]:
    before = dict(GROUPS)
    yield GROUPS
    GROUPS.clear()
    GROUPS.update(before)


async def test_logging_out_ends_what_the_log_in_opened_and_nothing_else(access: Access, console: Console) -> None:
    alice, bob = (await a_person(access)).principal, (await a_person(access, "bob")).principal
    other = Console(access)
    await console.open(alice)
    await other.open(bob)
    await other.open((await log_in(access)).principal)
    await access.sessions.log_out(alice)
    assert console.ends == [ENDED]
    assert other.ends == []
    assert len(access.leases.held()) == 2


async def test_each_way_of_ending_a_right_ends_the_session(access: Access, console: Console) -> None:
    root = (await a_person(access, "admin", Role.ADMIN)).principal
    for number, end in enumerate(("revoke", "revoke_all", "password", "disable", "remove", "role", "grant")):
        alice = (await a_person(access, f"u{number}")).principal
        lease = Console(access)
        await lease.open(alice)
        assert alice.user_id is not None
        assert alice.session_id is not None
        if end == "revoke":
            await access.sessions.revoke(root, alice.session_id, user_id=alice.user_id)
        elif end == "revoke_all":
            await access.sessions.revoke_all(root, alice.user_id)
        elif end == "password":
            await access.people.reset_password(root, alice.user_id, "another long one")
        elif end == "disable":
            await access.people.change(root, alice.user_id, disabled=True)
        elif end == "remove":
            await access.people.remove(root, alice.user_id)
        elif end == "role":
            await access.people.change(root, alice.user_id, role=Role.VIEWER)
        elif end == "grant":
            await allow(access, Role.USER, Right.VIEW)
        assert lease.ends == [LESSENED if end in ("role", "grant") else ENDED], end


async def test_a_changed_password_ends_the_other_log_ins_sessions(access: Access, console: Console) -> None:
    mine, other = (await a_person(access)).principal, (await log_in(access)).principal
    kept = Console(access)
    await kept.open(mine)
    await console.open(other)
    await access.people.change_password(mine, PASSWORD, "another long one")
    assert (kept.ends, console.ends) == ([], [ENDED])


async def test_a_ticket_and_its_session_end_with_ticket_key_or_log_in(access: Access) -> None:
    await allow(access, Role.USER)
    alice = (await a_person(access)).principal
    for end in ("ticket", "key", "log-in"):
        secret, key = await access.keys.issue(alice, end, {Scope.OPERATE})
        program = await access.keys.find(secret, address=HERE)
        issuer = program if end == "key" else alice
        assert issuer is not None
        secret, ticket = await access.tickets.issue(issuer, "lab1", CONTROL)
        console = Console(access)
        await console.open(await access.tickets.redeem(secret, "lab1", address=ELSEWHERE))
        assert console.ends == []
        if end == "ticket":
            await access.tickets.revoke(alice, ticket.id)
        elif end == "key":
            await access.keys.revoke(alice, key.id)
        else:
            await access.sessions.log_out(alice)
        assert console.ends == [ENDED], end


async def test_a_session_by_the_proxys_word_ends_with_its_user(access: Access, console: Console) -> None:
    carol = await access.logins.by_proxy("carol", address=HERE, new_role=Role.USER)
    await console.open(carol)
    assert carol.user_id is not None
    await access.people.change(ROOT, carol.user_id, disabled=True)
    assert console.ends == [ENDED]


async def test_a_session_with_no_more_than_what_is_left_goes_on(access: Access, console: Console) -> None:
    alice = (await a_person(access)).principal
    await console.open(replace(alice, rights=Right.VIEW), rights=Right.VIEW)
    await allow(access, Role.USER, CONTROL)
    assert (console.ends, console.gains) == ([], [])


async def test_a_machine_that_leaves_its_group_ends_sessions(
    access: Access, groups: dict[str, tuple[str, ...]]
) -> None:
    alice, console = (await a_person(access)).principal, Console(access)
    await allow(access, Role.USER, CONTROL, "lab")
    await console.open(alice)
    groups["lab1"] = ("prod",)
    await access.leases.recheck()
    assert console.ends == [LESSENED]


async def test_a_right_that_ended_before_the_session_opened_ends_it_at_once(access: Access, console: Console) -> None:
    alice = (await a_person(access)).principal
    await access.sessions.log_out(alice)
    await console.open(alice)
    assert console.ends == [ENDED]
    assert access.leases.held() == ()


async def test_a_dashboards_feed_ends_with_the_permission(access: Access) -> None:
    olga = (await a_person(access, "olga", Role.OPERATOR)).principal
    ends: list[str] = []
    await access.leases.hold(olga, Permission.DASHBOARD, ends.append)
    await access.leases.hold(olga, Permission.CONSOLE, ends.append)
    assert olga.user_id is not None
    await access.people.change(ROOT, olga.user_id, role=Role.USER)
    assert ends == [LESSENED]
    await access.sessions.log_out(olga)
    assert ends == [LESSENED, ENDED]


async def test_a_page_that_only_looks_on_does_not_keep_a_log_in(access: Access, clock: SetClock) -> None:
    olga = (await a_person(access, "olga", Role.OPERATOR)).principal
    ends: list[str] = []
    await access.leases.hold(olga, Permission.DASHBOARD, ends.append)
    clock.time += 12 * HOUR
    await access.tend()
    assert ends == [ENDED]


async def test_a_released_lease_is_told_nothing(access: Access, console: Console) -> None:
    alice = (await a_person(access)).principal
    lease = await console.open(alice)
    access.leases.release(lease)
    access.leases.release(lease)
    await access.sessions.log_out(alice)
    assert console.ends == []


async def test_a_running_session_keeps_its_log_in_and_ends_with_it_after_a_week(
    access: Access, console: Console, clock: SetClock
) -> None:
    alice = (await a_person(access)).principal
    secret, _ = await access.tickets.issue(alice, "lab1")
    await console.open(await access.tickets.redeem(secret, "lab1", address=ELSEWHERE))
    for _ in range(20):
        clock.time += 8 * HOUR
        await access.tend()
        assert console.ends == []
    clock.time += 8 * HOUR
    await access.tend()
    assert console.ends == [ENDED]


async def test_what_another_program_revokes_is_noticed(access: Access, console: Console, path: Path) -> None:
    alice = (await a_person(access)).principal
    await console.open(alice)
    command = Access(await SqliteStore.open(path), GROUPS.get, clock=access.clock)
    try:
        await command.sessions.revoke_all(ROOT, alice.user_id)
    finally:
        await command.close()
    assert console.ends == []
    await access.tend()
    assert console.ends == [ENDED]


async def test_a_store_that_fails_ends_nothing_and_says_so(access: Access, console: Console) -> None:
    await console.open((await a_person(access)).principal)
    await access.store.close()
    with pytest.raises(StoreUnavailable):
        await access.tend()
    assert access.fault is None
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(access.run())
        async with asyncio.timeout(TEND_SECONDS):
            while access.fault is None:
                await asyncio.sleep(0)
        running.cancel()
    assert isinstance(access.fault, StoreUnavailable)
    assert console.ends == []


async def test_what_is_long_over_is_forgotten_once_an_hour(access: Access, console: Console, clock: SetClock) -> None:
    alice = (await a_person(access)).principal
    used, unused = await access.tickets.issue(alice, "lab1"), await access.tickets.issue(alice, "lab1")
    await console.open(await access.tickets.redeem(used.secret, "lab1", address=HERE))
    for _ in range(5):
        clock.time += DAY / 4
        await access.tend()
    assert await access.store.tickets.get(unused.ticket.id) is None
    assert await access.store.tickets.get(used.ticket.id) is not None
    assert console.ends == []


async def test_who_may_do_more_goes_on_with_that_and_loses_it_again(access: Access, console: Console) -> None:
    await allow(access, Role.USER, CONTROL)
    alice = (await a_person(access)).principal
    await console.open(alice)
    assert console.gains == []
    await allow(access, Role.USER, CONTROL | Right.FILES)
    await access.tend()
    assert console.gains == [CONTROL | Right.FILES], "once"
    await allow(access, Role.USER, CONTROL)
    assert console.ends == [LESSENED], "what was gained counts as what the session was opened with"


async def test_rights_that_grew_while_a_session_opened_are_told_to_it(access: Access, console: Console) -> None:
    alice = (await a_person(access)).principal
    lease = await console.open(alice, rights=Right.VIEW)
    assert console.gains == [Right.ALL]
    assert lease.rights == Right.ALL
    assert console.ends == []


async def test_a_role_that_may_do_more_gives_it_to_what_runs(access: Access, console: Console) -> None:
    await allow(access, Role.VIEWER)
    vera = (await a_person(access, "vera", Role.VIEWER)).principal
    await console.open(vera, rights=Right.VIEW)
    assert vera.user_id is not None
    await access.people.change(ROOT, vera.user_id, role=Role.USER)
    assert (console.gains, console.ends) == ([Right.ALL], [])


async def test_a_ticket_gives_no_more_than_it_was_made_for(access: Access, console: Console) -> None:
    await allow(access, Role.USER, CONTROL)
    alice = (await a_person(access)).principal
    secret, _ = await access.tickets.issue(alice, "lab1", Right.VIEW)
    await console.open(await access.tickets.redeem(secret, "lab1", address=ELSEWHERE), rights=Right.VIEW)
    await allow(access, Role.USER, Right.ALL)
    assert (console.gains, console.ends) == ([], [])


class BusyStore(SqliteStore):
    """The store, which another program may keep locked."""

    is_locked = False

    async def standing(self, proofs: Collection[Proof], *, now: float, idle: float) -> dict[Proof, User]:
        if self.is_locked:
            raise StoreBusy("Another program keeps the store locked: try again.")
        return await super().standing(proofs, now=now, idle=idle)


async def test_what_begins_while_the_store_fails_ends_with_its_right_all_the_same(path: Path, clock: SetClock) -> None:
    store = await BusyStore.open(path)
    access = Access(store, GROUPS.get, clock=clock)
    await allow(access, Role.USER)
    alice, console = (await a_person(access)).principal, Console(access)
    store.is_locked = True
    await console.open(alice)
    assert (console.ends, len(access.leases.held())) == ([], 1)
    store.is_locked = False
    await access.sessions.log_out(alice)
    assert console.ends == [ENDED]
    await access.close()
