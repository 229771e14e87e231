from __future__ import annotations

import asyncio
from dataclasses import replace
from time import thread_time

import pytest

from gateway.access import Access, Invalid, LockedOut, Method, Permission, Refused, Role
from gateway.access.logins import WRONG as WRONG_SENTENCE
from gateway.access.passwords import Passwords
from gateway.access.policy import MAX_USERS_SESSIONS
from gateway.server.rights import Right
from tests.access.people import ELSEWHERE, HERE, PASSWORD, ROOT, WRONG, SetClock, a_person, audited, log_in


async def test_name_and_password_open_a_log_in(access: Access) -> None:
    await access.people.create(ROOT, "alice", Role.OPERATOR, PASSWORD)
    entry = await log_in(access, " Alice ")
    principal = await access.sessions.find(entry.cookie, address=ELSEWHERE)
    assert principal is not None
    assert (principal.name, principal.role, principal.method) == ("alice", Role.OPERATOR, Method.SESSION)
    assert principal == replace(entry.principal, address=ELSEWHERE)
    assert [(e.actor, e.address, e.outcome) for e in await audited(access, action="login")] == [("alice", HERE, "ok")]


async def test_unknown_disabled_passwordless_and_mistyped_look_the_same(access: Access) -> None:
    await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
    barred = await access.people.create(ROOT, "barred", Role.USER, PASSWORD)
    await access.people.change(ROOT, barred.id, disabled=True)
    await access.logins.by_proxy("proxied", address=HERE, new_role=Role.USER)
    for name, password in (("nobody", PASSWORD), ("barred", PASSWORD), ("proxied", PASSWORD), ("alice", WRONG)):
        with pytest.raises(Refused) as refused:
            await log_in(access, name, password, f"2001:db8:{len(name)}::1")
        assert str(refused.value) == WRONG_SENTENCE


async def test_the_audit_of_a_failure_never_holds_what_was_typed(access: Access) -> None:
    await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
    for name, password in (("my-secret-passw0rd", "alice"), ("alice", "typed-secret-1")):
        with pytest.raises(Refused):
            await log_in(access, name, password)
    kept = await audited(access, action="login")
    assert [(entry.target, entry.outcome) for entry in kept] == [("user:alice", "failed"), ("user:?", "failed")]
    assert "secret" not in repr(kept)


async def test_five_wrong_passwords_bar_the_address_and_the_right_one_comes_too_late(
    access: Access, clock: SetClock
) -> None:
    await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
    for _ in range(5):
        with pytest.raises(Refused):
            await log_in(access, password=WRONG)
    with pytest.raises(LockedOut):
        await log_in(access)
    await log_in(access, address=ELSEWHERE)
    clock.time += 300
    await log_in(access)
    failures = await audited(access, action="login", outcome="failed")
    assert [entry.detail for entry in failures] == [{"barred": "address"}, {}, {}, {}, {}]
    assert access.logins.outcomes == {"ok": 2, "failed": 5, "barred": 1, "busy": 0}


async def test_guessing_does_not_fill_the_audit(access: Access, clock: SetClock) -> None:
    for number in range(250):
        with pytest.raises(Refused):
            await log_in(access, f"name{number}", address=f"198.51.100.{number}")
    assert len(await audited(access, action="login")) == 200
    clock.time += 1
    with pytest.raises(Refused):
        await log_in(access, "nobody", address="203.0.113.1")
    assert dict((await audited(access, action="login"))[0].detail) == {"unkept": "50"}


async def test_an_account_guessed_from_everywhere_stays_open_for_its_user(access: Access) -> None:
    await a_person(access)
    for number in range(50):
        with pytest.raises(Refused):
            await log_in(access, password=WRONG, address=f"198.51.100.{number}")
    with pytest.raises(LockedOut):
        await log_in(access, address="203.0.113.1")
    await log_in(access, address=HERE)


async def test_so_many_log_ins_at_once_do_not_stall_the_loop(access: Access) -> None:
    await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            begin = thread_time()
            await asyncio.sleep(0)
            longest = max(longest, thread_time() - begin)

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        await asyncio.gather(*(log_in(access, address=f"10.0.0.{number % 200}") for number in range(300)))
        watching.cancel()
    assert longest < 0.5, "seconds of the loop's own work, however busy the computer is"
    page = await access.store.sessions.page(limit=500, now=access.clock.wall(), idle=60)
    assert len(page.items) == MAX_USERS_SESSIONS


