"""A display adapter whose machine is the test, for a `CoreMachine`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.codecs.image import Pixels
from gateway.server.display.region import Rect
from gateway.server.display.surface import Surface
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import QXLInterface
from gateway.spice.agent import MonitorsConfig
from tests.e2e import picture
from tests.e2e.core_machine import CoreMachine
from tests.e2e.notes import Notes


@dataclass(eq=False)
class NotedAdapter(QXLInterface):
    """`takes_monitors`: whether it notes what clients arrange, or leaves it to the agent."""

    notes: Notes
    id: int = 0
    takes_monitors: bool = False

    def on_attached(self, worker: QXLWorker) -> None:
        self.worker = worker

    def on_monitors_config(self, config: MonitorsConfig) -> bool:
        if self.takes_monitors:
            self.notes.add("monitors", self.id, config)
        return self.takes_monitors


class Screen:
    """The primary surface of a new adapter; all of it may be called from the test's thread."""

    def __init__(self, machine: CoreMachine, width: int, height: int, id: int = 0) -> None:
        self.machine = machine
        self.adapter = machine.add(NotedAdapter(machine.notes, id))
        self.resize(width, height)

    @property
    def worker(self) -> QXLWorker:
        return self.adapter.worker

    def resize(self, width: int, height: int) -> None:
        self.surface: Surface = self.machine.call(lambda: self.worker.create_primary_surface(width, height))

    def draw(self, pixels: Pixels, x: int = 0, y: int = 0) -> None:
        """Put B G R X pixels there and tell where."""
        height, width = pixels.shape[:2]
        self.machine.call(lambda: self.surface.copy(Rect.at(x, y, width, height), pixels))

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        self.machine.call(lambda: self.surface.fill(Rect.at(x, y, width, height), colour))

    def copy_bits(self, x: int, y: int, width: int, height: int, src_x: int, src_y: int) -> None:
        self.machine.call(lambda: self.surface.copy_bits(Rect.at(x, y, width, height), src_x, src_y))

    def pixels(self) -> picture.Pixels:
        """What it shows: R G B."""
        return self.machine.call(lambda: self.surface.pixels[:, :, 2::-1].copy())
