"""A machine of our own: it runs in this process and is served by our own server core."""

from __future__ import annotations

from collections.abc import Callable

from gateway.codecs.image import Pixels
from gateway.machines.machine import Machine
from gateway.server.channels.display import DisplayChannel
from gateway.server.closing import Closing
from gateway.server.display.surface import PRIMARY
from gateway.server.reception import Reception
from gateway.server.server import SpiceServer
from gateway.server.transport import Transport
from gateway.server.visitor import Visitor


class LocalMachine(Machine):
    """`on_close` is called when the machine is to stop."""

    is_own = True

    def __init__(self, server: SpiceServer, address: str, *, on_close: Callable[[], None] = lambda: None) -> None:
        super().__init__(server.core, server)
        self._address = address
        self._on_close = on_close
        self.health.up()

    @property
    def address(self) -> str:
        return self._address

    async def serve(self, transport: Transport, visitor: Visitor) -> None:
        await Reception(self.server, transport, visitor).run()
        await transport.wait_closed()

    @property
    def pixels(self) -> Pixels | None:
        screens = (channel.screen for channel in self.server.channels if isinstance(channel, DisplayChannel))
        surface = next((screen.surfaces[PRIMARY] for screen in screens if PRIMARY in screen.surfaces), None)
        return surface.pixels if surface is not None else None

    def close(self, closing: Closing) -> None:
        super().close(closing)
        self._on_close()
