"""How the pictures move: one class a scene, drawn on any `Canvas` by `Canvas.put` and `Canvas.copy`.

A scene is shown by `start`, goes on `RATE` times a second with `tick`, and answers each key with `key` inside
`key_area`. The same numbers give the same picture on every machine.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from .pictures import (
    DESKTOPS,
    GLYPH,
    HEIGHT,
    LINE,
    LINES,
    TEXT_WIDTH,
    VIDEO_FRAMES,
    VIDEO_HEIGHT,
    VIDEO_WIDTH,
    WIDTH,
    Pictures,
    Pixels,
)

PACE = 30
"""Updates a second of whatever moves by itself."""


class Box(NamedTuple):
    """Pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Box) -> bool:
        """Whether they have a pixel in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Canvas(Protocol):
    """A screen as a toolkit sees it."""

    handed: float
    """When the last picture was given to the server; the program's own drawing of it came before."""

    def put(self, x: int, y: int, pixels: Pixels) -> None:
        """Show a picture with its left top corner there."""

    def copy(self, source: Box, x: int, y: int) -> None:
        """Show again, there, what stands in `source`."""


class Scene:
    """A desktop on which nothing happens but a small block that changes its colour with each key."""

    RATE: ClassVar[int] = 0
    key_area = Box(1880, 20, 1896, 36)

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures

    def start(self, canvas: Canvas) -> None:
        canvas.put(0, 0, self.pictures.desktops[0])

    def tick(self, canvas: Canvas, number: int) -> None:
        """The next picture of what moves by itself, counted from 0."""

    def key(self, canvas: Canvas, number: int) -> None:
        """The answer to a key, counted from 0."""
        canvas.put(self.key_area.left, self.key_area.top, np.full((16, 16, 4), 37 * number % 256, np.uint8))


class Idle(Scene):
    """Nothing moves."""


class Typing(Scene):
    """Each key shows a letter in a terminal."""

    PAGE = Box(100, 80, 100 + TEXT_WIDTH, 80 + 48 * LINE)
    key_area = PAGE

    def start(self, canvas: Canvas) -> None:
        super().start(canvas)
        canvas.put(self.PAGE.left, self.PAGE.top, self.pictures.text[: 48 * LINE])

    def key(self, canvas: Canvas, number: int) -> None:
        row, column = divmod(number % (48 * 80), 80)
        glyph = self.pictures.glyphs[(number + row) % 26]
        canvas.put(self.PAGE.left + column * GLYPH, self.PAGE.top + row * LINE, glyph)


class Scroll(Typing):
    """A terminal scrolls by a line; the machine copies what it has and draws the new line, as xterm does."""

    RATE = PACE
    ROWS = 48
    key_area = Scene.key_area
    key = Scene.key

    def tick(self, canvas: Canvas, number: int) -> None:
        page = self.PAGE
        canvas.copy(Box(page.left, page.top + LINE, page.right, page.bottom), page.left, page.top)
        canvas.put(page.left, page.bottom - LINE, self._rows(number + self.ROWS, 1))

    def _rows(self, first: int, count: int) -> Pixels:
        at = first % (LINES - self.ROWS) * LINE
        return self.pictures.text[at : at + count * LINE]


class Repaint(Scroll):
    """The same terminal by a program that draws all of it anew each time, as web pages and editors do."""

    def tick(self, canvas: Canvas, number: int) -> None:
        canvas.put(self.PAGE.left, self.PAGE.top, self._rows(number, self.ROWS))


class Move(Scene):
    """A window is dragged: its pixels are copied, and the desktop behind it is drawn where it was."""

    RATE = PACE
    SIZE = (800, 600)
    STEP = (12, 5)

    def start(self, canvas: Canvas) -> None:
        super().start(canvas)
        canvas.put(*self._place(0), self.pictures.desktops[1][: self.SIZE[1], : self.SIZE[0]])

    def _place(self, number: int) -> tuple[int, int]:
        """To and fro, within the screen."""
        there = number % 160
        turn = min(there, 160 - there)
        return 20 + self.STEP[0] * turn, 40 + self.STEP[1] * turn

    def tick(self, canvas: Canvas, number: int) -> None:
        (was_x, was_y), (x, y) = self._place(number), self._place(number + 1)
        width, height = self.SIZE
        canvas.copy(Box(was_x, was_y, was_x + width, was_y + height), x, y)
        dx, dy = abs(x - was_x), abs(y - was_y)
        self._behind(canvas, Box(was_x, was_y if y > was_y else was_y + height - dy, was_x + width, 0), dy)
        left = was_x if x > was_x else was_x + width - dx
        self._behind(canvas, Box(left, was_y, left + dx, 0), height)

    def _behind(self, canvas: Canvas, where: Box, height: int) -> None:
        ground = self.pictures.desktops[0][where.top : where.top + height, where.left : where.right]
        canvas.put(where.left, where.top, ground)


class Full(Scene):
    """Each key shows another desktop, all of the screen."""

    key_area = Box(0, 0, WIDTH, HEIGHT)

    def key(self, canvas: Canvas, number: int) -> None:
        canvas.put(0, 0, self.pictures.desktops[(number + 1) % DESKTOPS])


class Slides(Scene):
    """Most of the screen changes five times a second: more than a slow line carries."""

    RATE = 5
    TOP = 160

    def tick(self, canvas: Canvas, number: int) -> None:
        canvas.put(0, self.TOP, self.pictures.desktops[(number + 1) % DESKTOPS][self.TOP :])


class Video(Scene):
    """A window of 1280×720 pixels in which a film runs."""

    RATE = PACE
    AREA = Box(200, 160, 200 + VIDEO_WIDTH, 160 + VIDEO_HEIGHT)

    def tick(self, canvas: Canvas, number: int) -> None:
        canvas.put(self.AREA.left, self.AREA.top, self.pictures.video[number % VIDEO_FRAMES])


SCENES: dict[str, type[Scene]] = {
    kind.__name__.lower(): kind for kind in (Idle, Typing, Scroll, Repaint, Move, Full, Slides, Video)
}
