from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gateway.access import Access, Forbidden, Invalid, Role, Scope
from gateway.access.policy import DAY, HOUR
from gateway.access.trail import CSV_COLUMNS
from gateway.store.paging import MAX_PAGE_ROWS
from gateway.store.records import AuditFilter, Note
from tests.access.people import ELSEWHERE, HERE, PASSWORD, ROOT, SetClock, a_person, allow, audited


async def test_only_admins_read_the_audit(access: Access) -> None:
    operator = (await a_person(access, "olga", Role.OPERATOR)).principal
    with pytest.raises(Forbidden):
        await access.trail.page(operator, AuditFilter())
    with pytest.raises(Forbidden):
        await access.trail.csv(operator, AuditFilter())
    assert (await access.trail.page(ROOT, AuditFilter(action="user."))).items[0].target == "user:olga"


async def test_trying_again_and_again_does_not_fill_the_audit(access: Access) -> None:
    operator = (await a_person(access, "olga", Role.OPERATOR)).principal
    for _ in range(30):
        with pytest.raises(Forbidden):
            await access.machines.remove(operator, "web")
    assert len(await audited(access, outcome="refused")) == 20


async def test_a_network_that_is_none_is_refused(access: Access) -> None:
    with pytest.raises(Invalid):
        await access.trail.page(ROOT, AuditFilter(network="10.0.0.0/99"))
    with pytest.raises(Invalid):
        await access.trail.csv(ROOT, AuditFilter(network="somewhere"))


async def test_the_csv_has_all_matching_rows_and_no_formula(access: Access, clock: SetClock) -> None:
    rows = MAX_PAGE_ROWS + 3
    for number in range(rows):
        await access.store.audit.add(Note(clock.time + number, "=HYPERLINK(1)", None, HERE, "x", '-2+3,"\n'))
    await access.trail.write(ROOT, "session.end", "session:1", user="alice")
    text = "".join([lines async for lines in await access.trail.csv(ROOT, AuditFilter(action="x"))])
    table = list(csv.reader(io.StringIO(text)))
    assert tuple(table[0]) == CSV_COLUMNS
    assert len(table) == 1 + rows
    assert table[-1][2] == "'=HYPERLINK(1)"
    assert table[-1][5] == "'-2+3,\"\n"
    assert table[-1][1] == "2027-01-15T08:00:00.000+00:00"


async def test_the_store_holds_hashes_only(access: Access, path: Path) -> None:
    token = await access.logins.begin_setup()
    assert token is not None
    setup = await access.logins.set_up(token, "root", "the set-up password", address=HERE)
    alice = await a_person(access)
    await allow(access, Role.USER)
    key = await access.keys.issue(alice.principal, "ci", {Scope.ADMIN})
    ticket = await access.tickets.issue(alice.principal, "lab1")
    used = await access.tickets.issue(alice.principal, "lab1")
    await access.tickets.redeem(used.secret, "lab1", address=ELSEWHERE)
    for name, password in (("alice", "a mistyped secret"), ("secret in the wrong field", "alice")):
        with pytest.raises(Exception, match="wrong"):
            await access.logins.with_password(name, password, address=HERE)
    await access.people.change_password(alice.principal, PASSWORD, "the new password")
    backup = path.with_name("backup.db")
    await access.back_up(ROOT, backup)
    secrets = (
        token,
        setup.cookie,
        alice.cookie,
        key.secret,
        key.secret.rpartition("_")[2],
        ticket.secret,
        used.secret,
        PASSWORD,
        "the set-up password",
        "a mistyped secret",
        "secret in the wrong field",
        "the new password",
    )
    await access.close()
    for file in path.parent.iterdir():
        content = file.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content, f"{secret} in {file.name}"
    assert key.key.prefix.encode() in path.read_bytes(), "the search finds what is there"


async def test_every_kind_of_write_is_in_the_audit(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    await access.tickets.issue(alice, "lab1")
    await access.keys.issue(alice, "ci", {Scope.READ})
    await access.sessions.log_out(alice)
    actions = [(entry.actor, entry.action, entry.target, entry.address) for entry in await audited(access)]
    assert actions == [
        ("alice", "logout", "user:alice", HERE),
        ("alice", "key.create", "key:ci", HERE),
        ("alice", "ticket.create", "machine:lab1", HERE),
        ("root", "grant.set", "grant:user@*", "local"),
        ("alice", "login", "user:alice", HERE),
        ("root", "user.create", "user:alice", "local"),
    ]


async def test_a_clock_that_is_set_forward_for_a_while_deletes_nothing(access: Access, clock: SetClock) -> None:
    await a_person(access)
    kept = await audited(access)
    assert kept
    clock.ahead = 3 * 365 * DAY
    for _ in range(23):
        clock.time += HOUR
        await access.tend()
    assert await audited(access) == kept
    for _ in range(3):
        clock.time += HOUR
        await access.tend()
    assert await audited(access) == []
