"""`RedClient`: one person's session with a machine, all its channel connections together."""

from __future__ import annotations

import math
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gateway.server.closing import Closing
from gateway.server.rights import Right
from gateway.server.visitor import Admission
from gateway.spice.enums import ChannelType

if TYPE_CHECKING:
    from gateway.codecs.image import GlzWindow
    from gateway.server.channel_client import RedChannelClient
    from gateway.server.server import SpiceServer

FRAME_RATE_SECONDS: Final = 90
"""How long a viewer's word counts."""


class RedClient:
    """A session: MAIN and the channels that carry its connection id.

    `admission` is what opened it (a log-in or a ticket); every further channel must show the same. The session lives as
    long as its MAIN connection.
    """

    def __init__(self, server: SpiceServer, admission: Admission, peer: str) -> None:
        self.server = server
        self.admission = admission
        self.peer = peer
        self.connection_id = 0
        self.label = secrets.token_hex(4)
        """Names the session in logs and pages; it opens nothing."""
        self.since = server.core.now()
        self.channel_clients: list[RedChannelClient] = []
        self.main: RedChannelClient | None = None
        """The MAIN connection, while it stands."""
        self.glz_windows: dict[int, GlzWindow] = {}
        """Its dictionaries of pictures, by the ids that it gave them. It keeps them as long as the session lasts."""
        self._frame_rate = 0.0
        self._frame_rate_until: float | None = None

    def find(self, type_: ChannelType, id_: int = 0) -> RedChannelClient | None:
        """The session's connection to a channel."""
        links = (link for link in self.channel_clients if (link.channel.type, link.channel.id) == (type_, id_))
        return next(links, None)

    @property
    def context(self) -> dict[str, str]:
        """What log records of this session say beside their text."""
        return {
            "machine": self.server.name,
            "session": self.label,
            "peer": self.peer,
            **({"user": self.admission.name} if self.admission.name else {}),
        }

    def grant(self, rights: Right) -> None:
        """From now on the session has these rights, which hold all that it had: it goes on without an interruption."""
        before = self.admission.rights
        self.admission = replace(self.admission, rights=rights)
        for link in tuple(self.channel_clients):
            link.on_granted(before)

    def tell_frame_rate(self, rate: float) -> None:
        """The viewer says how many frames a second it draws. That it draws none it says once, and it lasts."""
        self._frame_rate = rate
        self._frame_rate_until = self.server.core.now() + FRAME_RATE_SECONDS if rate else math.inf

    @property
    def frame_rate(self) -> float | None:
        """Frames a second that its viewer draws, by its own word; None: it does not say (native clients do not)."""
        until = self._frame_rate_until
        return self._frame_rate if until is not None and self.server.core.now() < until else None

    def add_channel_client(self, link: RedChannelClient) -> None:
        self.channel_clients.append(link)
        if link.channel.type is ChannelType.MAIN:
            self.main = link

    def remove_channel_client(self, link: RedChannelClient, closing: Closing) -> None:
        """A connection ended; MAIN takes the others with it."""
        self.channel_clients.remove(link)
        if link is self.main:
            self.main = None
            self.destroy(closing)

    def destroy(self, closing: Closing) -> None:
        """End the session."""
        self.server.remove_client(self)
        for link in tuple(self.channel_clients):
            link.disconnect(closing)
