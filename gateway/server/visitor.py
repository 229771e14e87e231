"""Who is at the other end of a connection, as far as its frontend could tell, and what lets them in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from gateway.server.rights import Right
from gateway.server.tickets import digest


@dataclass(frozen=True, slots=True)
class Access:
    """What opened a session. `proof` is shown again by each of its channels; `name` is for people."""

    proof: str
    rights: Right = Right.ALL
    name: str = ""

    def admits(self, other: Access) -> bool:
        """Whether whoever shows `other` may take part in a session of this; compared in constant time."""
        return hmac.compare_digest(self.proof, other.proof)


OPEN = Access("open")
"""Of a session on a machine that asks for nothing."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """`access` is what the frontend let them in by; None: the client has to bring a ticket. `peer` is for people.

    `secure`: nobody listens on the way. That holds for all WebSockets: the web frontend speaks beyond this computer
    over TLS only.
    """

    access: Access | None
    peer: str
    secure: bool = True


def login_access(login: str, rights: Right = Right.ALL, name: str = "") -> Access:
    """Of a web log-in's id."""
    return Access(f"login {digest(login)}", rights, name)


def ticket_access(ticket: str, rights: Right = Right.ALL, name: str = "") -> Access:
    """Of a password or one-time ticket."""
    return Access(f"ticket {digest(ticket)}", rights, name)
