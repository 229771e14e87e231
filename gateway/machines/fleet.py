"""The machines of a gateway, by name: where they come from, and how they change while sessions run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gateway.machines.machine import Machine
from gateway.machines.relay.machine import RelayMachine
from gateway.machines.spec import Origin, Spec
from gateway.server.closing import CloseCode, Closing
from gateway.spice.errors import UsageError

REMOVED = Closing(CloseCode.MACHINE_CLOSED, "The machine was taken out of the gateway.")


@dataclass(slots=True)
class Member:
    """A machine that is there, and how it was asked for."""

    spec: Spec
    machine: Machine


class Fleet:
    """`make` makes a machine from how it is asked for; `on_added` is called with each new one."""

    def __init__(self, make: Callable[[Spec], Machine], on_added: Callable[[Machine], None] = lambda _: None) -> None:
        self._make = make
        self._on_added = on_added
        self._members: dict[str, Member] = {}

    def __iter__(self) -> Iterator[Member]:
        return iter(tuple(self._members.values()))

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def get(self, name: str) -> Member | None:
        return self._members.get(name)

    def groups_of(self, name: str) -> tuple[str, ...] | None:
        """The groups of a machine; None when there is no such machine."""
        member = self._members.get(name)
        return member.spec.groups if member is not None else None

    def put(self, spec: Spec) -> Machine:
        """Add a machine, or change the one of this name: what runs on it goes on, new sessions get the new address.

        A machine of the configuration is not replaced by one of the store. Raises `UsageError`.
        """
        member = self._members.get(spec.name)
        if member is not None and (member.spec.origin, spec.origin) == (Origin.CONFIG, Origin.STORE):
            raise UsageError(f"there is a machine {spec.name} in the configuration")
        if member is not None and _can_change(member, spec):
            self._change(member, spec)
            return member.machine
        if member is not None:
            self.remove(spec.name)
        machine = self._make(spec)
        self._members[spec.name] = Member(spec, machine)
        self._on_added(machine)
        return machine

    def remove(self, name: str, closing: Closing = REMOVED) -> None:
        """Take a machine out and end its sessions; unknown ones are none of ours."""
        member = self._members.pop(name, None)
        if member is not None:
            member.machine.close(closing)

    def apply(self, specs: Iterable[Spec], origin: Origin) -> None:
        """Make the machines of one origin those; the others stay as they are."""
        wanted = {spec.name: spec for spec in specs}
        for member in self:
            if member.spec.origin is origin and member.spec.name not in wanted:
                self.remove(member.spec.name)
        for spec in wanted.values():
            self.put(spec)

    def close(self, closing: Closing) -> None:
        """End every session."""
        for member in self:
            member.machine.close(closing)

    @staticmethod
    def _change(member: Member, spec: Spec) -> None:
        if isinstance(member.machine, RelayMachine) and spec.endpoint is not None:
            member.machine.redirect(spec.endpoint, spec.password)
        member.spec = spec


def _can_change(member: Member, spec: Spec) -> bool:
    """Whether the machine that is there can become the one that is asked for."""
    if (member.spec.endpoint is None) is not (spec.endpoint is None):
        return False
    return spec.endpoint is not None or (member.spec.shell, member.spec.password) == (spec.shell, spec.password)
