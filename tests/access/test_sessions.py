from __future__ import annotations

import pytest

from gateway.access import Access, Forbidden, Invalid, NotFound, Refused, Role
from gateway.access.policy import HOUR
from tests.access.people import ELSEWHERE, HERE, PASSWORD, ROOT, WRONG, SetClock, a_person, audited, log_in


async def test_a_log_in_that_is_used_goes_on_and_ends_after_a_week(access: Access, clock: SetClock) -> None:
    entry = await a_person(access)
    for _ in range(20):
        clock.time += 8 * HOUR
        assert await access.sessions.find(entry.cookie, address=HERE) is not None
    clock.time += 8 * HOUR
    assert await access.sessions.find(entry.cookie, address=HERE) is None, "168 hours are over"
    assert entry.expires_at == clock.time


async def test_a_log_in_that_is_not_used_ends(access: Access, clock: SetClock) -> None:
    entry = await a_person(access)
    clock.time += 12 * HOUR - 1
    assert await access.sessions.find(entry.cookie, address=HERE) is not None
    clock.time += 12 * HOUR
    assert await access.sessions.find(entry.cookie, address=HERE) is None


@pytest.mark.parametrize("cookie", [None, "", "guess", "x" * 1000, "\udcff"])
async def test_what_is_no_cookie_of_ours_opens_nothing(access: Access, cookie: str | None) -> None:
    assert await access.sessions.find(cookie, address=HERE) is None


async def test_logging_out_ends_the_log_in_that_asks(access: Access) -> None:
    entry, other = await a_person(access), await log_in(access)
    await access.sessions.log_out(entry.principal)
    assert await access.sessions.find(entry.cookie, address=HERE) is None
    assert await access.sessions.find(other.cookie, address=HERE) is not None
    assert len(await audited(access, action="logout")) == 1


async def test_people_see_and_end_their_own_log_ins(access: Access) -> None:
    entry, other = await a_person(access), await log_in(access, address=ELSEWHERE)
    bob = await a_person(access, "bob")
    page = await access.sessions.page(entry.principal)
    assert [session.address for session in page.items] == [ELSEWHERE, HERE]
    assert other.principal.session_id is not None
    await access.sessions.revoke(entry.principal, other.principal.session_id)
    assert await access.sessions.find(other.cookie, address=HERE) is None
    assert bob.principal.session_id is not None
    with pytest.raises(NotFound):
        await access.sessions.revoke(entry.principal, bob.principal.session_id)
    with pytest.raises(Forbidden):
        await access.sessions.revoke(entry.principal, bob.principal.session_id, user_id=bob.principal.user_id)
    with pytest.raises(Forbidden):
        await access.sessions.page(entry.principal, user_id=bob.principal.user_id)
    with pytest.raises(Forbidden):
        await access.sessions.revoke_all(entry.principal, bob.principal.user_id)
    assert await access.sessions.find(bob.cookie, address=HERE) is not None
    assert [entry.outcome for entry in await audited(access, action="session.revoke-all")] == ["refused"]


async def test_an_admin_ends_anybodys(access: Access) -> None:
    root, alice = await a_person(access, "root", Role.ADMIN), await a_person(access)
    await log_in(access)
    assert len((await access.sessions.page(root.principal, user_id=alice.principal.user_id)).items) == 2
    assert await access.sessions.revoke_all(root.principal, alice.principal.user_id) == 2
    assert await access.sessions.revoke_all(root.principal) == 0
    assert await access.sessions.find(root.cookie, address=HERE) is not None


async def test_a_new_password_needs_the_old_one_and_ends_the_other_log_ins(access: Access) -> None:
    entry, other = await a_person(access), await log_in(access)
    with pytest.raises(Refused):
        await access.people.change_password(entry.principal, WRONG, "another long one")
    with pytest.raises(Invalid):
        await access.people.change_password(entry.principal, PASSWORD, "short")
    with pytest.raises(Invalid, match="old password"):
        await access.people.change_password(entry.principal, PASSWORD, PASSWORD)
    assert await access.people.change_password(entry.principal, PASSWORD, "another long one") == 1
    assert await access.sessions.find(entry.cookie, address=HERE) is not None
    assert await access.sessions.find(other.cookie, address=HERE) is None
    with pytest.raises(Refused):
        await log_in(access)
    await log_in(access, password="another long one")
    assert [entry.outcome for entry in await audited(access, action="password.change")] == ["ok"]


async def test_an_admin_sets_a_password_and_ends_all_log_ins(access: Access) -> None:
    root, alice = await a_person(access, "root", Role.ADMIN), await a_person(access)
    assert alice.principal.user_id is not None
    assert root.principal.user_id is not None
    assert await access.people.reset_password(root.principal, alice.principal.user_id, "another long one") == 1
    assert await access.sessions.find(alice.cookie, address=HERE) is None
    with pytest.raises(Forbidden, match="old one"):
        await access.people.reset_password(root.principal, root.principal.user_id, "another long one")
    with pytest.raises(NotFound):
        await access.people.reset_password(ROOT, 99, "another long one")
