"""The numbers of log-in and access, all in one place. Seconds, unless the name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOUR: Final = 3600
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator may set."""

    session_idle: float = 12 * HOUR
    """A log-in that is not used for so long ends."""
    session_lifetime: float = 7 * DAY
    """A log-in ends after this, used or not."""
    ticket_lifetime: float = 30
    max_ticket_lifetime: float = DAY
    guest_idle: float = 600
    """How long a guest who came by a ticket may be away and come back."""
    failures: int = 5
    """Failed log-ins within `bar` that bar an address."""
    bar: float = 300
    account_failures: int = 50
    """Failed log-ins to one account within `bar`, from anywhere, that bar all addresses it was never used from."""
    audit_days: int = 365
    password_length: int = 10


MAX_PASSWORD_LENGTH: Final = 256
MAX_USERS_SESSIONS: Final = 32
MAX_USERS_KEYS: Final = 32
MAX_USERS_TICKETS: Final = 256
MAX_TICKETS_LEFT: Final = 4096
"""Guests of whom it is remembered when they left; the store knows it too, unless its disk is full."""
MAX_ADDRESSES: Final = 16384
"""Addresses and accounts whose failures are remembered; the longest unheard of is forgotten first."""
MAX_BARS_KEPT: Final = 1000
"""Barred addresses, and accounts, that a restart does not forget: the latest."""
MAX_WAITING: Final = 8192
"""Log-ins that wait for their turn."""
MAX_KEY_SECONDS: Final = 10 * 366 * DAY
MAX_AGENT_LENGTH: Final = 200
MAX_TEXT_LENGTH: Final = 200
TOUCH_SECONDS: Final = 60.0
"""How old a log-in's `seen_at` gets before it is written anew: not each request is a write."""
PROBE_SECONDS: Final = 30.0
"""How often the store is tried."""
KEPT_FAILURES: Final = (1.0, 200)
"""Failed log-ins that the audit takes a second, and at once: nobody fills the disk by guessing."""
KEPT_REFUSALS: Final = (0.1, 20)
"""The same for refused writes of one kind of one user."""
TEND_SECONDS: Final = 5.0
"""How long the end of a right by time, or by another program's change, may go unnoticed."""
