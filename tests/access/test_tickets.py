from __future__ import annotations

import asyncio

import pytest

from gateway.access import Access, Forbidden, Invalid, LockedOut, Method, NotFound, Refused, Role
from gateway.server.rights import Right
from gateway.store.errors import Missing, TooMany
from tests.access.people import ELSEWHERE, HERE, ROOT, SetClock, a_person, allow, audited

CONTROL = Right.VIEW | Right.CONTROL


async def test_a_ticket_opens_its_machine_once_with_its_rights(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    secret, ticket = await access.tickets.issue(alice, "lab1", CONTROL, text="for bob")
    assert len(secret.encode()) <= 60, "it must fit into a SPICE password"
    guest = await access.tickets.redeem(secret, "lab1", address=ELSEWHERE)
    assert (guest.name, guest.method, guest.machine, guest.rights) == ("alice", Method.TICKET, "lab1", CONTROL)
    assert guest.proof == ("ticket", ticket.id)
    assert await access.authority.rights_at(guest, ("lab1", "both")) == {"lab1": CONTROL, "both": Right.NONE}
    with pytest.raises(Refused):
        await access.tickets.redeem(secret, "lab1", address=ELSEWHERE)
    assert secret not in repr(await audited(access))


async def test_of_many_who_redeem_a_ticket_at_once_one_gets_in(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    secret, _ = await access.tickets.issue(alice, "lab1")
    results = await asyncio.gather(
        *(access.tickets.redeem(secret, "lab1", address=f"10.0.0.{n}") for n in range(50)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 49


async def test_a_ticket_is_good_for_thirty_seconds(access: Access, clock: SetClock) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    late, early = await access.tickets.issue(alice, "lab1"), await access.tickets.issue(alice, "lab1")
    clock.time += 29
    await access.tickets.redeem(early.secret, "lab1", address=HERE)
    clock.time += 1
    with pytest.raises(Refused):
        await access.tickets.redeem(late.secret, "lab1", address=HERE)


async def test_a_ticket_for_another_machine_opens_nothing_and_is_not_spent(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    secret, _ = await access.tickets.issue(alice, "lab1")
    with pytest.raises(Refused):
        await access.tickets.redeem(secret, "prod1", address=HERE)
    await access.tickets.redeem(secret, "lab1", address=HERE)


async def test_nobody_gives_what_they_do_not_have(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER, CONTROL, "lab")
    with pytest.raises(Forbidden, match="files, devices"):
        await access.tickets.issue(alice, "lab1", CONTROL | Right.FILES | Right.DEVICES)
    with pytest.raises(NotFound):
        await access.tickets.issue(alice, "prod1")
    with pytest.raises(NotFound):
        await access.tickets.issue(alice, "none")
    with pytest.raises(Invalid):
        await access.tickets.issue(alice, "lab1", Right.CONTROL)
    with pytest.raises(Forbidden):
        await access.tickets.issue(ROOT, "lab1")
    assert Right((await access.tickets.issue(alice, "lab1")).ticket.rights) == CONTROL
    refused = await audited(access, action="ticket.create", outcome="refused")
    assert dict(refused[0].detail) == {"lacks": "files devices"}


async def test_a_ticket_issues_no_ticket(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    guest = await access.tickets.redeem((await access.tickets.issue(alice, "lab1")).secret, "lab1", address=HERE)
    with pytest.raises(Forbidden):
        await access.tickets.issue(guest, "lab1")
    with pytest.raises(Forbidden):
        await access.tickets.page(guest)


async def test_what_the_issuer_lost_meanwhile_the_ticket_does_not_give(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    secret, _ = await access.tickets.issue(alice, "lab1", CONTROL)
    await allow(access, Role.USER, Right.VIEW)
    guest = await access.tickets.redeem(secret, "lab1", address=HERE)
    assert await access.authority.rights(guest, "lab1") == Right.VIEW


async def test_a_ticket_ends_with_the_log_in_that_issued_it(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    secret, _ = await access.tickets.issue(alice, "lab1")
    await access.sessions.log_out(alice)
    with pytest.raises(Refused):
        await access.tickets.redeem(secret, "lab1", address=HERE)
    with pytest.raises(Missing):
        await access.tickets.issue(alice, "lab1")


async def test_a_revoked_ticket_opens_nothing_and_only_issuer_and_operators_revoke(access: Access) -> None:
    alice, bob = (await a_person(access)).principal, (await a_person(access, "bob")).principal
    operator = (await a_person(access, "olga", Role.OPERATOR)).principal
    await allow(access, Role.USER)
    first, second = await access.tickets.issue(alice, "lab1"), await access.tickets.issue(alice, "lab1")
    with pytest.raises(NotFound):
        await access.tickets.revoke(bob, first.ticket.id)
    await access.tickets.revoke(alice, first.ticket.id)
    await access.tickets.revoke(operator, second.ticket.id)
    for secret, _ in (first, second):
        with pytest.raises(Refused):
            await access.tickets.redeem(secret, "lab1", address=HERE)
    with pytest.raises(Forbidden):
        await access.tickets.page(bob, everybody=True)
    assert (await access.tickets.page(bob)).items == ()
    assert len((await access.tickets.page(operator, everybody=True)).items) == 2
    assert (await access.tickets.page(operator, everybody=True, only_open=True)).items == ()


async def test_an_address_that_guesses_is_held_up(access: Access, clock: SetClock) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    for number in range(30):
        with pytest.raises(Refused):
            await access.tickets.redeem(f"guess{number}" * (30 if number % 2 else 1), "lab1", address=ELSEWHERE)
    secret, _ = await access.tickets.issue(alice, "lab1")
    with pytest.raises(LockedOut):
        await access.tickets.redeem(secret, "lab1", address=ELSEWHERE)
    await access.tickets.redeem(secret, "lab1", address=HERE)
    assert len(await audited(access, action="ticket.redeem")) == 1


@pytest.mark.parametrize("lifetime", [0, -1, 0.5, 10**9, float("inf"), float("nan")])
async def test_a_ticket_is_good_for_a_second_to_a_day(access: Access, lifetime: float) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    with pytest.raises(Invalid):
        await access.tickets.issue(alice, "lab1", lifetime=lifetime)
    with pytest.raises(Invalid):
        await access.tickets.issue(alice, "lab1", text="x" * 201)


async def test_a_user_has_so_many_open_tickets(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    results = await asyncio.gather(*(access.tickets.issue(alice, "lab1") for _ in range(260)), return_exceptions=True)
    assert sum(isinstance(result, TooMany) for result in results) == 4


async def test_a_clock_that_is_set_back_makes_no_ticket_last_longer(access: Access, clock: SetClock) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    first, second = await access.tickets.issue(alice, "lab1"), await access.tickets.issue(alice, "lab1")
    clock.ahead = -5
    await access.tickets.redeem(first.secret, "lab1", address=HERE)
    clock.ahead = -3600
    assert not await access.tickets.any_open("lab1")
    with pytest.raises(Refused):
        await access.tickets.redeem(second.secret, "lab1", address=HERE)
