"""What of a surface is told to have changed."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.server.display.diff import MOST_RECTS, TILE, Words, changed
from gateway.server.display.region import NOWHERE, Rect, Region

WIDTH, HEIGHT = 40 * TILE, 30 * TILE
EVERYWHERE = Rect(0, 0, WIDTH, HEIGHT)


def black() -> Words:
    return np.zeros((HEIGHT, WIDTH), np.dtype("<u4"))


def with_change(*rects: Rect) -> Words:
    words = black()
    for rect in rects:
        words[rect.slices] = 0xFFFFFF
    return words


def test_surface_that_did_not_change_has_nothing_to_tell() -> None:
    assert changed(black(), black(), EVERYWHERE) == NOWHERE
    assert changed(black(), black(), Rect(3, 5, 20, 30)) == NOWHERE


def test_small_change_is_told_to_the_pixel() -> None:
    letter = Rect(105, 67, 113, 79)
    assert changed(with_change(letter), black(), Rect(100, 60, 130, 90)) == Region((letter,))


def test_dense_change_is_told_as_one_rectangle() -> None:
    window = Rect(4 * TILE, 2 * TILE, 30 * TILE, 20 * TILE)
    now = with_change(window)
    now[6 * TILE : 8 * TILE, 10 * TILE : 14 * TILE] = 0
    assert changed(now, black(), EVERYWHERE) == Region((window,))


def test_changes_far_apart_are_told_apart() -> None:
    corners = [Rect(0, 0, 2 * TILE, TILE), Rect(WIDTH - TILE, HEIGHT - TILE, WIDTH, HEIGHT)]
    assert changed(with_change(*corners), black(), EVERYWHERE) == Region(corners)


@pytest.mark.parametrize("seed", range(40))
def test_every_pixel_that_changed_is_told_and_none_outside_what_was_declared(seed: int) -> None:
    rng = np.random.default_rng(seed)
    now = black()
    for _ in range(int(rng.integers(1, 80))):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        now[y : y + int(rng.integers(1, 60)), x : x + int(rng.integers(1, 60))] = rng.integers(1, 1 << 24)
    left, top = int(rng.integers(0, WIDTH - 1)), int(rng.integers(0, HEIGHT - 1))
    where = Rect(left, top, int(rng.integers(left + 1, WIDTH + 1)), int(rng.integers(top + 1, HEIGHT + 1)))
    told = changed(now, black(), where)
    assert len(told) <= 3 * MOST_RECTS  # they may be cut where they stand in one band
    left_over = now[where.slices].copy()
    for rect in told:
        assert where.holds(rect)
        left_over[rect.moved(-where.left, -where.top).slices] = 0
    assert not left_over.any()
