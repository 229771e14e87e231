"""The scenes of the core's benchmark: they stay on the screen, and keep their pace."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.core.painter import Painter
from benchmarks.core.pictures import (
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
from benchmarks.core.scenes import SCENES, Box, Scroll

SCREEN = Box(0, 0, WIDTH, HEIGHT)


def black(*shape: int) -> Pixels:
    """That many pixels, which take no memory."""
    return np.broadcast_to(np.zeros(1, np.uint8), shape)


PICTURES = Pictures(
    black(DESKTOPS, HEIGHT, WIDTH, 4),
    black(VIDEO_FRAMES, VIDEO_HEIGHT, VIDEO_WIDTH, 4),
    black(LINES * LINE, TEXT_WIDTH, 4),
    black(26, LINE, GLYPH, 4),
)


def holds(outer: Box, inner: Box) -> bool:
    across = outer.left <= inner.left < inner.right <= outer.right
    return across and outer.top <= inner.top < inner.bottom <= outer.bottom


class Canvas:
    """Remembers where was drawn, which must be on the screen."""

    def __init__(self) -> None:
        self.handed = 0.0
        self.drawn: list[Box] = []

    def put(self, x: int, y: int, pixels: Pixels) -> None:
        height, width, _ = pixels.shape
        self._draw(Box(x, y, x + width, y + height))

    def copy(self, source: Box, x: int, y: int) -> None:
        assert holds(SCREEN, source)
        self._draw(Box(x, y, x + source.right - source.left, y + source.bottom - source.top))

    def _draw(self, box: Box) -> None:
        assert holds(SCREEN, box), box
        self.drawn.append(box)


@pytest.mark.parametrize("name", SCENES)
def test_scene_stays_on_the_screen_and_answers_keys_in_its_key_area(name: str) -> None:
    canvas = Canvas()
    scene = SCENES[name](PICTURES)
    scene.start(canvas)
    for number in range(2 * LINES):
        scene.tick(canvas, number)
    for number in range(100):
        canvas.drawn.clear()
        scene.key(canvas, number)
        assert canvas.drawn
        assert all(holds(scene.key_area, box) for box in canvas.drawn)


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_machine_shows_a_picture_when_it_is_due_and_leaves_out_those_it_is_late_for() -> None:
    clock = Clock()
    painter = Painter(Canvas(), PICTURES, clock)
    assert painter.due() is None
    assert painter.obey("show scroll\n") == "{}"
    painter.tick()
    painter.tick()
    assert painter.told.ticks == 1
    clock.now += 3.5 / Scroll.RATE
    painter.tick()
    assert painter.due() == pytest.approx(50.0 + 4 / Scroll.RATE)
    painter.key()
    told = json.loads(painter.obey("halt\n"))
    assert told == {"ticks": 2, "skipped": 2, "keys": [0.0]}
    assert painter.due() is None
