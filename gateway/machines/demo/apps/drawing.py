"""A board to draw on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour, blank, blend, rgb
from gateway.machines.demo.toolkit.fonts import Mask
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets import Button, Label, Slider
from gateway.machines.demo.toolkit.widgets.button import Pressable
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_COLOURS: Final = tuple(
    map(rgb, ("#1c2333", "#e03131", "#f08c00", "#2f9e44", "#1971c2", "#7048e8", "#d6336c", "#ffffff"))
)
_MARGIN: Final = 14
_STEP: Final = 8
"""Pixels that an arrow key moves the pen."""


class Board(Widget):
    """Paper that keeps what is drawn. Arrows move a pen, Space lets it down."""

    focusable = True
    cursor = "cross"

    def __init__(self, box: Rect) -> None:
        super().__init__(box)
        self.colour = _COLOURS[4]
        self.width = 5
        self._paper = blank(box.width, box.height)
        self._pen = (box.width // 2, box.height // 2)
        self._down = False
        self.clear()

    def clear(self) -> None:
        self._paper[..., :3] = 255
        self.invalidate()

    def stroke(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A line with round ends, in the paper's coordinates."""
        reach = self.width // 2 + 2
        span = Rect(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]) + 1, max(start[1], end[1]) + 1)
        part = span.inset(-reach) & Rect(0, 0, self.box.width, self.box.height)
        if part.is_empty:
            return
        view = self._paper[part.top : part.bottom, part.left : part.right]
        blend(view, _line(part, start, end, self.width), self.colour)
        self.invalidate(part.moved(self.box.left, self.box.top))

    def draw(self, canvas: Canvas) -> None:
        canvas.fill(self.box.inset(-1), theme.BORDER)
        self.draw_ring(canvas, 0)
        canvas.paste(self._paper, self.box.left, self.box.top)
        if self.focused:
            x, y = self.box.left + self._pen[0], self.box.top + self._pen[1]
            canvas.fill(Rect.at(x - 4, y, 9, 1), theme.MUTED)
            canvas.fill(Rect.at(x, y - 4, 1, 9), theme.MUTED)

    def on_press(self, x: int, y: int) -> None:
        self._to(x - self.box.left, y - self.box.top, draw=False)
        self.stroke(self._pen, self._pen)

    def on_drag(self, x: int, y: int) -> None:
        self._to(x - self.box.left, y - self.box.top, draw=True)

    def on_key(self, key: Key) -> bool:
        move = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}.get(key.name)
        if key.name == " ":
            self._down = not self._down
            self.stroke(self._pen, self._pen)
        elif move is not None and not key.alt:
            self._to(self._pen[0] + move[0] * _STEP, self._pen[1] + move[1] * _STEP, draw=self._down)
        else:
            return False
        return True

    def _to(self, x: int, y: int, *, draw: bool) -> None:
        before = self._pen
        self._pen = (min(self.box.width - 1, max(0, x)), min(self.box.height - 1, max(0, y)))
        for at in (before, self._pen):
            self.invalidate(Rect.at(self.box.left + at[0] - 5, self.box.top + at[1] - 5, 11, 11))
        if draw:
            self.stroke(before, self._pen)


def _line(part: Rect, start: tuple[int, int], end: tuple[int, int], width: int) -> Mask:
    """Coverage, in `part`, of a line with round ends: by each pixel's distance from it."""
    y, x = np.ogrid[part.top : part.bottom, part.left : part.right]
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / max(1, dx * dx + dy * dy)
    np.clip(along, 0, 1, out=along)
    distance = np.hypot(x - start[0] - along * dx, y - start[1] - along * dy)
    mask: Mask = (np.clip((width + 1) / 2 - distance, 0, 1) * 255).astype(np.uint8)
    return mask


class Swatch(Pressable):
    """A colour to choose."""

    def __init__(self, box: Rect, colour: Colour, choose: Callable[[Colour], None]) -> None:
        super().__init__(box, lambda: choose(colour))
        self.colour = colour
        self.chosen = False

    def draw(self, canvas: Canvas) -> None:
        self.draw_ring(canvas, self.box.width // 2)
        if self.chosen:
            canvas.rounded(self.box, self.box.width // 2, theme.ACCENT)
            canvas.rounded(self.box.inset(2), self.box.width // 2 - 2, theme.WINDOW)
        inner = self.box.inset(4)
        canvas.rounded(inner, inner.width // 2, self.colour, theme.STRONG_BORDER)


class Drawing(App):
    """Strokes by pointer or keys."""

    name = "drawing"
    label = "Drawing board"
    size = (600, 440)

    def build(self) -> None:
        self._board = Board(Rect(_MARGIN, 56, self.size[0] - _MARGIN, self.size[1] - _MARGIN))
        self._swatches = [
            Swatch(Rect.at(14 + at * 36, 12, 32, 32), colour, self._choose) for at, colour in enumerate(_COLOURS)
        ]
        self.add(*self._swatches)
        self.add(
            Label(Rect.at(318, 19, 40, 20), "Width", colour=theme.MUTED),
            Slider(Rect.at(362, 12, 120, 32), 0.2, self._widen),
            Button(Rect.at(self.size[0] - 96, 11, 80, theme.ROW), "Clear", self._board.clear),
            self._board,
        )
        self._choose(_COLOURS[4])

    def _choose(self, colour: Colour) -> None:
        self._board.colour = colour
        for swatch in self._swatches:
            if swatch.chosen != (swatch.colour == colour):
                swatch.chosen = not swatch.chosen
                swatch.invalidate()

    def _widen(self, value: float) -> None:
        self._board.width = 1 + round(value * 23)
