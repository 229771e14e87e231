"""Users: made, changed and removed by admins; passwords also by their owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.access.errors import Forbidden, Invalid, NotFound
from gateway.access.leases import Leases
from gateway.access.logins import LogIns, user_name
from gateway.access.passwords import Passwords
from gateway.access.principal import Principal
from gateway.access.roles import ROLE_PERMISSIONS, Permission, Role
from gateway.access.trail import Trail
from gateway.store.interface import Store
from gateway.store.paging import PAGE_ROWS
from gateway.store.records import Note, Page, User


class People:
    """Each write raises `Forbidden` unless `by` may, and is kept in the audit either way."""

    def __init__(self, store: Store, trail: Trail, leases: Leases, logins: LogIns, passwords: Passwords) -> None:
        self._store = store
        self._trail = trail
        self._leases = leases
        self._logins = logins
        self._passwords = passwords

    async def page(
        self, by: Principal, after: str | None = None, limit: int = PAGE_ROWS, *, words: Sequence[str] = ()
    ) -> Page[User]:
        """By name. Raises `Forbidden`."""
        by.require(Permission.PEOPLE_SEE)
        return await self._store.users.page(after, limit, words=words)

    async def get(self, by: Principal, user_id: int) -> User:
        """Oneself, or with PEOPLE_SEE anybody. Raises `Forbidden` and `NotFound`."""
        if user_id != by.user_id:
            by.require(Permission.PEOPLE_SEE)
        return await self._known(user_id)

    async def named(self, by: Principal, name: str) -> User:
        """Raises `Forbidden`, `Invalid` and `NotFound`."""
        by.require(Permission.PEOPLE_SEE)
        user = await self._store.users.find(user_name(name))
        if user is None:
            raise NotFound("There is no such user.")
        return user

    async def create(self, by: Principal, name: str, role: Role, password: str) -> User:
        """Raises `Forbidden`, `Invalid` and `Taken`."""
        await self._trail.require(by, Permission.PEOPLE_CHANGE, "user.create", f"user:{name}")
        name = user_name(name)
        self._passwords.check(password, name)
        hashed = await self._passwords.hash(password)
        note = self._trail.note(by, "user.create", f"user:{name}", role=role.value)
        return await self._store.users.add(name, role.value, "local", hashed, note=note)

    async def change(
        self, by: Principal, user_id: int, *, role: Role | None = None, disabled: bool | None = None
    ) -> User:
        """Give another role, bar, or let in again. What the user has open ends with the right to it.

        Raises `Forbidden`, `NotFound`, `LastAdmin`, and `NotKept`, which only what is taken away can be.
        """
        await self._trail.require(by, Permission.PEOPLE_CHANGE, "user.change", f"user:{user_id}")
        before = await self._known(user_id)
        note = self._trail.note(by, "user.change", f"user:{before.name}")
        what = {"role": role, "disabled": None if disabled is None else str(disabled).lower()}
        note = replace(note, detail={**note.detail, **{name: value for name, value in what.items() if value}})
        user = await self._store.users.change(
            user_id,
            role=role.value if role is not None else None,
            disabled=disabled,
            less=_is_less(before, role, disabled),
            note=note,
        )
        await self._leases.recheck(user_id)
        self._trail.require_kept(note)
        return user or await self._known(user_id)

    async def remove(self, by: Principal, user_id: int) -> None:
        """With log-ins, keys, tickets and grants. Raises `Forbidden`, `NotFound`, `LastAdmin` and `NotKept`."""
        await self._trail.require(by, Permission.PEOPLE_CHANGE, "user.remove", f"user:{user_id}")
        user = await self._known(user_id)
        note = self._trail.note(by, "user.remove", f"user:{user.name}")
        await self._store.users.remove(user_id, note=note)
        await self._leases.recheck(user_id)
        self._trail.require_kept(note)

    async def change_password(self, by: Principal, old: str, new: str) -> int:
        """Change one's own; the other log-ins end, how many is returned. Raises `Forbidden`, `Invalid`, `Refused`,
        `LockedOut` and `TooBusy`."""
        await self._trail.require(by, Permission.ACCOUNT, "password.change", f"user:{by.name}")
        if not by.is_person or by.user_id is None:
            raise Forbidden("A password is changed by its owner, who is logged in; a key cannot do it.")
        self._passwords.check(new, by.name, "new")
        if new == old:
            raise Invalid("new", "This is the old password.")
        user = await self._logins.confirm(by, old)
        note = self._trail.note(by, "password.change", f"user:{by.name}")
        return await self._set_password(user, new, by.session_id, note)

    async def reset_password(self, by: Principal, user_id: int, new: str) -> int:
        """Set somebody else's; all their log-ins end: how many. Raises `Forbidden`, `NotFound` and `Invalid`."""
        await self._trail.require(by, Permission.PEOPLE_CHANGE, "password.reset", f"user:{user_id}")
        if user_id == by.user_id:
            raise Forbidden("Your own password is changed with the old one.")
        user = await self._known(user_id)
        self._passwords.check(new, user.name, "new")
        note = self._trail.note(by, "password.reset", f"user:{user.name}")
        return await self._set_password(user, new, None, note)

    async def _set_password(self, user: User, new: str, keep_session: int | None, note: Note) -> int:
        hashed = await self._passwords.hash(new)
        ended = await self._store.users.set_password(user.id, hashed, keep_session=keep_session, note=note)
        await self._leases.recheck(user.id)
        return len(ended)

    async def _known(self, user_id: int) -> User:
        user = await self._store.users.get(user_id)
        if user is None:
            raise NotFound("There is no such user.")
        return user


def _is_less(before: User, role: Role | None, disabled: bool | None) -> bool:
    """Whether a change only takes away."""
    lower = role is None or ROLE_PERMISSIONS[role] <= ROLE_PERMISSIONS[Role(before.role)]
    return lower and disabled is not False
