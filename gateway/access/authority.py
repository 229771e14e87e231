"""Rights at machines: the union of what somebody was granted in a machine's groups, under role's and key's ceiling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from gateway.access.errors import Invalid, NotFound
from gateway.access.leases import Leases
from gateway.access.principal import Principal
from gateway.access.roles import EVERY_GROUP, Permission, Role
from gateway.access.texts import checked_text
from gateway.access.trail import Trail
from gateway.server.rights import Right, right_names, usable
from gateway.store.interface import Store
from gateway.store.records import Grant

GroupsOf = Callable[[str], Collection[str] | None]
"""The groups of a machine, None when there is no such machine."""


def rights_of(principal: Principal, grants: Iterable[Grant], machine: str, groups: Collection[str] | None) -> Right:
    """What `principal` may do at a machine; grants of others are passed over. NONE: it is not theirs to see."""
    if groups is None or principal.machine not in (None, machine):
        return Right.NONE
    if principal.role is Role.ADMIN:
        return usable(principal.ceiling)
    granted = Right.NONE
    for grant in grants:
        theirs = grant.role == principal.role or (grant.user_id is not None and grant.user_id == principal.user_id)
        if theirs and (grant.machine_group == EVERY_GROUP or grant.machine_group in groups):
            granted |= Right(grant.rights)
    return usable(granted & principal.ceiling)


class Authority:
    """Answers what somebody may do at machines, and changes it."""

    def __init__(self, store: Store, trail: Trail, leases: Leases, groups_of: GroupsOf) -> None:
        self._store = store
        self._trail = trail
        self._leases = leases
        self._groups_of = groups_of

    async def rights(self, principal: Principal, machine: str) -> Right:
        """What may be done at one machine; NONE: not even be seen."""
        return (await self.rights_at(principal, (machine,)))[machine]

    async def rights_at(self, principal: Principal, machines: Iterable[str]) -> Mapping[str, Right]:
        """The same for many machines in one go."""
        grants = await self._store.grants.of_user(principal.user_id, principal.role.value)
        return {name: rights_of(principal, grants, name, self._groups_of(name)) for name in machines}

    async def grants(self, by: Principal) -> tuple[Grant, ...]:
        """All grants. Raises `Forbidden`."""
        by.require(Permission.PEOPLE_SEE)
        return await self._store.grants.all()

    async def grant(
        self, by: Principal, group: str, rights: Right, *, role: Role | None = None, user_id: int | None = None
    ) -> Grant:
        """Give a role or a user these rights in a group, in place of those before. Raises `Forbidden`, `Invalid`,
        and `NotKept`, which only fewer rights can be."""
        target = f"grant:{role or user_id}@{group}"
        await self._trail.require(by, Permission.PEOPLE_CHANGE, "grant.set", target)
        if (role is None) is (user_id is None):
            raise Invalid("role", "A grant is for a role or for a user.")
        group = checked_text(group, "group", "A group's name", 64, least=1)
        note = self._trail.note(by, "grant.set", target, rights=" ".join(right_names(usable(rights))))
        before = next(
            (
                Right(grant.rights)
                for grant in await self._store.grants.all()
                if (grant.role, grant.user_id, grant.machine_group) == (role, user_id, group)
            ),
            Right.NONE,
        )
        less = not usable(rights) & ~before
        grant = await self._store.grants.set(
            role=role, user_id=user_id, group=group, rights=int(usable(rights)), less=less, note=note
        )
        await self._leases.recheck()
        self._trail.require_kept(note)
        return grant

    async def withdraw(self, by: Principal, grant_id: int) -> None:
        """Take a grant away; what it had opened ends. Raises `Forbidden`, `NotFound` and `NotKept`."""
        target = f"grant:{grant_id}"
        await self._trail.require(by, Permission.PEOPLE_CHANGE, "grant.remove", target)
        note = self._trail.note(by, "grant.remove", target)
        if await self._store.grants.remove(grant_id, note=note) is None:
            raise NotFound("There is no such grant.")
        await self._leases.recheck()
        self._trail.require_kept(note)
