"""Whatever text or number comes from outside, what is raised is ours, and what is kept can be read again."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.access import Access, AccessError, Invalid, MachineDraft, Policy, Role, Scope
from gateway.access.passwords import Passwords
from gateway.access.texts import checked_text, tamed_text
from gateway.store import SqliteStore, StoreError
from gateway.store.records import AuditFilter
from tests.access.people import GROUPS, HERE, PASSWORD, ROOT, a_person, allow

TEXTS = st.text(st.characters(), max_size=80) | st.text("\ud800\udfff\0\n'\"%<a1.", max_size=12)
NUMBERS = st.integers(-(2**70), 2**70)


@given(st.lists(TEXTS, min_size=3, max_size=3), NUMBERS)
@settings(max_examples=30, deadline=None)
def test_any_text_is_taken_or_refused_by_an_error_of_ours(texts: list[str], number: int) -> None:
    asyncio.run(say_everywhere(*texts, number=number))


async def say_everywhere(one: str, two: str, three: str, *, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        passwords = Passwords(Policy(), PasswordHasher(1, 8, 1))
        access = Access(await SqliteStore.open(Path(folder) / "s.db"), GROUPS.get, passwords=passwords)
        try:
            await allow(access, Role.USER)
            alice = (await a_person(access)).principal
            draft = MachineDraft("web", one, {two or "a": three}, (two,), {"title": one, "ca_file": three})
            titled = MachineDraft("titled", "spice://h:1", {"a": one}, (), {"title": two or "a"})
            for work in (
                access.logins.with_password(one, two, address=three, agent=one),
                access.logins.by_proxy(one, address=two, new_role=Role.USER),
                access.logins.set_up(one, two, PASSWORD, address=three),
                access.sessions.find(one, address=two),
                access.guests.find(one, address=two),
                access.sessions.revoke(alice, number),
                access.keys.find("sg_" + one, address=two),
                access.keys.issue(alice, one, {Scope.READ}),
                access.keys.page(alice, one),
                access.keys.revoke(alice, number),
                access.tickets.issue(alice, one, text=two),
                access.tickets.issue(alice, "lab1", text=two, lifetime=float(number)),
                access.tickets.issue(alice, "lab1", text=two),
                access.tickets.redeem(one, two, address=three),
                access.tickets.page(alice, two, machine=one),
                access.people.create(ROOT, one, Role.USER, two),
                access.people.create(alice, one, Role.ADMIN, two),
                access.people.change(ROOT, number, role=Role.VIEWER),
                access.people.page(ROOT, one, words=[two, three]),
                access.people.named(ROOT, one),
                access.authority.grant(ROOT, one, ROOT.rights, user_id=number),
                access.authority.grant(ROOT, one, ROOT.rights, role=Role.USER),
                access.machines.add(ROOT, draft),
                access.machines.add(ROOT, titled),
                access.machines.change(ROOT, titled, number),
                access.machines.remove(alice, one),
                access.machines.get(ROOT, one),
                access.trail.page(ROOT, AuditFilter(words=(one, two), actor=three, target=one), two),
                access.trail.write(ROOT, "message", one, text=two),
            ):
                await ours(work)
            await can_be_shown(access)
        finally:
            await access.close()


async def ours(work: Awaitable[object]) -> None:
    with suppress(AccessError, StoreError):
        await work


async def can_be_shown(access: Access) -> None:
    """As JSON in UTF-8, which is how everything leaves the gateway."""
    shown: list[object] = [
        [vars_of(entry) for entry in (await access.store.audit.page(AuditFilter(), limit=500)).items],
        [vars_of(user) for user in (await access.store.users.page(limit=500)).items],
        [vars_of(key) for key in (await access.store.keys.page()).items],
        [vars_of(ticket) for ticket in (await access.store.tickets.page()).items],
        [vars_of(grant) for grant in await access.store.grants.all()],
        [vars_of(machine) for machine in await access.machines.all()],
        [vars_of(login) for login in (await access.store.sessions.page(now=0, idle=60)).items],
    ]
    json.dumps(shown, ensure_ascii=False, allow_nan=False).encode()
    assert len([line async for line in await access.trail.csv(ROOT, AuditFilter())]) == 2
    async for lines in await access.trail.csv(ROOT, AuditFilter()):
        lines.encode()


def vars_of(record: object) -> dict[str, object]:
    names = [name for kind in type(record).__mro__ for name in getattr(kind, "__slots__", ())]
    return {name: getattr(record, name) for name in names}


async def test_a_client_that_calls_itself_strange_things_logs_in(tmp_path: Path) -> None:
    access = await Access.open(tmp_path / "s.db", GROUPS.get)
    try:
        await access.people.create(ROOT, "alice", Role.USER, PASSWORD)
        entry = await access.logins.with_password("alice", PASSWORD, address=HERE, agent="Fire\ud800fox\n" + "x" * 500)
        agent = (await access.sessions.page(entry.principal)).items[0].agent
        assert agent.startswith("Fire?fox?xxx")
        assert len(agent) == 200
    finally:
        await access.close()


@pytest.mark.parametrize("mark", ["\n", "\x1b", "\x9b", "\x85", "\u2028", "\u202e", "\u2066", "\ud800"])
def test_text_that_disturbs_what_stands_beside_it_is_refused_or_tamed(mark: str) -> None:
    with pytest.raises(Invalid, match="one line of characters that can be shown"):
        checked_text(f"a{mark}b", "title", "A title", 10)
    assert tamed_text(f"a{mark}b", 10) == "a?b"
