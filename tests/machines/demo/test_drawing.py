"""The drawing board."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gateway.machines.demo.apps.drawing import Board
from gateway.machines.demo.toolkit.canvas import Canvas, blank
from gateway.server.display.region import Rect

WIDTH, HEIGHT = 60, 40


def drawn(
    *strokes: tuple[tuple[int, int], tuple[int, int]], width: int = 5
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """How dark each pixel is."""
    board = Board(Rect(0, 0, WIDTH, HEIGHT))
    board.width = width
    for start, end in strokes:
        board.stroke(start, end)
    pixels = blank(WIDTH, HEIGHT)
    board.draw(Canvas(pixels))
    return 255 - pixels[..., 2]


def test_line_is_as_wide_as_it_shall_be_all_along() -> None:
    ink = drawn(((10, 20), (50, 20)))
    assert all((ink[:, x] > 0).sum() == 5 for x in range(10, 51))


def test_line_of_many_strokes_is_as_wide_at_its_joints_as_between_them() -> None:
    joints = [(x, 20) for x in range(10, 51, 5)]
    ink = drawn(*pairwise(joints))
    assert np.array_equal(ink > 0, drawn(((10, 20), (50, 20))) > 0)


def test_stroke_that_leaves_the_paper_is_cut_off() -> None:
    ink = drawn(((WIDTH - 1, 0), (WIDTH - 1, HEIGHT - 1)), width=24)
    assert (ink[:, -12:] > 0).all()
    assert not ink[:, : WIDTH - 16].any()
