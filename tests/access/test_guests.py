from __future__ import annotations

import pytest

from gateway.access import Access, Method, Principal, Role
from gateway.access.policy import HOUR, MAX_GUESTS
from gateway.server.rights import Right
from tests.access.people import ELSEWHERE, HERE, ROOT, SetClock, a_person, allow


@pytest.fixture
async def guest(access: Access) -> Principal:
    await allow(access, Role.USER)
    alice = (await a_person(access)).principal
    secret, _ = await access.tickets.issue(alice, "lab1", Right.VIEW)
    return await access.tickets.redeem(secret, "lab1", address=ELSEWHERE)


async def test_a_guest_comes_back_with_the_cookie_for_the_spent_ticket(access: Access, guest: Principal) -> None:
    cookie = access.guests.open(guest)
    found = await access.guests.find(cookie, address=HERE)
    assert found is not None
    assert (found.method, found.machine, found.rights, found.address) == (Method.TICKET, "lab1", Right.VIEW, HERE)
    assert found.permissions == set()
    for wrong in (None, "", "guess", "x" * 1000):
        assert await access.guests.find(wrong, address=HERE) is None


async def test_a_guest_goes_with_the_ticket(access: Access, guest: Principal) -> None:
    cookie = access.guests.open(guest)
    assert guest.proof is not None
    await access.tickets.revoke(ROOT, guest.proof.id)
    assert await access.guests.find(cookie, address=HERE) is None
    assert len(access.guests) == 0


async def test_a_guest_stays_while_the_session_runs_and_may_be_away_for_ten_minutes(
    access: Access, guest: Principal, clock: SetClock
) -> None:
    cookie, ends = access.guests.open(guest), list[str]()
    lease = await access.leases.take(guest, "lab1", Right.VIEW, ends.append)
    clock.time += HOUR
    assert await access.guests.find(cookie, address=HERE) is not None
    access.leases.release(lease)
    clock.time += 599
    assert await access.guests.find(cookie, address=HERE) is not None
    clock.time += 600
    assert await access.guests.find(cookie, address=HERE) is None
    assert ends == []


async def test_what_the_issuer_lost_the_guest_has_not(access: Access, guest: Principal) -> None:
    cookie = access.guests.open(guest)
    await allow(access, Role.USER, Right.NONE)
    found = await access.guests.find(cookie, address=HERE)
    assert found is not None
    assert await access.authority.rights(found, "lab1") == Right.NONE


async def test_so_many_guests_are_known(access: Access, guest: Principal) -> None:
    first = access.guests.open(guest)
    for _ in range(MAX_GUESTS):
        access.guests.open(guest)
    assert len(access.guests) == MAX_GUESTS
    assert await access.guests.find(first, address=HERE) is None
