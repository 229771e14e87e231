"""A machine of our own core: ``python -m benchmarks.core.own_machine PICTURES PASSWORD``, driven as `painter` says.

Its first line of output is ``{"port": PORT}``. It runs as the product does: on uvloop, behind a `Listener`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from gateway.machines.local import LocalMachine
from gateway.server.closing import NORMAL
from gateway.server.core import Core
from gateway.server.display.region import Rect
from gateway.server.interfaces import KeyboardInterface, QXLInterface
from gateway.server.listener import Listener, visitor_on
from gateway.server.server import SpiceServer
from gateway.server.transport import StreamTransport

from .painter import Painter
from .pictures import HEIGHT, WIDTH, Pictures, Pixels
from .scenes import Box

if TYPE_CHECKING:
    from gateway.server.display.surface import Surface
    from gateway.server.display.worker import QXLWorker

_RELEASED = 0x80


class OwnScreen(QXLInterface):
    """A `Canvas` that is a display adapter of ours."""

    def __init__(self) -> None:
        self.handed = 0.0
        self._surface: Surface | None = None

    def on_attached(self, worker: QXLWorker) -> None:
        self._surface = worker.create_primary_surface(WIDTH, HEIGHT)

    @property
    def surface(self) -> Surface:
        assert self._surface is not None
        return self._surface

    def put(self, x: int, y: int, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        self.surface.pixels[y : y + height, x : x + width] = pixels
        self.handed = time.monotonic()
        self.surface.damage(Rect(x, y, x + width, y + height))

    def copy(self, source: Box, x: int, y: int) -> None:
        width, height = source.right - source.left, source.bottom - source.top
        self.surface.copy_bits(Rect(x, y, x + width, y + height), source.left, source.top)


class Keys(KeyboardInterface):
    """A keyboard whose keys the painter answers."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    def push_scan_code(self, code: int) -> None:
        if not code & _RELEASED:
            self._painter.key()


class Machine:
    """The server with its screen and its keyboard, and the painter on its loop."""

    def __init__(self, pictures: Path, password: str) -> None:
        self._core = Core()
        self._server = SpiceServer(self._core, "benchmark")
        self._server.init()
        self._server.set_ticket(password)
        self._screen = OwnScreen()
        self._server.add_interface(self._screen)
        self._painter = Painter(self._screen, Pictures.load(pictures))
        self._server.add_interface(Keys(self._painter))
        self._machine = LocalMachine(self._server, "benchmark:")
        self._listener = Listener(self._core, self._serve, "benchmark")
        self._timer: asyncio.TimerHandle | None = None
        self._told = b""
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Until standard input ends."""
        port = await self._listener.listen("127.0.0.1", 0)
        print(json.dumps({"port": port}), flush=True)
        self._core.loop.add_reader(0, self._on_input)
        await self._over.wait()
        self._core.loop.remove_reader(0)
        self._server.close(NORMAL)
        self._listener.close()
        await self._core.close()

    async def _serve(self, transport: StreamTransport) -> None:
        await self._machine.serve(transport, visitor_on(transport))

    def _on_input(self) -> None:
        data = os.read(0, 4096)
        if not data:
            self._over.set()
        *lines, self._told = (self._told + data).split(b"\n")
        for line in lines:
            print(self._painter.obey(line.decode()), flush=True)
        self._plan()

    def _plan(self) -> None:
        """Be woken when the painter's next tick is due."""
        if self._timer is not None:
            self._timer.cancel()
        due = self._painter.due()
        self._timer = None
        if due is not None:
            self._timer = self._core.loop.call_later(max(0.0, due - time.monotonic()), self._tick)

    def _tick(self) -> None:
        self._painter.tick()
        self._plan()


def main() -> None:
    async def serve() -> None:
        await Machine(Path(sys.argv[1]), sys.argv[2]).run()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
