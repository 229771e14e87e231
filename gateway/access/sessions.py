"""Log-ins: a cookie for each, of which only the hash is kept."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from gateway.access.clock import Clock
from gateway.access.errors import NotFound
from gateway.access.leases import Leases
from gateway.access.policy import MAX_AGENT_LENGTH, MAX_USERS_SESSIONS, TOUCH_SECONDS, Policy
from gateway.access.principal import Method, Principal, principal_of
from gateway.access.roles import Permission
from gateway.access.texts import tamed_text
from gateway.access.tokens import MAX_SECRET_LENGTH, digest, new_secret
from gateway.access.trail import Trail
from gateway.store.errors import StoreFull
from gateway.store.interface import Store
from gateway.store.paging import PAGE_ROWS
from gateway.store.records import LoginSession, Note, Page, Proof, User


class Entry(NamedTuple):
    """A new log-in. `cookie` is shown to the browser and to nobody else; it ends at `expires_at` at the latest."""

    cookie: str
    expires_at: float
    principal: Principal


class Sessions:
    """Opens, finds and ends log-ins."""

    def __init__(self, store: Store, trail: Trail, leases: Leases, clock: Clock, policy: Policy) -> None:
        self._store = store
        self._trail = trail
        self._leases = leases
        self._clock = clock
        self._policy = policy

    async def open(self, user: User, *, agent: str, method: str, note: Note) -> Entry:
        """Log a user in who has proved who they are; the note is kept with it."""
        cookie = new_secret()
        expires_at = note.at + self._policy.session_lifetime
        session = await self._store.sessions.add(
            user.id,
            digest(cookie),
            method=method,
            agent=tamed_text(agent, MAX_AGENT_LENGTH),
            expires_at=expires_at,
            most=MAX_USERS_SESSIONS,
            note=note,
        )
        principal = principal_of(user, Method.SESSION, Proof("session", session.id), note.address)
        return Entry(cookie, expires_at, principal)

    async def find(self, cookie: str | None, *, address: str) -> Principal | None:
        """Whose cookie it is, None when it opens nothing (any more)."""
        if not cookie or len(cookie) > MAX_SECRET_LENGTH:
            return None
        now = self._clock.wall()
        found = await self._store.sessions.find(digest(cookie), now=now, idle=self._policy.session_idle)
        if found is None:
            return None
        session, user = found
        if now - session.seen_at >= TOUCH_SECONDS:
            with suppress(StoreFull):  # reading goes on: the log-in lives by when it was last seen to be used
                await self._store.sessions.touch((session.id,), now)
        return principal_of(user, Method.SESSION, Proof("session", session.id), address)

    async def page(
        self, by: Principal, after: str | None = None, limit: int = PAGE_ROWS, *, user_id: int | None = None
    ) -> Page[LoginSession]:
        """The open log-ins of oneself, or with PEOPLE_CHANGE of `user_id`, newest first. Raises `Forbidden`."""
        user_id = by.user_id if user_id is None else user_id
        needs = Permission.ACCOUNT if user_id == by.user_id else Permission.PEOPLE_CHANGE
        by.require(needs)
        return await self._store.sessions.page(
            after, limit, user_id=user_id, now=self._clock.wall(), idle=self._policy.session_idle
        )

    async def log_out(self, by: Principal) -> None:
        """End the log-in that asks, and what it opened."""
        if by.session_id is not None:
            note = self._trail.note(by, "logout", f"user:{by.name}")
            await self._store.sessions.revoke(by.session_id, note=note)
            await self._leases.recheck(by.user_id)
            self._trail.is_kept(note)

    async def revoke(self, by: Principal, session_id: int, *, user_id: int | None = None) -> None:
        """End one log-in: one's own, or with PEOPLE_CHANGE one of `user_id`. Raises `Forbidden`, `NotFound`
        and `NotKept`."""
        target = f"login:{session_id}"
        user_id = by.user_id if user_id is None else user_id
        needs = Permission.ACCOUNT if user_id == by.user_id else Permission.PEOPLE_CHANGE
        await self._trail.require(by, needs, "session.revoke", target)
        note = self._trail.note(by, "session.revoke", target)
        if user_id is None or await self._store.sessions.revoke(session_id, user_id=user_id, note=note) is None:
            raise NotFound("There is no such log-in, or it has ended.")
        await self._leases.recheck(user_id)
        self._trail.require_kept(note)

    async def revoke_all(self, by: Principal, user_id: int | None = None) -> int:
        """End all log-ins of a user, or one's own but for the one that asks; how many. Raises `Forbidden` and
        `NotKept`."""
        user_id = by.user_id if user_id is None else user_id
        needs = Permission.ACCOUNT if user_id == by.user_id else Permission.PEOPLE_CHANGE
        target = f"user:{user_id}"
        await self._trail.require(by, needs, "session.revoke-all", target)
        if user_id is None:
            return 0
        note = self._trail.note(by, "session.revoke-all", target)
        ended = await self._store.sessions.revoke_all(user_id, keep=by.session_id, note=note)
        await self._leases.recheck(user_id)
        self._trail.require_kept(note)
        return len(ended)
