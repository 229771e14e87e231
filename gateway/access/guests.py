"""Guests: whoever opened a link with a ticket. Their page connects each channel by itself, and again after a broken
network, but the ticket is spent: a cookie stands for it, as long as the ticket does. It is kept with the ticket, as a
hash, so that a guest goes on when the gateway was started anew."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from gateway.access.clock import Clock
from gateway.access.leases import Leases
from gateway.access.policy import TOUCH_SECONDS, Policy
from gateway.access.principal import Principal
from gateway.access.tickets import Tickets, bearer_of
from gateway.access.tokens import MAX_SECRET_LENGTH, digest, new_secret
from gateway.store.errors import StoreFull
from gateway.store.interface import Store


class Arrival(NamedTuple):
    """A visit that begins. `cookie` is shown to the guest's browser and to nobody else."""

    cookie: str
    principal: Principal


class Guests:
    """Begins visits, and finds who comes back."""

    def __init__(self, store: Store, tickets: Tickets, leases: Leases, clock: Clock, policy: Policy) -> None:
        self._store = store
        self._tickets = tickets
        self._leases = leases
        self._clock = clock
        self._policy = policy

    async def come(self, ticket: str, machine: str, *, address: str) -> Arrival:
        """Spend a ticket and begin the visit that it opens, both or neither. Raises as `Tickets.redeem`."""
        cookie = new_secret()
        return Arrival(cookie, await self._tickets.redeem(ticket, machine, address=address, visit=cookie))

    async def find(self, cookie: str | None, *, address: str) -> Principal | None:
        """Whose cookie it is; None when the ticket has ended, or nothing was seen of the guest for too long."""
        if not cookie or len(cookie) > MAX_SECRET_LENGTH:
            return None
        now = self._clock.wall()
        visit = await self._store.tickets.find_visit(digest(cookie), now=now, idle=self._policy.session_idle)
        if visit is None:
            return None
        away, ticket = now - visit.seen_at, visit.ticket
        if away >= self._policy.guest_idle and not self._leases.used_within(ticket.id, self._policy.guest_idle):
            return None
        if away >= TOUCH_SECONDS:
            with suppress(StoreFull):  # reading goes on
                await self._store.tickets.touch((ticket.id,), now)
        return bearer_of(ticket, visit.user, address)
