from __future__ import annotations

import asyncio

import pytest

from gateway.store import SqliteStore
from gateway.store.errors import LastAdmin, Taken
from gateway.store.interface import SETUP_TOKEN
from gateway.store.records import Grant, Proof
from tests.store.rows import NOW, a_key, a_session, a_ticket, a_user, audited, note


async def test_a_user_is_found_by_name_and_by_id(store: SqliteStore) -> None:
    alice = await a_user(store)
    assert await store.users.find("alice") == alice == await store.users.get(alice.id)
    assert await store.users.find("Alice") is None
    assert "hash" not in repr(alice).replace("password_hash", "")


async def test_two_users_cannot_have_one_name_and_the_second_leaves_no_trace(store: SqliteStore) -> None:
    await a_user(store)
    with pytest.raises(Taken):
        await a_user(store)
    assert await store.users.count() == 1
    assert len(await audited(store, action="user.create")) == 1


async def test_the_last_admin_can_be_neither_demoted_nor_disabled_nor_removed(store: SqliteStore) -> None:
    root = await a_user(store, "root", "admin")
    for change in (
        store.users.change(root.id, role="user", note=note()),
        store.users.change(root.id, disabled=True, note=note()),
        store.users.remove(root.id, note=note()),
    ):
        with pytest.raises(LastAdmin):
            await change
    assert await store.users.get(root.id) == root
    await a_user(store, "second", "admin")
    assert await store.users.remove(root.id, note=note("user.remove"))
    assert len(await audited(store, action="user.remove")) == 1


async def test_who_is_not_an_admin_can_be_removed_while_there_is_none(store: SqliteStore) -> None:
    alice = await a_user(store)
    assert await store.users.remove(alice.id, note=note())
    assert not await store.users.remove(alice.id, note=note())


async def test_a_disabled_user_loses_all_log_ins(store: SqliteStore) -> None:
    alice = await a_user(store)
    session = await a_session(store, alice)
    await store.users.change(alice.id, disabled=True, note=note())
    assert not await store.standing([Proof("session", session.id)], now=NOW, idle=60)
    await store.users.change(alice.id, disabled=False, note=note())
    assert await store.sessions.find("token hash", now=NOW, idle=60) is None


async def test_a_new_password_ends_the_other_log_ins_only(store: SqliteStore) -> None:
    alice = await a_user(store)
    mine, other = await a_session(store, alice, "1"), await a_session(store, alice, "2")
    ended = await store.users.set_password(alice.id, "new hash", keep_session=mine.id, note=note(at=NOW + 1))
    assert ended == (other.id,)
    assert await store.sessions.find("1", now=NOW, idle=60)
    changed = await store.users.get(alice.id)
    assert changed is not None
    assert (changed.password_hash, changed.password_at) == ("new hash", NOW + 1)


async def test_a_password_that_is_hashed_anew_ends_no_log_in(store: SqliteStore) -> None:
    alice = await a_user(store)
    await a_session(store, alice)
    assert await store.users.set_password(alice.id, "new parameters", note=None) == ()
    assert await store.sessions.find("token hash", now=NOW, idle=60)


async def test_removing_a_user_takes_all_that_was_theirs(store: SqliteStore) -> None:
    alice = await a_user(store)
    session, key, ticket = await a_session(store, alice), await a_key(store, alice), await a_ticket(store, alice)
    await store.grants.set(role=None, user_id=alice.id, group="lab", rights=1, note=note())
    proofs = [Proof("session", session.id), Proof("key", key.id), Proof("ticket", ticket.id), Proof("user", alice.id)]
    assert set(await store.standing(proofs, now=NOW, idle=60)) == set(proofs)
    await store.users.remove(alice.id, note=note())
    assert await store.standing(proofs, now=NOW, idle=60) == {}
    assert await store.grants.all() == ()
    assert await store.faults() == []


async def test_the_set_up_token_makes_one_admin_however_many_try(store: SqliteStore) -> None:
    grants = [Grant(0, "user", None, "*", 63)]
    await store.settings.set(SETUP_TOKEN, "right", now=NOW)
    assert await store.users.add_first_admin("wrong", "eve", "h", grants, note=note()) is None
    made = await asyncio.gather(
        *(store.users.add_first_admin("right", f"root{i}", "h", grants, note=note("setup")) for i in range(20))
    )
    assert sum(user is not None for user in made) == 1
    assert await store.users.count() == 1
    assert [grant.rights for grant in await store.grants.all()] == [63]
    assert await store.settings.get(SETUP_TOKEN) is None
    assert len(await audited(store, action="setup")) == 1


async def test_a_set_up_token_makes_no_second_admin(store: SqliteStore) -> None:
    await a_user(store, "root", "admin")
    await store.settings.set(SETUP_TOKEN, "right", now=NOW)
    assert await store.users.add_first_admin("right", "eve", "h", [], note=note()) is None


async def test_users_are_listed_by_name_and_found_by_words(store: SqliteStore) -> None:
    for name in ("carol", "alice", "bob"):
        await a_user(store, name, "viewer" if name == "bob" else "user")
    assert [user.name for user in (await store.users.page()).items] == ["alice", "bob", "carol"]
    assert [user.name for user in (await store.users.page(words=["VIEW"])).items] == ["bob"]
    assert [user.name for user in (await store.users.page(words=["a", "user"])).items] == ["alice", "carol"]
