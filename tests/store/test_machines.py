from __future__ import annotations

import pytest

from gateway.store import SqliteStore
from gateway.store.errors import Taken
from tests.store.rows import a_machine, a_ticket, a_user, audited, note


async def test_a_machine_is_kept_as_it_was_given(store: SqliteStore) -> None:
    machine = await a_machine(store)
    assert await store.machines.get("web") == machine
    assert machine.labels == {"os": "Débian"}
    assert machine.groups == ("lab", "prod")
    assert machine.options == {"password_file": "web.pw"}
    with pytest.raises(Taken):
        await a_machine(store)


async def test_of_two_who_edit_the_same_version_the_second_is_told(store: SqliteStore) -> None:
    machine = await a_machine(store)
    changed = await store.machines.change(
        "web", "spice://h:1", labels={}, groups=(), options={}, version=machine.version, note=note("machine.change")
    )
    assert changed is not None
    assert (changed.url, changed.version) == ("spice://h:1", 2)
    with pytest.raises(Taken):
        await store.machines.change(
            "web", "spice://h:2", labels={}, groups=(), options={}, version=1, note=note("machine.change")
        )
    assert await store.machines.get("web") == changed
    assert len(await audited(store, action="machine.change")) == 1
    gone = store.machines.change("no", "spice://h:1", labels={}, groups=(), options={}, version=1, note=note())
    assert await gone is None


async def test_a_machine_takes_its_tickets_along(store: SqliteStore) -> None:
    await a_machine(store, "demo")
    ticket = await a_ticket(store, await a_user(store))
    assert await store.machines.remove("demo", note=note())
    assert await store.tickets.get(ticket.id) is None
    assert not await store.machines.remove("demo", note=note())
