"""A door that one password opens."""

from __future__ import annotations

from gateway.server.rights import Right
from gateway.server.visitor import Admission, Doorkeeper, ticket_admission


class OneDoor(Doorkeeper):
    """Whoever shows the password has the rights."""

    def __init__(self, password: str, rights: Right) -> None:
        self._password = password
        self._rights = rights

    async def expects(self) -> bool:
        return True

    async def admit(self, password: str, peer: str) -> Admission | None:
        return ticket_admission(password, self._rights) if password == self._password else None
