from __future__ import annotations

import pytest

from gateway.store import SqliteStore
from gateway.store.errors import Missing
from tests.store.rows import a_user, note


async def test_a_grant_takes_the_place_of_the_one_before(store: SqliteStore) -> None:
    await store.grants.set(role="user", user_id=None, group="lab", rights=63, note=note())
    grant = await store.grants.set(role="user", user_id=None, group="lab", rights=1, note=note())
    assert await store.grants.all() == (grant,)
    assert await store.grants.remove(grant.id, note=note()) == grant
    assert await store.grants.remove(grant.id, note=note()) is None


async def test_a_user_has_their_own_grants_and_the_roles(store: SqliteStore) -> None:
    alice, bob = await a_user(store), await a_user(store, "bob")
    own = await store.grants.set(role=None, user_id=alice.id, group="lab", rights=3, note=note())
    roles = await store.grants.set(role="user", user_id=None, group="*", rights=1, note=note())
    await store.grants.set(role=None, user_id=bob.id, group="lab", rights=63, note=note())
    await store.grants.set(role="operator", user_id=None, group="*", rights=63, note=note())
    assert set(await store.grants.of_user(alice.id, "user")) == {own, roles}


async def test_nothing_is_granted_to_somebody_who_is_not_there(store: SqliteStore) -> None:
    with pytest.raises(Missing):
        await store.grants.set(role=None, user_id=99, group="lab", rights=3, note=note())
