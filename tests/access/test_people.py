from __future__ import annotations

import pytest

from gateway.access import Access, Forbidden, Invalid, NotFound, Principal, Role
from gateway.store.errors import LastAdmin, Taken
from tests.access.people import PASSWORD, ROOT, a_person, audited


async def test_an_admin_makes_changes_and_removes_users(access: Access) -> None:
    alice = await access.people.create(ROOT, "Alice", Role.USER, PASSWORD)
    assert (alice.name, alice.role, alice.origin) == ("alice", "user", "local")
    assert (await access.people.change(ROOT, alice.id, role=Role.OPERATOR)).role == "operator"
    assert (await access.people.change(ROOT, alice.id, disabled=True)).disabled
    assert await access.people.named(ROOT, "ALICE") == await access.people.get(ROOT, alice.id)
    await access.people.remove(ROOT, alice.id)
    for lost in (
        access.people.get(ROOT, alice.id),
        access.people.named(ROOT, "alice"),
        access.people.change(ROOT, alice.id, role=Role.USER),
        access.people.remove(ROOT, alice.id),
    ):
        with pytest.raises(NotFound):
            await lost
    kept = [(entry.action, dict(entry.detail)) for entry in reversed(await audited(access, action="user."))]
    assert kept == [
        ("user.create", {"role": "user", "by": "local"}),
        ("user.change", {"by": "local", "role": "operator"}),
        ("user.change", {"by": "local", "disabled": "true"}),
        ("user.remove", {"by": "local"}),
    ]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.USER, Role.OPERATOR])
async def test_nobody_else_does_and_nobody_makes_themselves_more(access: Access, role: Role) -> None:
    me: Principal = (await a_person(access, "me", role)).principal
    victim = await access.people.create(ROOT, "victim", Role.ADMIN, PASSWORD)
    assert me.user_id is not None
    writes = (
        access.people.create(me, "eve", Role.ADMIN, PASSWORD),
        access.people.change(me, me.user_id, role=Role.ADMIN),
        access.people.change(me, victim.id, disabled=True),
        access.people.remove(me, victim.id),
        access.people.reset_password(me, victim.id, "another long one"),
        access.sessions.revoke_all(me, victim.id),
    )
    for write in writes:
        with pytest.raises(Forbidden):
            await write
    refused = await audited(access, actor="me", outcome="refused")
    assert len(refused) == len(writes)
    assert await access.people.get(ROOT, victim.id) == victim
    assert (await access.people.get(me, me.user_id)).role == role


async def test_the_last_admin_stays(access: Access) -> None:
    root = (await a_person(access, "root", Role.ADMIN)).principal
    assert root.user_id is not None
    with pytest.raises(LastAdmin):
        await access.people.change(root, root.user_id, role=Role.USER)
    with pytest.raises(LastAdmin):
        await access.people.remove(root, root.user_id)
    assert root.user_id in {user.id for user in (await access.people.page(root)).items}


@pytest.mark.parametrize("name", ["", " ", "a b", "é", "-a", "a" * 65, "a/b", "a\0", "<b>"])
async def test_a_name_that_could_be_mistaken_is_not_taken(access: Access, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await access.people.create(ROOT, name, Role.USER, PASSWORD)
    assert refused.value.field == "name"


async def test_names_differ_in_more_than_case(access: Access) -> None:
    await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
    with pytest.raises(Taken):
        await access.people.create(ROOT, "ALICE", Role.USER, PASSWORD)


async def test_users_see_themselves_only(access: Access) -> None:
    alice, bob = (await a_person(access)).principal, (await a_person(access, "bob")).principal
    assert alice.user_id is not None
    assert bob.user_id is not None
    assert (await access.people.get(alice, alice.user_id)).name == "alice"
    for read in (access.people.get(alice, bob.user_id), access.people.named(alice, "bob"), access.people.page(alice)):
        with pytest.raises(Forbidden):
            await read
