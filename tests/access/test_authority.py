from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.access import Access, Forbidden, Invalid, NotFound, Role, Scope
from gateway.server.rights import Right
from tests.access.people import GROUPS, ROOT, a_person, allow, audited

CONTROL = Right.VIEW | Right.CONTROL


async def test_nobody_but_an_admin_sees_a_machine_without_a_grant(access: Access) -> None:
    for role in (Role.VIEWER, Role.USER, Role.OPERATOR):
        entry = await a_person(access, role.value, role)
        assert set((await access.authority.rights_at(entry.principal, GROUPS)).values()) == {Right.NONE}
    admin = await a_person(access, "root", Role.ADMIN)
    assert set((await access.authority.rights_at(admin.principal, GROUPS)).values()) == {Right.ALL}


async def test_rights_are_the_union_over_a_machines_groups_of_own_and_roles_grants(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER, Right.VIEW, "*")
    await allow(access, Role.USER, CONTROL, "lab")
    await access.authority.grant(ROOT, "prod", Right.VIEW | Right.FILES, user_id=alice.user_id)
    await allow(access, Role.OPERATOR, Right.ALL, "*")
    assert await access.authority.rights_at(alice, GROUPS) == {
        "demo": Right.VIEW,
        "lab1": CONTROL,
        "prod1": Right.VIEW | Right.FILES,
        "both": CONTROL | Right.FILES,
    }


async def test_a_viewer_only_views_whatever_was_granted(access: Access) -> None:
    vera = (await a_person(access, "vera", Role.VIEWER)).principal
    await access.authority.grant(ROOT, "*", Right.ALL, user_id=vera.user_id)
    assert await access.authority.rights(vera, "lab1") == Right.VIEW


async def test_rights_without_the_right_to_view_are_none(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER, Right.CONTROL | Right.FILES)
    assert await access.authority.rights(alice, "lab1") == Right.NONE


async def test_a_machine_that_does_not_exist_is_nobodys_to_see(access: Access) -> None:
    assert await access.authority.rights(ROOT, "none") == Right.NONE


async def test_a_key_for_reading_views(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    assert await access.authority.rights(replace(alice, scopes=frozenset({Scope.READ})), "lab1") == Right.VIEW


async def test_only_admins_change_grants(access: Access) -> None:
    await allow(access, Role.USER, Right.VIEW)
    for role in (Role.VIEWER, Role.USER, Role.OPERATOR):
        principal = (await a_person(access, role.value, role)).principal
        with pytest.raises(Forbidden):
            await access.authority.grant(principal, "*", Right.ALL, user_id=principal.user_id)
        with pytest.raises(Forbidden):
            await access.authority.withdraw(principal, 1)
    refused = await audited(access, action="grant.", outcome="refused")
    assert [entry.actor for entry in refused] == ["operator"] * 2 + ["user"] * 2 + ["viewer"] * 2
    assert len(await access.authority.grants(ROOT)) == 1


async def test_a_grant_is_for_one_of_role_and_user_and_for_a_group(access: Access) -> None:
    for group, role, user_id in (("*", None, None), ("*", Role.USER, 1), ("", Role.USER, None)):
        with pytest.raises(Invalid):
            await access.authority.grant(ROOT, group, Right.ALL, role=role, user_id=user_id)
    with pytest.raises(NotFound):
        await access.authority.withdraw(ROOT, 99)
