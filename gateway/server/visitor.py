"""Who is at the other end of a connection, as far as its frontend could tell, and what lets them in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from gateway.server.rights import Right
from gateway.server.tickets import digest


@dataclass(frozen=True, slots=True)
class Admission:
    """What opened a session. `proof` is shown again by each of its channels; `name` is for people."""

    proof: str
    rights: Right = Right.ALL
    name: str = ""

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


def login_admission(login: str, rights: Right = Right.ALL, name: str = "") -> Admission:
    """Of a web log-in's id."""
    return Admission(f"login {digest(login)}", rights, name)


def ticket_admission(ticket: str, rights: Right = Right.ALL, name: str = "") -> Admission:
    """Of a password or one-time ticket."""
    return Admission(f"ticket {digest(ticket)}", rights, name)
