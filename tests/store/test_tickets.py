from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.errors import Missing, TooMany
from gateway.store.records import Proof
from tests.store.rows import NOW, a_key, a_session, a_ticket, a_user, audited, note


async def redeem(store: SqliteStore, machine: str = "demo", at: float = NOW, secret: str = "secret hash") -> str:
    return (await store.tickets.redeem(secret, machine=machine, note=note("ticket.redeem", at, "192.0.2.9"))).refusal


async def test_a_ticket_opens_once(store: SqliteStore) -> None:
    alice = await a_user(store)
    ticket = await a_ticket(store, alice)
    redemption = await store.tickets.redeem("secret hash", machine="demo", note=note("ticket.redeem", NOW + 1, "::1"))
    assert redemption.refusal == ""
    assert redemption.user == alice
    assert redemption.ticket is not None
    assert (redemption.ticket.id, redemption.ticket.used_at, redemption.ticket.used_from) == (ticket.id, NOW + 1, "::1")
    assert await redeem(store) == "used"
    kept = await audited(store, action="ticket.redeem")
    assert [(entry.outcome, entry.actor, entry.target) for entry in kept] == [
        ("refused", "alice", "machine:demo"),
        ("ok", "alice", "machine:demo"),
    ]


async def test_of_many_who_redeem_at_once_over_several_gateways_one_gets_in(store: SqliteStore, path: Path) -> None:
    await a_ticket(store, await a_user(store))
    others = [await SqliteStore.open(path) for _ in range(3)]
    try:
        refusals = await asyncio.gather(*(redeem(each) for _ in range(25) for each in [store, *others]))
    finally:
        for other in others:
            await other.close()
    assert sorted(refusals) == [""] + ["used"] * 99


async def test_a_ticket_that_is_unknown_expired_revoked_or_for_another_machine_opens_nothing(
    store: SqliteStore,
) -> None:
    ticket = await a_ticket(store, await a_user(store))
    assert await redeem(store, secret="guessed") == "unknown"
    assert await audited(store, action="ticket.redeem") == [], "guesses do not fill the audit"
    assert await redeem(store, "other") == "machine"
    assert await redeem(store, at=NOW + 30) == "expired"
    assert await store.tickets.revoke(ticket.id, note=note()) is not None
    assert await redeem(store) == "revoked"
    assert await store.tickets.revoke(ticket.id, note=note()) is None


async def test_a_ticket_for_another_machine_is_not_spent(store: SqliteStore) -> None:
    await a_ticket(store, await a_user(store))
    assert await redeem(store, "other") == "machine"
    assert await redeem(store) == ""


async def test_a_disabled_users_ticket_opens_nothing(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_ticket(store, alice)
    await store.users.change(alice.id, disabled=True, note=note())
    assert await redeem(store) == "user"


async def test_an_expired_keys_ticket_opens_nothing(store: SqliteStore) -> None:
    alice = await a_user(store)
    key = await a_key(store, alice, expires_at=NOW + 10)
    await a_ticket(store, alice, issued_by=Proof("key", key.id))
    assert await redeem(store, at=NOW + 10) == "user"


async def test_a_used_ticket_stands_after_its_expiry_until_it_or_its_log_in_ends(store: SqliteStore) -> None:
    alice = await a_user(store)
    session = await a_session(store, alice)
    proofs = []
    for secret in ("1", "2"):
        ticket = await a_ticket(store, alice, secret, Proof("session", session.id))
        await redeem(store, secret=secret)
        proofs.append(Proof("ticket", ticket.id))
    assert set(await store.standing(proofs, now=NOW + 1000, idle=3600)) == set(proofs)
    await store.tickets.revoke(proofs[0].id, note=note())
    assert set(await store.standing(proofs, now=NOW + 1000, idle=3600)) == {proofs[1]}
    assert not await store.standing(proofs, now=NOW + 3600, idle=3600)


async def test_a_log_in_that_has_ended_issues_no_ticket(store: SqliteStore) -> None:
    alice = await a_user(store)
    session = await a_session(store, alice)
    await store.sessions.revoke(session.id, note=note())
    with pytest.raises(Missing):
        await a_ticket(store, alice, issued_by=Proof("session", session.id))


async def test_a_user_has_so_many_open_tickets(store: SqliteStore) -> None:
    alice = await a_user(store)
    for number in range(5):
        await a_ticket(store, alice, str(number))
    with pytest.raises(TooMany):
        await a_ticket(store, alice, "5")
    await redeem(store, secret="0")
    await a_ticket(store, alice, "5")


async def test_tickets_are_listed_newest_first_and_forgotten_but_for_those_in_use(store: SqliteStore) -> None:
    alice, bob = await a_user(store), await a_user(store, "bob")
    first, second = await a_ticket(store, alice, "1"), await a_ticket(store, alice, "2")
    await a_ticket(store, bob, "3")
    await redeem(store, secret="1")
    assert [ticket.id for ticket in (await store.tickets.page(user_id=alice.id)).items] == [second.id, first.id]
    assert len((await store.tickets.page(open_at=NOW)).items) == 2
    assert (await store.tickets.page(machine="other")).items == ()
    assert await store.tickets.purge(before=NOW + 100, keep=[first.id]) == 2
    assert [ticket.id for ticket in (await store.tickets.page()).items] == [first.id]
