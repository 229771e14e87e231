"""The machines behind the load benchmark, in a process of their own: ``python -m benchmarks.load.machines COUNT RATE``.

Each is a small screen of our own server core that changes RATE times a second, and at once for a key. Prints its ports
as one line of JSON, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count

import numpy as np
import uvloop

from gateway.machines.local import LocalMachine
from gateway.server.core import Core
from gateway.server.display.region import Rect
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import KeyboardInterface, QXLInterface
from gateway.server.listener import Listener, visitor_on
from gateway.server.server import SpiceServer

WIDTH, HEIGHT = 640, 480
CELL = 32
KEY_PLACE = Rect(0, 0, 8, 8)
"""What changes for a key; everything else changes by itself."""


class Screen(QXLInterface):
    """Blocks that come and go."""

    def __init__(self, core: Core, rate: float) -> None:
        self._core = core
        self._rate = rate
        self._colours = np.random.default_rng(1)

    def on_attached(self, worker: QXLWorker) -> None:
        self.surface = worker.create_primary_surface(WIDTH, HEIGHT)
        if self._rate:
            self._core.spawn(self._run(), "screen")

    async def _run(self) -> None:
        for number in count():
            await asyncio.sleep(1 / self._rate)
            x, y = number * CELL % WIDTH, CELL + number * CELL // WIDTH * CELL % (HEIGHT - CELL)
            self.draw(Rect.at(x, y, CELL, CELL))

    def draw(self, rect: Rect) -> None:
        shape = (rect.height // 4, rect.width // 4, 4)
        blocks = np.kron(self._colours.integers(0, 256, shape, np.uint8), np.ones((4, 4, 1), np.uint8))
        self.surface.pixels[rect.slices] = blocks
        self.surface.damage(rect)


class Keyboard(KeyboardInterface):
    """Each key that goes down is seen at once."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def push_scan_code(self, code: int) -> None:
        if not code & 0x80:
            self._screen.draw(KEY_PLACE)


async def main(machines: int, rate: float) -> None:
    core = Core()
    ports = []
    for number in range(machines):
        server = SpiceServer(core, f"machine{number}")
        server.init()
        server.ticketing = False
        screen = Screen(core, rate)
        server.add_interface(screen)
        server.add_interface(Keyboard(screen))
        machine = LocalMachine(server, "load:")
        listener = Listener(core, lambda client, m=machine: m.serve(client, visitor_on(client)), server.name)  # type: ignore[misc]
        ports.append(await listener.listen("127.0.0.1", 0))
    print(json.dumps(ports), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), float(sys.argv[2])))
