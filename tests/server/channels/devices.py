"""Devices that note what happens to them."""

from __future__ import annotations

import asyncio

from gateway.server.channels.port import PortDevice
from gateway.server.client import RedClient
from gateway.server.interfaces import PortInterface
from tests.peers import soon


class NotedPort(PortInterface):
    """A port; `notes` say what its client did, `port` is the server's side."""

    def __init__(self, name: str = "org.example.port") -> None:
        self.name = name
        self.notes: asyncio.Queue[tuple[object, ...]] = asyncio.Queue()
        self.port: PortDevice

    def on_attached(self, port: PortDevice) -> None:
        self.port = port

    def on_connected(self, client: RedClient) -> None:
        self.notes.put_nowait(("connected",))

    def on_disconnected(self) -> None:
        self.notes.put_nowait(("disconnected",))

    def on_writable(self) -> None:
        self.notes.put_nowait(("writable",))

    def on_data(self, data: bytes) -> None:
        self.notes.put_nowait(("data", data))

    def on_opened(self, opened: bool) -> None:
        self.notes.put_nowait(("opened", opened))

    def on_break(self) -> None:
        self.notes.put_nowait(("break",))

    async def note(self) -> tuple[object, ...]:
        """What happened next."""
        return await soon(self.notes.get())


class EchoPort(NotedPort):
    """Sends back what it gets, and takes no more while that waits."""

    _waiting = b""

    def on_data(self, data: bytes) -> None:
        self._waiting = data
        self.on_writable()

    def on_writable(self) -> None:
        if self._waiting and self.port.write(self._waiting):
            self._waiting = b""
        self.port.hold(bool(self._waiting))
