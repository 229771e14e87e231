from __future__ import annotations

import pytest

from gateway.store import SqliteStore
from gateway.store.errors import Missing
from gateway.store.records import Proof
from tests.store.rows import DAY, NOW, a_session, a_ticket, a_user, audited, note

IDLE = 3600.0


async def test_a_log_in_is_found_by_its_hash_until_it_expires(store: SqliteStore) -> None:
    alice = await a_user(store)
    session = await a_session(store, alice)
    found = await store.sessions.find("token hash", now=NOW, idle=IDLE)
    assert found is not None
    assert found[0] == session
    assert found[1].name == "alice"
    assert found[1].last_login_at == NOW
    assert await store.sessions.find("token hash", now=NOW + DAY, idle=2 * DAY) is None
    assert await store.sessions.find("other hash", now=NOW, idle=IDLE) is None


async def test_a_log_in_that_is_not_seen_ends_and_one_that_is_seen_goes_on(store: SqliteStore) -> None:
    session = await a_session(store, await a_user(store))
    assert await store.sessions.find("token hash", now=NOW + IDLE, idle=IDLE) is None
    await store.sessions.touch([session.id], NOW + IDLE - 1)
    assert await store.sessions.find("token hash", now=NOW + IDLE, idle=IDLE) is not None
    await store.sessions.touch([session.id], NOW)
    assert await store.sessions.find("token hash", now=NOW + IDLE, idle=IDLE) is not None, "time does not run back"


async def test_the_oldest_log_in_makes_room(store: SqliteStore) -> None:
    alice = await a_user(store)
    for number in range(4):
        await a_session(store, alice, str(number), NOW + number, most=3)
    page = await store.sessions.page(user_id=alice.id, now=NOW + 5, idle=IDLE)
    assert [session.token_hash for session in page.items] == ["3", "2", "1"]


async def test_nobody_revokes_another_users_log_in(store: SqliteStore) -> None:
    alice, bob = await a_user(store), await a_user(store, "bob")
    session = await a_session(store, alice)
    assert await store.sessions.revoke(session.id, user_id=bob.id, note=note("session.revoke")) is None
    assert await audited(store, action="session.revoke") == []
    assert await store.sessions.revoke(session.id, user_id=alice.id, note=note("session.revoke")) == session
    assert await store.sessions.find("token hash", now=NOW, idle=IDLE) is None
    assert len(await audited(store, action="session.revoke")) == 1


async def test_all_log_ins_but_one_are_ended(store: SqliteStore) -> None:
    alice, bob = await a_user(store), await a_user(store, "bob")
    mine, other = await a_session(store, alice, "1"), await a_session(store, alice, "2")
    bobs = await a_session(store, bob, "3")
    assert await store.sessions.revoke_all(alice.id, keep=mine.id, note=note()) == (other.id,)
    proofs = [Proof("session", session.id) for session in (mine, other, bobs)]
    assert set(await store.standing(proofs, now=NOW, idle=IDLE)) == {proofs[0], proofs[2]}


async def test_a_ticket_goes_with_the_log_in_that_issued_it(store: SqliteStore) -> None:
    alice = await a_user(store)
    session = await a_session(store, alice)
    ticket = await a_ticket(store, alice, issued_by=Proof("session", session.id))
    assert await store.issuers([Proof("ticket", ticket.id)]) == {session.id}
    await store.sessions.revoke(session.id, note=note())
    assert await store.tickets.get(ticket.id) is None


async def test_the_address_of_an_open_log_in_is_known(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_session(store, alice)
    assert await store.sessions.knows_address(alice.id, "192.0.2.1")
    assert not await store.sessions.knows_address(alice.id, "192.0.2.2")


async def test_nobody_logs_in_who_was_removed(store: SqliteStore) -> None:
    alice = await a_user(store)
    await store.users.remove(alice.id, note=note())
    with pytest.raises(Missing):
        await a_session(store, alice)
    assert await audited(store, action="login") == []


async def test_ended_log_ins_are_forgotten(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_session(store, alice, "1")
    await a_session(store, alice, "2", NOW + DAY)
    assert await store.sessions.purge(now=NOW + DAY, idle=2 * DAY) == 1
    assert await store.sessions.purge(now=NOW + DAY, idle=2 * DAY) == 0
