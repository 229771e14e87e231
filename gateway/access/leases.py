"""What runs by somebody's right, and its end when the right ends.

A lease is taken for each console session and for each feed of the dashboard. It ends when its proof (log-in, key,
ticket, user) is revoked or expires, or when the holder may no longer do all that it was opened with: the page then
connects anew with what is left. Who may do more goes on with that; a ticket never gives more than it was made for.
Revocations by this program are noticed at once, those by others and the passing of time by `tend`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from gateway.access.clock import Clock
from gateway.access.policy import MAX_TICKETS_LEFT, Policy
from gateway.access.principal import Principal
from gateway.access.roles import Permission, Role
from gateway.server.rights import Right
from gateway.store.errors import StoreError
from gateway.store.interface import Store
from gateway.store.records import Grant, Proof

ENDED: Final = "The log-in, key or ticket that opened this session has ended."
LESSENED: Final = "What you may do was changed."

Judge = Callable[[Principal, Collection[Grant], str], Right]


@dataclass(eq=False, slots=True)
class Lease:
    """Something that runs: a session with `rights` at a `machine`, or a feed that takes a `permission`.

    `on_end` is called once, with a sentence, on the event loop; not after `release`. `on_more` is called with the new
    rights when more is allowed than the session had. Neither may raise.
    """

    principal: Principal
    on_end: Callable[[str], None]
    on_more: Callable[[Right], None] | None = None
    machine: str | None = None
    rights: Right = Right.NONE
    permission: Permission | None = None


class Leases:
    """All that runs. `judge` says what somebody may do at a machine."""

    def __init__(self, store: Store, clock: Clock, policy: Policy, judge: Judge) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._judge = judge
        self._open: set[Lease] = set()
        self._left: OrderedDict[int, float] = OrderedDict()
        """Tickets whose sessions are over, and when that was."""

    async def take(
        self,
        principal: Principal,
        machine: str,
        rights: Right,
        on_end: Callable[[str], None],
        on_more: Callable[[Right], None] | None = None,
    ) -> Lease:
        """Watch over a session that is about to open with `rights`. When they ended meanwhile, `on_end` is called
        before this returns; so is `on_more`, when they grew."""
        return await self._begin(Lease(principal, on_end, on_more, machine, rights))

    async def hold(self, principal: Principal, permission: Permission, on_end: Callable[[str], None]) -> Lease:
        """The same for what needs a permission and no machine."""
        return await self._begin(Lease(principal, on_end, permission=permission))

    async def _begin(self, lease: Lease) -> Lease:
        self._open.add(lease)
        try:
            await self._check((lease,))
        except StoreError:
            return lease  # nobody can be asked now: it is watched over all the same, and judged by the next `recheck`
        except BaseException:
            self.release(lease)
            raise
        return lease

    async def today(self, principal: Principal) -> Principal | None:
        """With the role of today; None: what proved it has ended."""
        if (proof := principal.proof) is None:
            return principal
        users = await self._store.standing([proof], now=self._clock.wall(), idle=self._policy.session_idle)
        return replace(principal, role=Role(users[proof].role)) if proof in users else None

    def release(self, lease: Lease) -> None:
        """The session is over."""
        if lease in self._open and (proof := lease.principal.proof) is not None and proof.kind == "ticket":
            self._left.pop(proof.id, None)
            self._left[proof.id] = self._clock.steady()
            if len(self._left) > MAX_TICKETS_LEFT:
                self._left.popitem(last=False)
        self._open.discard(lease)

    def held(self) -> tuple[Lease, ...]:
        """All that run now."""
        return tuple(self._open)

    async def recheck(self, user_id: int | None = None) -> None:
        """End what has lost its right, of one user or of everybody."""
        await self._check([lease for lease in self._open if user_id in (None, lease.principal.user_id)])

    async def keep_seen(self) -> None:
        """A log-in by which a session runs counts as used, and its guest as seen; a page that only looks on does not
        count."""
        now = self._clock.wall()
        sessions = await self._store.issuers(self._proofs([lease for lease in self._open if lease.machine is not None]))
        if sessions:
            await self._store.sessions.touch(sessions, now)
        if tickets := self.used_tickets():
            await self._store.tickets.touch(tickets, now)

    def used_tickets(self) -> frozenset[int]:
        """Tickets whose sessions run."""
        return frozenset(proof.id for proof in self._proofs(self._open) if proof.kind == "ticket")

    def used_within(self, ticket_id: int, seconds: float) -> bool:
        """Whether a session by a ticket runs, or ended no longer ago, as far as is remembered."""
        left = self._left.get(ticket_id)
        recently = left is not None and self._clock.steady() - left < seconds
        return recently or ticket_id in self.used_tickets()

    async def _check(self, leases: Collection[Lease]) -> None:
        if not leases:
            return
        proofs = self._proofs(leases)
        users = await self._store.standing(proofs, now=self._clock.wall(), idle=self._policy.session_idle)
        grants = await self._store.grants.all()
        for lease in leases:
            proof = lease.principal.proof
            user = users.get(proof) if proof is not None else None
            if proof is not None and user is None:
                self._end(lease, ENDED)
                continue
            today = replace(lease.principal, role=Role(user.role)) if user is not None else lease.principal
            if lease.machine is not None:
                self._compare(lease, self._judge(today, grants, lease.machine))
            elif lease.permission is None or not today.may(lease.permission):
                self._end(lease, LESSENED)

    def _compare(self, lease: Lease, rights: Right) -> None:
        """A session that may do less ends; one that may do more goes on with that."""
        if lease.rights & ~rights:
            self._end(lease, LESSENED)
        elif rights != lease.rights and lease.on_more is not None and lease in self._open:
            lease.rights = rights
            lease.on_more(rights)

    def _end(self, lease: Lease, sentence: str) -> None:
        if lease in self._open:
            self._open.remove(lease)
            lease.on_end(sentence)

    @staticmethod
    def _proofs(leases: Collection[Lease]) -> set[Proof]:
        return {lease.principal.proof for lease in leases if lease.principal.proof is not None}
