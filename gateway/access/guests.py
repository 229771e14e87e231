"""Guests: whoever opened a link with a ticket. Their page connects each channel by itself, and again after a broken
network, but the ticket is spent: a cookie in memory stands for it, as long as the ticket does."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from gateway.access.clock import Clock
from gateway.access.leases import Leases
from gateway.access.policy import MAX_GUESTS, Policy
from gateway.access.principal import Principal
from gateway.access.roles import Role
from gateway.access.tokens import MAX_SECRET_LENGTH, digest, new_secret
from gateway.store.interface import Store


@dataclass(slots=True)
class _Guest:
    principal: Principal
    seen: float


class Guests:
    """The guests' cookies; a gateway that starts anew knows none."""

    def __init__(self, store: Store, leases: Leases, clock: Clock, policy: Policy) -> None:
        self._store = store
        self._leases = leases
        self._clock = clock
        self._policy = policy
        self._known: OrderedDict[str, _Guest] = OrderedDict()

    def open(self, principal: Principal) -> str:
        """A cookie for whoever has just redeemed a ticket."""
        cookie = new_secret()
        self._known[digest(cookie)] = _Guest(principal, self._clock.steady())
        if len(self._known) > MAX_GUESTS:
            self._known.popitem(last=False)
        return cookie

    async def find(self, cookie: str | None, *, address: str) -> Principal | None:
        """Whose cookie it is; None when the ticket has ended, or nothing was seen of the guest for too long."""
        if not cookie or len(cookie) > MAX_SECRET_LENGTH:
            return None
        key = digest(cookie)
        guest = self._known.get(key)
        if guest is None or guest.principal.proof is None:
            return None
        proof, now = guest.principal.proof, self._clock.steady()
        idle = now - guest.seen >= self._policy.guest_idle and proof.id not in self._leases.used_tickets()
        standing = await self._store.standing([proof], now=self._clock.wall(), idle=self._policy.session_idle)
        if idle or proof not in standing:
            self._known.pop(key, None)
            return None
        guest.seen = now
        self._known.move_to_end(key)
        return replace(guest.principal, address=address, role=Role(standing[proof].role))

    def __len__(self) -> int:
        return len(self._known)
