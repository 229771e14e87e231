"""Console tickets: a secret that opens one machine once, with rights that its issuer has."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Final, NamedTuple

from gateway.access.authority import Authority
from gateway.access.clock import Clock
from gateway.access.errors import Forbidden, Invalid, LockedOut, NotFound, Refused
from gateway.access.leases import Leases
from gateway.access.lockout import network_of
from gateway.access.policy import MAX_TEXT_LENGTH, MAX_USERS_TICKETS, Policy
from gateway.access.principal import Method, Principal, principal_of
from gateway.access.rate import RateLimit
from gateway.access.roles import Permission
from gateway.access.texts import checked_text
from gateway.access.tokens import MAX_SECRET_LENGTH, digest, new_ticket
from gateway.access.trail import Trail
from gateway.server.rights import Right, right_names, usable
from gateway.store.interface import Store
from gateway.store.paging import MAX_PAGE_ROWS, PAGE_ROWS
from gateway.store.records import ConsoleTicket, Page, Proof, User

_GUESSES: Final = 30
_GUESSES_EVERY: Final = 60.0
"""Seconds in which an address may show so many tickets that open nothing."""

NOT_VALID: Final = "The ticket is not valid: it was used, has expired, or is for another machine."


class NewTicket(NamedTuple):
    """`secret` is shown once: as a link, a SPICE password, or in a `.vv` file."""

    secret: str
    ticket: ConsoleTicket


def bearer_of(ticket: ConsoleTicket, user: User, address: str) -> Principal:
    """Whoever came by a ticket of a user's."""
    principal = principal_of(user, Method.TICKET, Proof("ticket", ticket.id), address)
    return replace(principal, machine=ticket.machine, rights=Right(ticket.rights))


