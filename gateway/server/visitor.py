"""Who is at the other end of a connection, as far as its frontend could tell."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.server.tickets import digest


@dataclass(frozen=True, slots=True)
class Visitor:
    """`login` names the authenticated web session, None: the client has to bring a ticket. `peer` is for people.

    `secure`: nobody listens on the way. That holds for all WebSockets: the web frontend speaks beyond this computer
    over TLS only.
    """

    login: str | None
    peer: str
    secure: bool = True

    @property
    def proof(self) -> str | None:
        """What a session of this log-in is bound to; None when only a ticket can prove anything."""
        return f"login {digest(self.login)}" if self.login is not None else None


def ticket_proof(ticket: str) -> str:
    """What a session opened by `ticket` is bound to."""
    return f"ticket {digest(ticket)}"
