from __future__ import annotations

import pytest

from gateway.access import Access, Forbidden, Invalid, Method, NotFound, Permission, Role, Scope
from gateway.access.policy import DAY
from gateway.store.errors import Taken
from tests.access.people import ELSEWHERE, HERE, ROOT, SetClock, a_person, audited


async def test_a_key_is_shown_once_and_opens_what_its_scopes_say(access: Access) -> None:
    alice = (await a_person(access, role=Role.OPERATOR)).principal
    secret, key = await access.keys.issue(alice, "ci", {Scope.READ})
    assert secret.startswith(f"{key.prefix}_")
    assert key.prefix.startswith("sg_")
    principal = await access.keys.find(secret, address=ELSEWHERE)
    assert principal is not None
    assert (principal.name, principal.method, principal.address) == ("alice", Method.KEY, ELSEWHERE)
    assert principal.may(Permission.DASHBOARD)
    assert not principal.may(Permission.SESSIONS_ACT)
    used = (await access.keys.page(alice)).items[0]
    assert used.last_used_from == ELSEWHERE
    assert secret not in repr(await audited(access))


@pytest.mark.parametrize("secret", ["", "sg_", "sg_000000000000_guess", "x" * 90, "sg_" + "x" * 1000])
async def test_what_is_no_key_of_ours_opens_nothing(access: Access, secret: str) -> None:
    assert await access.keys.find(secret, address=HERE) is None


async def test_a_key_expires(access: Access, clock: SetClock) -> None:
    alice = (await a_person(access)).principal
    secret, key = await access.keys.issue(alice, "ci", {Scope.OPERATE}, expires_in=DAY)
    assert key.expires_at == clock.time + DAY
    clock.time += DAY - 1
    assert await access.keys.find(secret, address=HERE) is not None
    clock.time += 1
    assert await access.keys.find(secret, address=HERE) is None


async def test_a_revoked_key_opens_nothing_and_only_its_owner_or_an_admin_revokes(access: Access) -> None:
    alice, bob = (await a_person(access)).principal, (await a_person(access, "bob")).principal
    secret, key = await access.keys.issue(alice, "ci", {Scope.OPERATE})
    with pytest.raises(NotFound):
        await access.keys.revoke(bob, key.id)
    with pytest.raises(Forbidden):
        await access.keys.revoke(bob, key.id, user_id=alice.user_id)
    with pytest.raises(Forbidden):
        await access.keys.page(bob, user_id=alice.user_id)
    await access.keys.revoke(alice, key.id)
    assert await access.keys.find(secret, address=HERE) is None
    _, again = await access.keys.issue(alice, "ci", {Scope.OPERATE})
    for somebody_else in (bob.user_id, None):
        with pytest.raises(NotFound):
            await access.keys.revoke(ROOT, again.id, user_id=somebody_else)
    await access.keys.revoke(ROOT, again.id, user_id=alice.user_id)


async def test_a_key_makes_no_wider_key_and_changes_no_password(access: Access) -> None:
    root = (await a_person(access, "root", Role.ADMIN)).principal
    operate = await access.keys.find((await access.keys.issue(root, "1", {Scope.OPERATE})).secret, address=HERE)
    admin = await access.keys.find((await access.keys.issue(root, "2", {Scope.ADMIN})).secret, address=HERE)
    assert operate is not None
    assert admin is not None
    with pytest.raises(Forbidden):
        await access.keys.issue(operate, "3", {Scope.ADMIN})
    for scope in Scope:
        await access.keys.issue(admin, f"by admin: {scope}", {scope})
    with pytest.raises(Forbidden):
        await access.people.change_password(admin, "old old old", "new new new")


async def test_a_key_has_a_name_scopes_and_a_sensible_expiry(access: Access) -> None:
    alice = (await a_person(access)).principal
    for name, scopes, expires_in in (
        ("", {Scope.READ}, None),
        ("x" * 300, {Scope.READ}, None),
        ("ci", set(), None),
        ("ci", {Scope.READ}, 0),
        ("ci", {Scope.READ}, -5),
        ("ci", {Scope.READ}, float("inf")),
        ("ci", {Scope.READ}, float("nan")),
    ):
        with pytest.raises(Invalid):
            await access.keys.issue(alice, name, scopes, expires_in=expires_in)
    await access.keys.issue(alice, "ci", {Scope.READ})
    with pytest.raises(Taken):
        await access.keys.issue(alice, " ci ", {Scope.READ})
    with pytest.raises(Forbidden):
        await access.keys.issue(ROOT, "ci", {Scope.READ})
    viewer = (await a_person(access, "vera", Role.VIEWER)).principal
    with pytest.raises(Forbidden):
        await access.keys.issue(viewer, "ci", {Scope.READ})