class Tickets:
    """Issues, redeems and revokes tickets."""

    def __init__(
        self, store: Store, trail: Trail, leases: Leases, authority: Authority, clock: Clock, policy: Policy
    ) -> None:
        self._store = store
        self._trail = trail
        self._leases = leases
        self._authority = authority
        self._clock = clock
        self._policy = policy
        self._guesses = RateLimit(_GUESSES / _GUESSES_EVERY, _GUESSES)

    async def issue(
        self, by: Principal, machine: str, rights: Right | None = None, *, lifetime: float | None = None, text: str = ""
    ) -> NewTicket:
        """A ticket for `rights` (None: all that `by` has), to be used within `lifetime` seconds.

        Raises `Forbidden` for rights that `by` does not have, `NotFound` for machines that `by` does not see,
        `Invalid`, and `TooMany`.
        """
        target = f"machine:{machine}"
        await self._trail.require(by, Permission.TICKETS, "ticket.create", target)
        if by.user_id is None or by.proof is None:
            raise Forbidden("A ticket is issued by a user: log in, or use an API key.")
        lifetime = self._policy.ticket_lifetime if lifetime is None else lifetime
        text = checked_text(text, "text", "A ticket's text", MAX_TEXT_LENGTH)
        self._check(lifetime)
        wanted = await self._wanted(by, machine, rights)
        secret = new_ticket()
        note = self._trail.note(
            by, "ticket.create", target, rights=" ".join(right_names(wanted)), seconds=f"{lifetime:g}"
        )
        ticket = await self._store.tickets.add(
            by.user_id,
            digest(secret),
            issued_by=by.proof,
            machine=machine,
            rights=int(wanted),
            text=text,
            expires_at=self._clock.wall() + lifetime,
            most=MAX_USERS_TICKETS,
            note=note,
        )
        return NewTicket(secret, ticket)

    async def redeem(self, secret: str, machine: str, *, address: str, visit: str | None = None) -> Principal:
        """Spend a ticket: exactly one of those who try at once gets in. The principal is held to the machine and to
        the ticket's rights; `visit` is a cookie that stands for the ticket from now on. Raises `Refused`, and
        `LockedOut` for addresses that guess."""
        self._bar_guessing(secret, address)
        note = self._trail.stranger(address, "ticket.redeem", f"machine:{machine}")
        visit_hash = digest(visit) if visit is not None else None
        refusal, ticket, user = await self._store.tickets.redeem(
            digest(secret), machine=machine, visit_hash=visit_hash, note=note
        )
        if refusal or ticket is None or user is None:
            raise self._guessed(address)
        return bearer_of(ticket, user, address)

    async def check(self, secret: str, machine: str, *, address: str) -> None:
        """Whether a ticket would open a machine now; it is not spent. Raises as `redeem`."""
        self._bar_guessing(secret, address)
        wanted, after, now = digest(secret), None, self._clock.wall()
        while True:
            page = await self._store.tickets.page(after, MAX_PAGE_ROWS, machine=machine, open_at=now)
            if any(hmac.compare_digest(ticket.secret_hash, wanted) for ticket in page.items):
                return
            if (after := page.next) is None:
                raise self._guessed(address)

    def _bar_guessing(self, secret: str, address: str) -> None:
        """Raises `LockedOut` for addresses that guess, and `Refused` for what is no ticket at all."""
        if (seconds := self._guesses.missing(network_of(address), self._clock.steady())) > 0:
            raise LockedOut(seconds)
        if not secret or len(secret) > MAX_SECRET_LENGTH:
            raise self._guessed(address)

    def _guessed(self, address: str) -> Refused:
        """One more ticket that opens nothing."""
        self._guesses.take(network_of(address), self._clock.steady())
        return Refused(NOT_VALID)

    async def any_open(self, machine: str) -> bool:
        """Whether a ticket is open for a machine: somebody may be expected."""
        page = await self._store.tickets.page(limit=1, machine=machine, open_at=self._clock.wall())
        return bool(page.items)

    async def page(
        self,
        by: Principal,
        after: str | None = None,
        limit: int = PAGE_ROWS,
        *,
        everybody: bool = False,
        machine: str | None = None,
        only_open: bool = False,
    ) -> Page[ConsoleTicket]:
        """One's own tickets, or with TICKETS_ALL everybody's, newest first. Raises `Forbidden`."""
        needs = Permission.TICKETS_ALL if everybody else Permission.TICKETS
        by.require(needs)
        return await self._store.tickets.page(
            after,
            limit,
            user_id=None if everybody else by.user_id,
            machine=machine,
            open_at=self._clock.wall() if only_open else None,
        )

    async def revoke(self, by: Principal, ticket_id: int) -> None:
        """End a ticket, and the session that it opened: of one's own, or with TICKETS_ALL anybody's. Raises
        `Forbidden`, `NotFound` and `NotKept`."""
        target = f"ticket:{ticket_id}"
        await self._trail.require(by, Permission.TICKETS, "ticket.revoke", target)
        whose = None if by.may(Permission.TICKETS_ALL) else by.user_id
        note = self._trail.note(by, "ticket.revoke", target)
        ticket = await self._store.tickets.revoke(ticket_id, user_id=whose, note=note)
        if ticket is None:
            raise NotFound("There is no such ticket of yours, or it was revoked before.")
        await self._leases.recheck(ticket.user_id)
        self._trail.require_kept(note)

    async def _wanted(self, by: Principal, machine: str, rights: Right | None) -> Right:
        own = await self._authority.rights(by, machine)
        if own is Right.NONE:
            raise NotFound("There is no such machine.")
        wanted = own if rights is None else usable(rights)
        if wanted is Right.NONE:
            raise Invalid("rights", "A ticket gives at least the right to view.")
        if missing := wanted & ~own:
            await self._trail.refuse(by, "ticket.create", f"machine:{machine}", lacks=" ".join(right_names(missing)))
            raise Forbidden(f"You may not give what you do not have: {', '.join(right_names(missing))}.")
        return wanted

    def _check(self, lifetime: float) -> None:
        most = self._policy.max_ticket_lifetime
        if not 1 <= lifetime <= most:
            raise Invalid("lifetime", f"A ticket is good for 1 to {most:g} seconds.")
