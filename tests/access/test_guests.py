from __future__ import annotations

from pathlib import Path

import pytest

from gateway.access import Access, Method, Principal, Refused, Role
from gateway.access.guests import Arrival
from gateway.access.policy import HOUR, TOUCH_SECONDS
from gateway.access.tickets import NewTicket
from gateway.server.rights import Right
from tests.access.people import ELSEWHERE, GROUPS, HERE, ROOT, SetClock, a_person, allow
from tests.full_disk import Disk


@pytest.fixture
async def alice(access: Access) -> Principal:
    await allow(access, Role.USER)
    return (await a_person(access)).principal


@pytest.fixture
async def ticket(access: Access, alice: Principal) -> NewTicket:
    return await access.tickets.issue(alice, "lab1", Right.VIEW)


@pytest.fixture
async def visit(access: Access, ticket: NewTicket) -> Arrival:
    return await access.guests.come(ticket.secret, "lab1", address=ELSEWHERE)


async def test_a_guest_comes_back_with_the_cookie_for_the_spent_ticket(access: Access, visit: Arrival) -> None:
    found = await access.guests.find(visit.cookie, address=HERE)
    assert found is not None
    assert (found.method, found.machine, found.rights, found.address) == (Method.TICKET, "lab1", Right.VIEW, HERE)
    assert found.proof == visit.principal.proof
    assert found.permissions == set()
    for wrong in (None, "", "guess", "x" * 1000):
        assert await access.guests.find(wrong, address=HERE) is None


async def test_a_ticket_begins_one_visit_and_opens_none_by_itself(
    access: Access, ticket: NewTicket, visit: Arrival
) -> None:
    with pytest.raises(Refused):
        await access.guests.come(ticket.secret, "lab1", address=HERE)
    assert await access.guests.find(ticket.secret, address=HERE) is None, "whoever reads the link is no guest"
    assert await access.guests.find(visit.cookie, address=HERE) is not None


async def test_visits_stand_each_for_itself(access: Access, alice: Principal, visit: Arrival) -> None:
    other = await access.tickets.issue(alice, "lab1", Right.VIEW | Right.CONTROL)
    second = await access.guests.come(other.secret, "lab1", address=ELSEWHERE)
    await access.tickets.revoke(ROOT, other.ticket.id)
    assert await access.guests.find(second.cookie, address=HERE) is None
    found = await access.guests.find(visit.cookie, address=HERE)
    assert found is not None
    assert found.rights == Right.VIEW


async def test_a_guest_goes_on_after_the_gateway_was_started_anew(
    access: Access, visit: Arrival, path: Path, clock: SetClock
) -> None:
    await access.close()
    clock.time += 60
    again = await Access.open(path, GROUPS.get, clock=clock)
    try:
        found = await again.guests.find(visit.cookie, address=HERE)
        assert found is not None
        assert (found.machine, found.rights, found.proof) == ("lab1", Right.VIEW, visit.principal.proof)
        assert await again.authority.rights(found, "lab1") == Right.VIEW
    finally:
        await again.close()


async def test_of_a_guests_cookie_only_a_hash_is_kept(access: Access, visit: Arrival, path: Path) -> None:
    await access.close()
    files = [each.read_bytes() for each in path.parent.iterdir() if each.is_file()]
    assert files and not any(visit.cookie.encode() in content for content in files)


async def test_a_guest_goes_with_the_ticket(access: Access, visit: Arrival) -> None:
    assert visit.principal.proof is not None
    await access.tickets.revoke(ROOT, visit.principal.proof.id)
    assert await access.guests.find(visit.cookie, address=HERE) is None


async def test_a_guest_goes_with_the_log_in_that_issued_the_ticket(
    access: Access, alice: Principal, visit: Arrival
) -> None:
    await access.sessions.log_out(alice)
    assert await access.guests.find(visit.cookie, address=HERE) is None


async def test_a_guest_stays_while_the_session_runs_and_may_be_away_for_ten_minutes(
    access: Access, visit: Arrival, clock: SetClock
) -> None:
    ends = list[str]()
    lease = await access.leases.take(visit.principal, "lab1", Right.VIEW, ends.append)
    clock.time += HOUR
    assert await access.guests.find(visit.cookie, address=HERE) is not None
    access.leases.release(lease)
    clock.time += 599
    assert await access.guests.find(visit.cookie, address=HERE) is not None
    clock.time += 600
    assert await access.guests.find(visit.cookie, address=HERE) is None
    assert ends == []


async def test_a_guest_whose_session_runs_counts_as_seen(access: Access, visit: Arrival, clock: SetClock) -> None:
    lease = await access.leases.take(visit.principal, "lab1", Right.VIEW, list[str]().append)
    clock.time += HOUR
    await access.tend()
    access.leases.release(lease)
    clock.time += TOUCH_SECONDS
    assert await access.guests.find(visit.cookie, address=HERE) is not None


async def test_a_guest_whose_connection_broke_while_the_disk_was_full_comes_back(
    access: Access, visit: Arrival, clock: SetClock
) -> None:
    lease = await access.leases.take(visit.principal, "lab1", Right.VIEW, list[str]().append)
    await Disk.of(access.store).fill()
    clock.time += HOUR
    access.leases.release(lease)
    clock.time += 599
    assert await access.guests.find(visit.cookie, address=HERE) is not None
    clock.time += 600
    assert await access.guests.find(visit.cookie, address=HERE) is None


async def test_a_guests_ticket_is_not_forgotten_while_the_guest_may_come_back(
    access: Access, visit: Arrival, clock: SetClock
) -> None:
    for _ in range(12):
        clock.time += HOUR / 12
        assert await access.guests.find(visit.cookie, address=HERE) is not None
        await access.store.tickets.purge(before=clock.time - 600, keep=())
    clock.time += HOUR
    assert await access.store.tickets.purge(before=clock.time - 600, keep=()) == 1


async def test_what_the_issuer_lost_the_guest_has_not(access: Access, visit: Arrival) -> None:
    await allow(access, Role.USER, Right.NONE)
    found = await access.guests.find(visit.cookie, address=HERE)
    assert found is not None
    assert await access.authority.rights(found, "lab1") == Right.NONE
