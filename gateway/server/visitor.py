"""Who is at the other end of a connection, as far as its frontend could tell, and what lets them in."""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from gateway.server.rights import Right
from gateway.server.tickets import digest


@dataclass(frozen=True, slots=True)
class Admission:
    """What opened a session. `proof` is shown again by each of its channels; `name` is for people.

    `holder` is whatever the frontend knows of them.
    """

    proof: str
    rights: Right = Right.ALL
    name: str = ""
    holder: object = field(default=None, compare=False, repr=False)

    def admits(self, other: Admission) -> bool:
        """Whether whoever shows `other` may take part in a session of this; compared in constant time."""
        return hmac.compare_digest(self.proof, other.proof)


OPEN = Admission("open")
"""Of a session on a machine that asks for nothing."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """`admission` is what the frontend let them in by; None: the client has to bring a ticket. `peer` is for people.

    `secure`: nobody listens on the way. That holds for all WebSockets: the web frontend speaks beyond this computer
    over TLS only.
    """

    admission: Admission | None
    peer: str
    secure: bool = True


def login_admission(login: str, rights: Right = Right.ALL, name: str = "", holder: object = None) -> Admission:
    """Of a web log-in's id."""
    return Admission(f"login {digest(login)}", rights, name, holder)


def ticket_admission(ticket: str, rights: Right = Right.ALL, name: str = "", holder: object = None) -> Admission:
    """Of a password or one-time ticket."""
    return Admission(f"ticket {digest(ticket)}", rights, name, holder)


class Doorkeeper(ABC):
    """Who is asked about passwords that are neither a machine's own nor one of its own tickets."""

    @abstractmethod
    async def expects(self) -> bool:
        """Whether a password could open the machine now at all: nobody else makes us trouble it."""

    @abstractmethod
    async def admit(self, password: str, peer: str) -> Admission | None:
        """What a password opens, None when nothing; a ticket is spent by this. Its proof is `ticket_admission`'s."""