async def test_a_password_hashed_long_ago_is_hashed_anew_at_log_in(access: Access) -> None:
    await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
    old = await access.store.users.find("alice")
    today = Passwords(access.policy)
    try:
        access.logins._passwords = today
        await log_in(access)
        new = await access.store.users.find("alice")
        assert old is not None
        assert new is not None
        assert old.password_hash != new.password_hash
        assert not today.is_dated(new.password_hash or "")
        assert old.password_at == new.password_at
        await log_in(access)
    finally:
        today.close()


async def test_the_set_up_link_makes_the_first_admin_exactly_once(access: Access) -> None:
    token = await access.logins.begin_setup()
    assert token is not None
    assert await access.logins.is_setup_token(token)

    async def claim(number: int) -> str:
        entry = await access.logins.set_up(token, f"root{number}", PASSWORD, address=HERE)
        return entry.principal.name

    results = await asyncio.gather(*(claim(number) for number in range(20)), return_exceptions=True)
    names = [result for result in results if isinstance(result, str)]
    assert len(names) == 1
    assert sum(isinstance(result, Refused) for result in results) == 19
    entry = await log_in(access, names[0])
    assert entry.principal.role is Role.ADMIN
    assert await access.logins.begin_setup() is None
    assert not await access.logins.is_setup_token(token)
    assert len(await audited(access, action="setup")) == 1


async def test_a_newer_set_up_link_replaces_the_one_before(access: Access) -> None:
    first, second = await access.logins.begin_setup(), await access.logins.begin_setup()
    assert first is not None
    assert second is not None
    with pytest.raises(Refused):
        await access.logins.set_up(first, "root", PASSWORD, address=HERE)
    with pytest.raises(Refused):
        await access.logins.set_up("x" * 10_000, "root", PASSWORD, address=HERE)
    with pytest.raises(Invalid):
        await access.logins.set_up(second, "root", "short", address=HERE)
    await access.logins.set_up(second, "root", PASSWORD, address=HERE)


async def test_a_gateway_that_was_set_up_lets_users_open_machines_and_viewers_look(access: Access) -> None:
    token = await access.logins.begin_setup()
    assert token is not None
    await access.logins.set_up(token, "root", PASSWORD, address=HERE)
    user, viewer = await a_person(access), await a_person(access, "vera", Role.VIEWER)
    assert await access.authority.rights(user.principal, "lab1") == Right.ALL
    assert await access.authority.rights(viewer.principal, "lab1") == Right.VIEW


async def test_a_trusted_proxys_users_come_in_without_a_password(access: Access) -> None:
    first = await access.logins.by_proxy("Carol@example.org", address=HERE, new_role=Role.VIEWER)
    assert (first.name, first.role, first.method) == ("carol@example.org", Role.VIEWER, Method.PROXY)
    assert await access.logins.by_proxy("carol@example.org", address=HERE, new_role=Role.ADMIN) == first
    assert len(await audited(access, action="user.create")) == 1


async def test_a_trusted_proxy_brings_nobody_who_is_unknown_barred_or_no_name(access: Access) -> None:
    with pytest.raises(Refused):
        await access.logins.by_proxy("carol", address=HERE, new_role=None)
    user = await access.people.create(ROOT, "carol", Role.USER, PASSWORD)
    await access.people.change(ROOT, user.id, disabled=True)
    with pytest.raises(Refused):
        await access.logins.by_proxy("carol", address=HERE, new_role=Role.USER)
    for name in ("", "a b", "x" * 65, "<script>", "-dash", "a\nb"):
        with pytest.raises(Invalid):
            await access.logins.by_proxy(name, address=HERE, new_role=Role.USER)


async def test_first_requests_of_a_proxys_user_at_once_make_one_user(access: Access) -> None:
    found = await asyncio.gather(
        *(access.logins.by_proxy("carol", address=HERE, new_role=Role.USER) for _ in range(10))
    )
    assert len(set(found)) == 1
    assert found[0].may(Permission.CONSOLE)


@pytest.mark.parametrize(
    "name",
    [
        "\N{KELVIN SIGN}ate",
        "k\N{COMBINING ACUTE ACCENT}ate",
        "\N{NO-BREAK SPACE}kate",
        "\N{FULLWIDTH LATIN SMALL LETTER K}ate",
    ],
)
async def test_a_name_that_looks_like_somebodys_is_not_theirs(access: Access, name: str) -> None:
    await a_person(access, "kate")
    with pytest.raises(Invalid):
        await access.logins.by_proxy(name, address=HERE, new_role=None)
    with pytest.raises(Invalid):
        await access.people.create(ROOT, name, Role.USER, PASSWORD)
