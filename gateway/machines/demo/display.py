"""The machine's screen: one primary surface, of which each monitor shows a part."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from gateway.machines.demo.cursors import cursor_shape
from gateway.machines.demo.limits import (
    DEFAULT_HEIGHT,
    DEFAULT_WIDTH,
    MAX_HEADS,
    MAX_HEIGHT,
    MAX_PIXELS,
    MAX_WIDTH,
    MIN_HEIGHT,
    MIN_WIDTH,
)
from gateway.machines.demo.signal import Signal
from gateway.machines.demo.toolkit.canvas import Pixels
from gateway.machines.demo.toolkit.desktop import Desktop
from gateway.machines.demo.toolkit.wallpaper import paint_wallpaper
from gateway.server.core import Core
from gateway.server.display.cursor import Cursor
from gateway.server.display.region import Rect
from gateway.server.display.surface import Surface
from gateway.server.display.worker import Monitor, QXLWorker
from gateway.server.interfaces import QXLInterface
from gateway.spice.agent import MonitorsConfig

Size = tuple[int, int]
"""Width and height in pixels."""


class SurfaceScreen:
    """A surface as the toolkit's screen."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    @property
    def pixels(self) -> Pixels:
        return self._surface.pixels

    def damage(self, boxes: Sequence[Rect], group: Rect | None = None) -> None:
        self._surface.damage(*boxes, box=group)

    def copy(self, box: Rect, left: int, top: int) -> None:
        self._surface.copy_bits(box, left, top)


class DemoDisplay(QXLInterface):
    """Monitors stand side by side, from the left to the right."""

    def __init__(self, core: Core, desktop: Desktop) -> None:
        self._core = core
        self._desktop = desktop
        self._worker: QXLWorker | None = None
        self._cursors: dict[str, Cursor] = {}
        self._resizing: asyncio.Task[None] | None = None
        self._wanted: tuple[Size, ...] = ((DEFAULT_WIDTH, DEFAULT_HEIGHT),)
        self.changed = Signal()
        """The monitors are other ones."""
        self.sizes: tuple[Size, ...] = ()
        """Of the monitors that there are."""

    @property
    def surface(self) -> Surface | None:
        """What is seen."""
        return self._worker.primary if self._worker is not None else None

    def on_attached(self, worker: QXLWorker) -> None:
        self._worker = worker
        width, height = whole_size(self._wanted)
        self._show(self._wanted, paint_wallpaper(width, height))
        self.show_cursor("arrow")

    def on_detached(self) -> None:
        self._worker = None

    def on_monitors_config(self, config: MonitorsConfig) -> bool:
        sizes = [(monitor.width, monitor.height) for monitor in config.monitors if monitor.width and monitor.height]
        self.resize(sizes)
        return bool(sizes)

    def resize(self, sizes: Sequence[Size]) -> None:
        """Have monitors of these sizes, within limits; the wallpaper is painted off the loop first."""
        wanted = fitted([clamped(size) for size in sizes[:MAX_HEADS]])
        if not wanted:
            return
        self._wanted = wanted
        if self._resizing is None and wanted != self.sizes:
            self._resizing = self._core.spawn(self._resize(), "demo: resize")

    async def resized(self) -> None:
        """Wait until the monitors are as they were asked for."""
        if self._resizing is not None:
            await self._resizing

    async def _resize(self) -> None:
        """Until the newest wish is fulfilled."""
        try:
            while (wanted := self._wanted) != self.sizes and self._worker is not None:
                wallpaper = await self._core.loop.run_in_executor(None, paint_wallpaper, *whole_size(wanted))
                self._show(wanted, wallpaper)
        finally:
            self._resizing = None

    def _show(self, sizes: tuple[Size, ...], wallpaper: Pixels) -> None:
        if self._worker is None:
            return
        surface = self._worker.create_primary_surface(*whole_size(sizes))
        self.sizes = sizes
        heads = side_by_side(sizes)
        self._worker.monitors_config([Monitor(at, head) for at, head in enumerate(heads)], MAX_HEADS)
        self._desktop.attach(SurfaceScreen(surface), wallpaper, heads)
        self.changed()
        self._desktop.flush()

    # the pointer

    def show_cursor(self, name: str) -> None:
        """Change the pointer's shape."""
        if self._worker is None:
            return
        if name not in self._cursors:
            self._cursors[name] = Cursor.from_rgba(*cursor_shape(name))
        self._worker.set_cursor(self._cursors[name])

    def move_cursor(self, x: int, y: int) -> None:
        """It stands there, by the machine's word."""
        if self._worker is not None:
            self._worker.move_cursor(x, y)


def clamped(size: Size) -> Size:
    """The nearest size that the machine can have; widths are even."""
    width, height = size
    return min(MAX_WIDTH, max(MIN_WIDTH, width)) & ~1, min(MAX_HEIGHT, max(MIN_HEIGHT, height))


def fitted(sizes: Sequence[Size]) -> tuple[Size, ...]:
    """The sizes, all made smaller alike where together they have more pixels than the machine spends memory on."""
    width, height = whole_size(sizes) if sizes else (1, 1)
    scale = min(1.0, (MAX_PIXELS / (width * height)) ** 0.5)
    return tuple(clamped((int(width * scale), int(height * scale))) for width, height in sizes)


def whole_size(sizes: Sequence[Size]) -> Size:
    """Of the surface that all monitors show parts of."""
    return sum(width for width, _ in sizes), max(height for _, height in sizes)


def side_by_side(sizes: Sequence[Size]) -> list[Rect]:
    """Where each monitor is on the surface."""
    heads, left = [], 0
    for width, height in sizes:
        heads.append(Rect.at(left, 0, width, height))
        left += width
    return heads
