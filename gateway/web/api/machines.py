"""Machines: everybody sees theirs; admins add, edit and remove those of the store."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from gateway.access import MachineDraft, NotFound, Permission
from gateway.machines.asking import ask_all
from gateway.machines.fleet import Member
from gateway.machines.spec import Origin
from gateway.server.rights import Right, right_names
from gateway.store.errors import Taken
from gateway.store.records import MachineRecord
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Page, PageQuery, Shape, page_by_name, when
from gateway.web.keys import NATIVE
from gateway.web.reloading import STORE_MACHINES

machines = Resource("machines", "Machines: those of the configuration, and those added here.")

IN_CONFIG = "This machine stands in the configuration: change it there and reload."

Name = Annotated[str, Field(min_length=1, max_length=64)]


class ChannelName(Shape):
    """A registered channel."""

    type: str
    id: int


class NativePorts(Shape):
    """Where native clients come in; null: not that way."""

    port: int | None
    tls_port: int | None


class MachineOptions(Shape):
    """More about a machine. Files are named without a path: they lie in the directory `secrets` of the gateway's
    state. Variables begin with `SPICEGATE_MACHINE_`."""

    title: str | None = None
    password_file: str | None = None
    password_env: str | None = None
    ca_file: str | None = None
    host_subject: str | None = None


class StoredMachine(Shape):
    """What was said of a machine that was added here. Only for those who may change it."""

    version: int
    """Give it back with a change."""
    options: MachineOptions
    created_at: datetime
    changed_at: datetime
    fault: str | None
    """Why it cannot be used; null: it can."""


class MachineView(Shape):
    """A machine that you may open, or watch over."""

    name: str
    title: str
    kind: Literal["demo", "relay"]
    origin: Origin
    address: str | None
    """Where it is; null: that is not for you to see."""
    labels: dict[str, str]
    groups: list[str]
    state: Literal["unknown", "up", "away"]
    since: datetime
    """When the state began."""
    error: str
    """Why it is away."""
    sessions: int
    rights: list[str]
    """What you may do there."""
    channels: list[ChannelName]
    native: NativePorts | None
    """Null: it takes no native clients."""
    stored: StoredMachine | None


class MachineChange(Shape):
    """A machine as it is to be."""

    url: Annotated[str, Field(min_length=1, max_length=500)]
    """`spice://host:5900[?tls-port=5901]`, `spice+tls://`, `spice+unix:///path`, `spice+ws(s)://`."""
    labels: Annotated[dict[str, str], Field(max_length=32)] = Field(default_factory=dict)
    groups: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    options: MachineOptions = MachineOptions()


class NewMachine(MachineChange):
    """A machine that is to be added."""

    name: Name


class ChangedMachine(MachineChange):
    """A machine that is to be changed."""

    version: Annotated[int, Field(ge=1, le=2**53 - 1)]
    """The one that was seen: when somebody else changed it since, nothing is changed (409)."""


def draft_of(name: str, change: MachineChange) -> MachineDraft:
    options = change.options.model_dump(exclude_none=True)
    return MachineDraft(name, change.url, change.labels, change.groups, options)


def machine_view(ask: Ask, member: Member, rights: Right, record: MachineRecord | None = None) -> MachineView:
    """A member as the one who asks may see it."""
    native = ask.request.app[NATIVE].get(member.spec.name)
    watches = ask.by.may(Permission.DASHBOARD)
    return machine_facts(
        member,
        rights=list(right_names(rights)),
        address=member.machine.address if watches else None,
        native=NativePorts(port=native.port or None, tls_port=native.tls_port or None) if native is not None else None,
        stored=stored_view(ask, record) if record is not None else None,
    )


def machine_facts(
    member: Member,
    *,
    rights: list[str],
    address: str | None,
    native: NativePorts | None = None,
    stored: StoredMachine | None = None,
) -> MachineView:
    """What is known of a member."""
    spec, machine = member.spec, member.machine
    health, server = machine.health, machine.server
    return MachineView(
        name=spec.name,
        title=spec.title or spec.name,
        kind="demo" if spec.endpoint is None else "relay",
        origin=spec.origin,
        address=address,
        labels=dict(spec.labels),
        groups=list(spec.groups),
        state=health.state.value,
        since=when(health.since),
        error=health.error,
        sessions=len(server.clients),
        rights=rights,
        channels=[ChannelName(type=channel.type.name.lower(), id=channel.id) for channel in server.channels],
        native=native,
        stored=stored,
    )


def stored_view(ask: Ask, record: MachineRecord) -> StoredMachine:
    return StoredMachine(
        version=record.version,
        options=MachineOptions.model_validate(dict(record.options)),
        created_at=when(record.created_at),
        changed_at=when(record.changed_at),
        fault=ask.request.app[STORE_MACHINES].faults.get(record.name),
    )


async def find(ask: Ask, name: str) -> tuple[Member, Right]:
    """A machine that is theirs to see. Raises `NotFound`."""
    member = ask.fleet.get(name)
    rights = await ask.access.authority.rights(ask.by, name)
    if member is None or not (rights or ask.by.may(Permission.DASHBOARD)):
        raise NotFound("There is no such machine.")
    return member, rights


async def record_of(ask: Ask, member: Member) -> MachineRecord | None:
    """What the store has of a machine, for those who may change it."""
    if member.spec.origin is not Origin.STORE or not ask.by.may(Permission.MACHINES_CHANGE):
        return None
    return await ask.access.machines.get(ask.by, member.spec.name)


@machines.get("/machines", Permission.CONSOLE)
async def list_machines(ask: Ask, query: PageQuery) -> Page[MachineView]:
    """Machines by name: those that you may open; all of them for those who see the dashboard."""
    members = {member.spec.name: member for member in ask.fleet}
    rights = await ask.access.authority.rights_at(ask.by, members)
    watches = ask.by.may(Permission.DASHBOARD)
    names = sorted(name for name in members if rights[name] or watches)
    page = page_by_name(names, names, query)
    shown = [members[name] for name in page.items]
    await ask_all(member.machine for member in shown)
    views = [machine_view(ask, member, rights[member.spec.name], await record_of(ask, member)) for member in shown]
    return Page(items=views, next=page.next)


@machines.post("/machines", Permission.MACHINES_CHANGE, status=201, problems=(409,))
async def add_machine(ask: Ask, body: NewMachine) -> MachineView:
    """Add a machine to the store; it is there at once."""
    draft, store = draft_of(body.name, body), ask.request.app[STORE_MACHINES]
    for member in ask.fleet:
        if member.spec.name.lower() == body.name.lower():  # nobody tells Lab1 from LAB1 when it is late
            raise Taken(f"There is a machine {member.spec.name} already.")
    draft.check()
    store.spec(as_record(draft))
    store.put(await ask.access.machines.add(ask.by, draft))
    await ask.access.leases.recheck()
    return await show_machine(ask, body.name)


@machines.get("/machines/{machine}", Permission.CONSOLE)
async def show_machine(ask: Ask, machine: Name) -> MachineView:
    """One machine."""
    member, rights = await find(ask, machine)
    await ask_all([member.machine])
    return machine_view(ask, member, rights, await record_of(ask, member))


@machines.put("/machines/{machine}", Permission.MACHINES_CHANGE, problems=(409,))
async def change_machine(ask: Ask, machine: Name, body: ChangedMachine) -> MachineView:
    """Change a machine of the store. What runs there goes on as far as its rights do; new sessions get the new
    address."""
    _not_in_config(ask, machine)
    draft, store = draft_of(machine, body), ask.request.app[STORE_MACHINES]
    draft.check()
    store.spec(as_record(draft))
    store.put(await ask.access.machines.change(ask.by, draft, body.version))
    await ask.access.leases.recheck()
    return await show_machine(ask, machine)


@machines.delete("/machines/{machine}", Permission.MACHINES_CHANGE, problems=(409,))
async def remove_machine(ask: Ask, machine: Name) -> None:
    """Remove a machine of the store. Its sessions end, its tickets go."""
    _not_in_config(ask, machine)
    await ask.access.machines.remove(ask.by, machine)
    ask.request.app[STORE_MACHINES].remove(machine)
    await ask.access.leases.recheck()


def as_record(draft: MachineDraft) -> MachineRecord:
    """A draft as it would be kept."""
    return MachineRecord(draft.name, draft.url, draft.labels, draft.groups, draft.options, 1, 0.0, 0.0)


def _not_in_config(ask: Ask, name: str) -> None:
    member = ask.fleet.get(name)
    if member is not None and member.spec.origin is Origin.CONFIG:
        raise Taken(IN_CONFIG)
