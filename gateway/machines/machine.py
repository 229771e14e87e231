"""`Machine`: what the frontends see of a machine, wherever it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from gateway.machines.health import Health
from gateway.server.closing import Closing
from gateway.server.core import Core
from gateway.server.server import SpiceServer
from gateway.server.transport import Transport
from gateway.server.visitor import Visitor

if TYPE_CHECKING:
    from gateway.codecs.image import Pixels


class Machine(ABC):
    """One machine: its server core with the channel list, its health, and the way in for clients."""

    is_own: ClassVar[bool] = False
    """Whether it runs in this process: what it shows is known here, whoever looks."""

    def __init__(self, core: Core, server: SpiceServer) -> None:
        self.core = core
        self.server = server
        self.health = Health()

    @property
    def name(self) -> str:
        return self.server.name

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it is, for people."""

    @abstractmethod
    async def serve(self, transport: Transport, visitor: Visitor) -> None:
        """Serve one channel of a client until its connection is gone. Never raises for what a peer did."""

    async def probe(self) -> None:  # noqa: B027 - what runs in this process is up
        """Find out whether the machine can be reached, unless that is known."""

    @property
    def pixels(self) -> Pixels | None:
        """What it shows now (B G R X), where the gateway has that itself. It is drawn on while it is read."""
        return None

    def close(self, closing: Closing) -> None:
        """End every session."""
        self.server.close(closing)
