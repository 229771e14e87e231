"""The dock: a tile for each application, over everything at the bottom of the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, rgb, rounded_mask
from gateway.machines.demo.toolkit.fonts import MEDIUM, Mask, sans
from gateway.machines.demo.toolkit.icons import draw_tile
from gateway.server.display.region import Rect

_TILE: Final = 44
_GAP: Final = 10
_PADDING: Final = 10
_MARGIN: Final = 10
_DOT: Final = 4
_RADIUS: Final = 16
_TIP_HEIGHT: Final = 30
_GLASS: Final = 205
"""Of 255: how much the dock covers."""


class Item(NamedTuple):
    """An application of the dock."""

    icon: str
    title: str


class Dock:
    """`changed` is told which part of the screen looks different."""

    def __init__(self, items: Sequence[Item], changed: Callable[[Rect], None]) -> None:
        self.items = items
        self.open: frozenset[str] = frozenset()
        self.lit: int | None = None
        """The tile under the pointer, or chosen by the keyboard."""
        self._changed = changed
        self._screen = Rect(0, 0, 0, 0)

    def place(self, screen: Rect) -> None:
        """Stand at the bottom of this part of the screen."""
        self._screen = screen

    @property
    def _tile(self) -> int:
        room = (self._screen.width - 2 * (_PADDING + _MARGIN)) // max(1, len(self.items))
        return max(16, min(_TILE, room - _GAP))

    @property
    def panel(self) -> Rect:
        width = len(self.items) * (self._tile + _GAP) - _GAP + 2 * _PADDING
        height = self._tile + 2 * _PADDING + 2
        left = self._screen.left + (self._screen.width - width) // 2
        return Rect.at(left, self._screen.bottom - _MARGIN - height, width, height)

    @property
    def bounds(self) -> Rect:
        tip = self._tip()
        return self.panel if tip is None else self.panel.around(tip)

    @property
    def opaque(self) -> Iterable[Rect]:
        return ()

    def tile(self, index: int) -> Rect:
        panel = self.panel
        left = panel.left + _PADDING + index * (self._tile + _GAP)
        return Rect.at(left, panel.top + _PADDING - 1, self._tile, self._tile)

    def at(self, x: int, y: int) -> int | None:
        """The tile at a place; gaps belong to the nearer tile."""
        reach = range(len(self.items))
        return next((index for index in reach if self.tile(index).inset(-_GAP // 2).has(x, y)), None)

    def light(self, index: int | None) -> None:
        """The pointer is over a tile, or over none."""
        if index == self.lit:
            return
        before = self.bounds
        self.lit = index
        self._changed(before.around(self.bounds))

    def show_open(self, icons: frozenset[str]) -> None:
        """Mark which applications have a window."""
        for index, item in enumerate(self.items):
            if (item.icon in icons) != (item.icon in self.open):
                tile = self.tile(index)
                self._changed(Rect(tile.left, tile.bottom, tile.right, self.panel.bottom))
        self.open = icons

    def _tip(self) -> Rect | None:
        if self.lit is None:
            return None
        tile = self.tile(self.lit)
        width = sans(theme.SMALL, MEDIUM).width(self.items[self.lit].title) + 24
        return Rect.at((tile.left + tile.right - width) // 2, self.panel.top - _TIP_HEIGHT - 8, width, _TIP_HEIGHT)

    def compose(self, canvas: Canvas) -> None:
        panel = self.panel
        canvas.cover(panel.left, panel.top, _glass(panel.width, panel.height), rgb("#ffffff"))
        for index, item in enumerate(self.items):
            tile = self.tile(index)
            draw_tile(canvas, item.icon, tile, lit=index == self.lit)
            if item.icon in self.open:
                dot = Rect.at((tile.left + tile.right - _DOT) // 2, tile.bottom + 4, _DOT, _DOT)
                canvas.rounded(dot, _DOT // 2, theme.TEXT)
        self._compose_tip(canvas)

    def _compose_tip(self, canvas: Canvas) -> None:
        tip = self._tip()
        if tip is None or self.lit is None:
            return
        font = sans(theme.SMALL, MEDIUM)
        canvas.rounded(tip, theme.RADIUS, theme.DARK)
        top = tip.top + (tip.height - font.height) // 2
        canvas.text(tip.left + 12, top, self.items[self.lit].title, font, theme.ON_ACCENT)


@lru_cache(maxsize=8)
def _glass(width: int, height: int) -> Mask:
    return (rounded_mask(width, height, _RADIUS) * (_GLASS / 255)).astype(np.uint8)
