from __future__ import annotations

import pytest

from gateway.store import SqliteStore
from gateway.store.errors import Taken, TooMany
from gateway.store.records import Proof
from tests.store.rows import NOW, a_key, a_ticket, a_user, audited, note


async def test_a_key_is_found_by_its_hash_until_it_expires(store: SqliteStore) -> None:
    alice = await a_user(store)
    key = await a_key(store, alice, expires_at=NOW + 10)
    found = await store.keys.find("hash of ci", now=NOW)
    assert found == (key, alice)
    assert found[0].scopes == ("read", "operate")
    assert await store.keys.find("hash of ci", now=NOW + 10) is None
    assert not await store.standing([Proof("key", key.id)], now=NOW + 10, idle=1)


async def test_a_key_remembers_when_and_from_where_it_was_used(store: SqliteStore) -> None:
    key = await a_key(store, await a_user(store))
    await store.keys.touch(key.id, now=NOW + 5, address="192.0.2.7")
    found = (await store.keys.page()).items[0]
    assert (found.last_used_at, found.last_used_from) == (NOW + 5, "192.0.2.7")


async def test_a_disabled_users_key_opens_nothing(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_key(store, alice)
    await store.users.change(alice.id, disabled=True, note=note())
    assert await store.keys.find("hash of ci", now=NOW) is None


async def test_a_user_has_so_many_keys_each_with_its_name(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_key(store, alice, "1")
    with pytest.raises(Taken):
        await a_key(store, alice, "1")
    await a_key(store, alice, "2")
    await a_key(store, alice, "3")
    with pytest.raises(TooMany):
        await a_key(store, alice, "4")
    assert len(await audited(store, action="key.create")) == 3


async def test_revoking_a_key_takes_its_tickets_and_only_its_owner_may(store: SqliteStore) -> None:
    alice, bob = await a_user(store), await a_user(store, "bob")
    key = await a_key(store, alice)
    ticket = await a_ticket(store, alice, issued_by=Proof("key", key.id))
    assert await store.keys.revoke(key.id, user_id=bob.id, note=note()) is None
    assert await store.keys.revoke(key.id, user_id=alice.id, note=note()) == key
    assert await store.tickets.get(ticket.id) is None
