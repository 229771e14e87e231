"""What opens a machine for clients that carry no cookie: its password, and one-time tickets for one session each.

Of tickets only hashes are kept. A lookup by the hash of a random secret tells nothing by its timing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from gateway.spice.auth import password_bytes
from gateway.spice.errors import SpiceError, UsageError
from gateway.spice.limits import MAX_TICKETS, TICKET_SECONDS

_RANDOM_BYTES = 18  # 24 characters; a SPICE ticket holds 60


class Password:
    """A machine's own, good before `until` (seconds of any one clock; None: for good).

    Raises `UsageError` for what no client could show, the empty one among it.
    """

    def __init__(self, text: str, until: float | None = None) -> None:
        if not text:
            raise UsageError("an empty password is none: give None, or turn ticketing off")
        self._plain = password_bytes(text)
        self._until = until

    def is_good(self, now: float) -> bool:
        """Whether it opens anything still."""
        return self._until is None or now < self._until

    def opens(self, shown: str, now: float) -> bool:
        """Whether `shown` is it; compared in constant time."""
        return hmac.compare_digest(self._plain, shown.encode()) and self.is_good(now)


class TooManyTickets(SpiceError):
    """More tickets are open than anybody can use."""


class TicketBook:
    """The open tickets of one machine. Time is an argument, in seconds of any one clock."""

    def __init__(self, lifetime: float = TICKET_SECONDS) -> None:
        self.lifetime = lifetime
        self._open: dict[str, float] = {}

    def issue(self, now: float) -> str:
        """A new ticket, to be shown once. Raises `TooManyTickets`."""
        self._forget_expired(now)
        if len(self._open) >= MAX_TICKETS:
            raise TooManyTickets(f"{MAX_TICKETS} tickets are open already: use one, or wait until they expire")
        ticket = secrets.token_urlsafe(_RANDOM_BYTES)
        self._open[digest(ticket)] = now + self.lifetime
        return ticket

    def redeem(self, ticket: str, now: float) -> bool:
        """Spend a ticket; whether it was open."""
        self._forget_expired(now)
        return self._open.pop(digest(ticket), None) is not None

    def any_open(self, now: float) -> bool:
        """Whether somebody may come with a ticket at all."""
        self._forget_expired(now)
        return bool(self._open)

    def _forget_expired(self, now: float) -> None:
        for key in [key for key, until in self._open.items() if until <= now]:
            del self._open[key]


def digest(secret: str) -> str:
    """What is kept of a secret. It is random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
