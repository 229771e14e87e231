"""The ways in: name and password, the set-up link, the word of a trusted proxy."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from gateway.access.errors import Invalid, LockedOut, Refused, TooBusy
from gateway.access.lockout import Lockout
from gateway.access.passwords import Passwords
from gateway.access.principal import Method, Principal, principal_of
from gateway.access.roles import FIRST_GRANTS, Role
from gateway.access.sessions import Entry, Sessions
from gateway.access.tokens import MAX_SECRET_LENGTH, digest, new_secret
from gateway.access.trail import Trail
from gateway.store.errors import Taken
from gateway.store.interface import SETUP_TOKEN, Store
from gateway.store.records import Grant, Proof, User

WRONG: Final = "The name or the password is wrong."
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


def user_name(name: str, field: str = "name") -> str:
    """The name as it is kept: lower case. Raises `Invalid`.

    Some letters are another's lower case (the sign for kelvin is k's): a proxy that knows both knows two people.
    """
    plain = name.strip(" ").lower() if name.isascii() else ""
    if not _NAME.fullmatch(plain):
        raise Invalid(field, "A user's name has 1 to 64 characters: letters a to z, digits, and . _ @ - inside.")
    return plain


class LogIns:
    """Turns proofs of who somebody is into log-ins."""

    def __init__(self, store: Store, trail: Trail, sessions: Sessions, passwords: Passwords, lockout: Lockout) -> None:
        self._store = store
        self._trail = trail
        self._sessions = sessions
        self._passwords = passwords
        self._lockout = lockout
        self.outcomes: Counter[str] = Counter({"ok": 0, "failed": 0, "barred": 0, "busy": 0})
        """How passwords were answered since the start, for the metrics."""

    async def with_password(self, name: str, password: str, *, address: str, agent: str = "") -> Entry:
        """Log in. Raises `Refused`, `LockedOut` and `TooBusy`; unknown, disabled and mistyped look the same."""
        name = name.strip().lower()[: MAX_SECRET_LENGTH + 1]
        user = await self._verified(name, password, address)
        if user.password_hash is not None and self._passwords.is_dated(user.password_hash):
            await self._store.users.set_password(user.id, await self._passwords.hash(password), note=None)
        note = self._trail.stranger(address, "login", f"user:{user.name}", name=user.name)
        return await self._sessions.open(user, agent=agent, method="password", note=note)

    async def confirm(self, by: Principal, password: str) -> User:
        """Whether whoever is logged in knows the password: before it is changed. Raises as `with_password`."""
        return await self._verified(by.name, password, by.address)

    async def begin_setup(self) -> str | None:
        """A token for the one-time link that makes the first admin, in place of any before; None: there is one."""
        if await self._store.users.has_admin():
            return None
        token = new_secret()
        await self._store.settings.set(SETUP_TOKEN, digest(token), now=self._trail.now())
        return token

    async def is_setup_token(self, token: str) -> bool:
        """Whether the link would still work; it is not spent."""
        return len(token) <= MAX_SECRET_LENGTH and await self._store.settings.get(SETUP_TOKEN) == digest(token)

    async def set_up(self, token: str, name: str, password: str, *, address: str, agent: str = "") -> Entry:
        """Make the first admin, exactly once, and log in. Raises `Refused`, `Invalid` and `TooBusy`."""
        name = user_name(name)
        self._passwords.check(password, name)
        if not await self.is_setup_token(token):
            raise Refused("The set-up link was used already, or a newer one was printed since.")
        grants = [Grant(0, role, None, "*", int(rights)) for role, rights in FIRST_GRANTS.items()]
        hashed = await self._passwords.hash(password)
        note = self._trail.stranger(address, "setup", f"user:{name}", name=name)
        user = await self._store.users.add_first_admin(digest(token), name, hashed, grants, note=note)
        if user is None:
            raise Refused("The set-up link was used already, or a newer one was printed since.")
        note = self._trail.stranger(address, "login", f"user:{name}", name=name)
        return await self._sessions.open(user, agent=agent, method="setup", note=note)

    async def by_proxy(self, name: str, *, address: str, new_role: Role | None) -> Principal:
        """Whom a trusted proxy names; somebody new becomes a user with `new_role`. Raises `Refused` and `Invalid`.

        Whether the proxy may be trusted is the caller's to know. A user who may log in by password is the same user.
        """
        name = user_name(name)
        user = await self._store.users.find(name)
        if user is None and new_role is not None:
            user = await self._welcome(name, new_role, address)
        if user is None or user.disabled:
            raise Refused("You are known to the proxy, but you are no user of this gateway.")
        return principal_of(user, Method.PROXY, Proof("user", user.id), address)

    async def _welcome(self, name: str, role: Role, address: str) -> User | None:
        note = self._trail.stranger(address, "user.create", f"user:{name}", name=name, by="proxy", role=role.value)
        try:
            return await self._store.users.add(name, role.value, "proxy", None, note=note)
        except Taken:  # by another of the same person's first requests
            return await self._store.users.find(name)

    async def _verified(self, name: str, password: str, address: str) -> User:
        outcome = "failed"
        try:
            user = await self._verify(name, password, address)
            outcome = "ok"
        except LockedOut:
            outcome = "barred"
            raise
        except TooBusy:
            outcome = "busy"
            raise
        finally:
            self.outcomes[outcome] += 1
        return user

    async def _verify(self, name: str, password: str, address: str) -> User:
        async with self._lockout.attempt(address, name) as attempt:
            user = await self._store.users.find(name) if _NAME.fullmatch(name) else None
            await self._refuse_guessed_account(name, user, address)
            usable = user if user is not None and not user.disabled else None
            right = await self._passwords.verify(usable.password_hash if usable else None, password)
            attempt.succeeded = right
        if usable is None or not right:
            await self._keep_failure(user, address, barred=attempt.barred)
            raise Refused(WRONG)
        return usable

    async def _refuse_guessed_account(self, name: str, user: User | None, address: str) -> None:
        """Raises `LockedOut` while the account is being guessed from everywhere, but where its user was before."""
        if (seconds := self._lockout.account_bar(name)) > 0 and not (
            user is not None and await self._store.sessions.knows_address(user.id, address)
        ):
            raise LockedOut(seconds)

    async def _keep_failure(self, user: User | None, address: str, *, barred: bool) -> None:
        """A name that is nobody's is not kept: it may be a password in the wrong field."""
        target = f"user:{user.name}" if user is not None else "user:?"
        detail = {"barred": "address"} if barred else {}
        await self._trail.fail(address, target, **detail)
