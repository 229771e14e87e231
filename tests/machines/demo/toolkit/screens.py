"""A screen that remembers what it was told, and checks it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank
from gateway.machines.demo.toolkit.desktop import Desktop
from gateway.machines.demo.toolkit.dock import Item
from gateway.machines.demo.toolkit.wallpaper import paint_wallpaper
from gateway.server.display.region import Rect

ITEMS = (Item("welcome", "Welcome"), Item("video", "Video"), Item("terminal", "Terminal"))


class TestScreen:
    """`told` is what a client would see: only what damage and copies say reaches it."""

    __test__ = False

    def __init__(self, width: int = 640, height: int = 480) -> None:
        self.pixels = blank(width, height)
        self.told = blank(width, height)
        self.damaged: list[Rect] = []
        self.groups: list[Rect] = []
        self.copies: list[tuple[Rect, int, int]] = []

    def damage(self, boxes: Sequence[Rect], group: Rect | None = None) -> None:
        for box in boxes:
            part = np.s_[box.top : box.bottom, box.left : box.right]
            self.told[part] = self.pixels[part]
        self.damaged.extend(boxes)
        if group is not None:
            self.groups.append(group)

    def copy(self, box: Rect, left: int, top: int) -> None:
        for pixels in (self.pixels, self.told):
            source = pixels[top : top + box.height, left : left + box.width].copy()
            pixels[box.top : box.bottom, box.left : box.right] = source
        self.copies.append((box, left, top))

    def forget(self) -> None:
        self.damaged.clear()
        self.groups.clear()
        self.copies.clear()


class Shown:
    """A desktop on a screen of its own; `launched` are the applications that were asked for."""

    def __init__(self, width: int = 640, height: int = 480) -> None:
        self.launched: list[str] = []
        self.screen = TestScreen(width, height)
        self.desktop = Desktop(asyncio.get_running_loop(), ITEMS, self.launched.append)
        self.desktop.attach(self.screen, paint_wallpaper(width, height), [Rect(0, 0, width, height)])
        self.desktop.flush()

    def whole(self) -> Pixels:
        """All of it, composed anew."""
        pixels = np.zeros_like(self.screen.pixels)
        self.desktop.scene.compose(Canvas(pixels))
        return pixels

    def is_right(self) -> bool:
        """Whether what was told is what a full repaint gives."""
        return bool(np.array_equal(self.screen.told, self.whole()))
