from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.access import Access, Forbidden, Invalid, MachineDraft, NotFound, Role
from gateway.store.errors import Taken
from tests.access.people import ROOT, a_person, allow, audited

WEB = MachineDraft(
    "web", "spice+tls://10.0.0.5:5901", {"os": "Debian 12"}, ("lab",), {"password_file": "web.pw", "ca_file": "ca.pem"}
)


async def test_an_admin_adds_changes_and_removes_a_machine(access: Access) -> None:
    record = await access.machines.add(ROOT, WEB)
    assert (record.name, record.url, record.groups, record.version) == (WEB.name, WEB.url, ("lab",), 1)
    with pytest.raises(Taken):
        await access.machines.add(ROOT, WEB)
    changed = await access.machines.change(ROOT, replace(WEB, groups=("prod",)), 1)
    assert (changed.groups, changed.version) == (("prod",), 2)
    with pytest.raises(Taken, match="somebody else"):
        await access.machines.change(ROOT, WEB, 1)
    assert await access.machines.all() == [changed] == list((await access.machines.page(ROOT)).items)
    await access.machines.remove(ROOT, "web")
    for lost in (
        access.machines.remove(ROOT, "web"),
        access.machines.change(ROOT, WEB, 1),
        access.machines.get(ROOT, "web"),
    ):
        with pytest.raises(NotFound):
            await lost
    assert len(await audited(access, action="machine.")) == 3


@pytest.mark.parametrize("role", [Role.VIEWER, Role.USER, Role.OPERATOR])
async def test_nobody_else_says_where_a_machine_is(access: Access, role: Role) -> None:
    me = (await a_person(access, "me", role)).principal
    await access.machines.add(ROOT, WEB)
    for write in (
        access.machines.add(me, replace(WEB, name="evil")),
        access.machines.change(me, replace(WEB, url="spice://evil:1"), 1),
        access.machines.remove(me, "web"),
    ):
        with pytest.raises(Forbidden):
            await write
    assert (await access.machines.get(ROOT, "web")).url == WEB.url
    assert len(await audited(access, actor="me", outcome="refused")) == 3


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(WEB, name="../web"), "name"),
        (replace(WEB, name=""), "name"),
        (replace(WEB, url="10.0.0.5"), "url"),
        (replace(WEB, url="spice://user:secret@h:1"), "url"),
        (replace(WEB, url="spice://h:1?password=secret"), "url"),
        (replace(WEB, url="spice://[h:1"), "url"),
        (replace(WEB, url="spice://" + "h" * 600), "url"),
        (replace(WEB, labels={"": "x"}), "labels"),
        (replace(WEB, labels={"a": "x" * 501}), "labels"),
        (replace(WEB, labels={f"l{n}": "" for n in range(33)}), "labels"),
        (replace(WEB, groups=("*",)), "groups"),
        (replace(WEB, groups=tuple(f"g{n}" for n in range(33))), "groups"),
        (replace(WEB, options={"password": "secret"}), "options.password"),
        (replace(WEB, options={"password_file": "/etc/shadow"}), "options.password_file"),
        (replace(WEB, options={"password_file": "../spicegate.db"}), "options.password_file"),
        (replace(WEB, options={"password_file": ".."}), "options.password_file"),
        (replace(WEB, options={"ca_file": "a/b"}), "options.ca_file"),
        (replace(WEB, options={"password_env": "AWS_SECRET_ACCESS_KEY"}), "options.password_env"),
        (replace(WEB, options={"password_env": "SPICEGATE_MACHINE_"}), "options.password_env"),
        (replace(WEB, options={"title": ""}), "options.title"),
        (replace(WEB, options={"password_file": "a", "password_env": "SPICEGATE_MACHINE_A"}), "options.password_env"),
    ],
)
async def test_a_draft_with_a_mistake_is_refused_by_the_fields_name(
    access: Access, draft: MachineDraft, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await access.machines.add(ROOT, draft)
    assert refused.value.field == field
    assert await access.machines.all() == []


async def test_a_removed_machines_tickets_are_gone(access: Access) -> None:
    alice = (await a_person(access)).principal
    await allow(access, Role.USER)
    await access.machines.add(ROOT, replace(WEB, name="lab1"))
    _, ticket = await access.tickets.issue(alice, "lab1")
    await access.machines.remove(ROOT, "lab1")
    assert await access.store.tickets.get(ticket.id) is None
