"""API keys: shown once, kept as a hash, good for some scopes and as long as they say."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from gateway.access.clock import Clock
from gateway.access.errors import Forbidden, Invalid, NotFound
from gateway.access.leases import Leases
from gateway.access.policy import MAX_KEY_SECONDS, MAX_TEXT_LENGTH, MAX_USERS_KEYS, TOUCH_SECONDS
from gateway.access.principal import Method, Principal, principal_of
from gateway.access.roles import SCOPE_CEILING, SCOPE_PERMISSIONS, Permission, Scope
from gateway.access.texts import checked_text
from gateway.access.tokens import KEY_PREFIX, MAX_SECRET_LENGTH, digest, new_key
from gateway.access.trail import Trail
from gateway.store.errors import StoreFull
from gateway.store.interface import Store
from gateway.store.paging import PAGE_ROWS
from gateway.store.records import ApiKey, Page, Proof


class NewKey(NamedTuple):
    """`secret` is shown once, and to nobody else."""

    secret: str
    key: ApiKey


class Keys:
    """Issues, finds and revokes API keys."""

    def __init__(self, store: Store, trail: Trail, leases: Leases, clock: Clock) -> None:
        self._store = store
        self._trail = trail
        self._leases = leases
        self._clock = clock

    async def issue(
        self, by: Principal, name: str, scopes: Collection[Scope], *, expires_in: float | None = None
    ) -> NewKey:
        """A key of one's own, `expires_in` seconds from now or never. Raises `Forbidden`, `Invalid`, `Taken` and
        `TooMany`."""
        name = checked_text(name, "name", "A key's name", MAX_TEXT_LENGTH, least=1)
        await self._trail.require(by, Permission.KEYS, "key.create", f"key:{name}")
        if by.user_id is None:
            raise Forbidden("A key belongs to a user: log in to make one.")
        _check(by, scopes, expires_in)
        secret, prefix = new_key()
        ordered = [scope.value for scope in Scope if scope in scopes]
        key = await self._store.keys.add(
            by.user_id,
            name,
            prefix=prefix,
            key_hash=digest(secret),
            scopes=ordered,
            expires_at=self._clock.wall() + expires_in if expires_in is not None else None,
            most=MAX_USERS_KEYS,
            note=self._trail.note(by, "key.create", f"key:{name}", prefix=prefix, scopes=" ".join(ordered)),
        )
        return NewKey(secret, key)

    async def find(self, secret: str, *, address: str) -> Principal | None:
        """Whose key it is, None when it opens nothing (any more)."""
        if not secret.startswith(KEY_PREFIX) or len(secret) > MAX_SECRET_LENGTH:
            return None
        now = self._clock.wall()
        found = await self._store.keys.find(digest(secret), now=now)
        if found is None:
            return None
        key, user = found
        if key.last_used_at is None or now - key.last_used_at >= TOUCH_SECONDS or key.last_used_from != address:
            with suppress(StoreFull):  # reading goes on
                await self._store.keys.touch(key.id, now=now, address=address)
        principal = principal_of(user, Method.KEY, Proof("key", key.id), address)
        return replace(principal, scopes=frozenset(Scope(scope) for scope in key.scopes))

    async def page(
        self, by: Principal, after: str | None = None, limit: int = PAGE_ROWS, *, user_id: int | None = None
    ) -> Page[ApiKey]:
        """One's own keys, or with PEOPLE_CHANGE those of `user_id`, newest first. Raises `Forbidden`."""
        user_id = by.user_id if user_id is None else user_id
        needs = Permission.KEYS if user_id == by.user_id else Permission.PEOPLE_CHANGE
        by.require(needs)
        return await self._store.keys.page(after, limit, user_id=user_id)

    async def revoke(self, by: Principal, key_id: int, *, user_id: int | None = None) -> None:
        """End a key, with all that it opened: one's own, or with PEOPLE_CHANGE one of `user_id`. Raises `Forbidden`,
        `NotFound` and `NotKept`."""
        user_id = by.user_id if user_id is None else user_id
        needs = Permission.KEYS if user_id == by.user_id else Permission.PEOPLE_CHANGE
        await self._trail.require(by, needs, "key.revoke", f"key:{key_id}")
        note = self._trail.note(by, "key.revoke", f"key:{key_id}")
        if user_id is None or await self._store.keys.revoke(key_id, user_id=user_id, note=note) is None:
            raise NotFound("There is no such key, or it was revoked before.")
        await self._leases.recheck(user_id)
        self._trail.require_kept(note)


def _check(by: Principal, scopes: Collection[Scope], expires_in: float | None) -> None:
    if not scopes:
        raise Invalid("scopes", "A key has at least one scope: read, operate or admin.")
    if by.scopes is not None and not all(_is_within(scope, by.scopes) for scope in scopes):
        raise Forbidden("A key makes no key that may do more than itself.")
    if expires_in is not None and not 0 < expires_in <= MAX_KEY_SECONDS:
        raise Invalid("expires_in", "A key expires within ten years, or never.")


def _is_within(scope: Scope, scopes: Collection[Scope]) -> bool:
    """Whether all that `scope` is good for, one of `scopes` is good for too."""
    return any(
        SCOPE_PERMISSIONS[scope] <= SCOPE_PERMISSIONS[other] and not SCOPE_CEILING[scope] & ~SCOPE_CEILING[other]
        for other in scopes
    )
