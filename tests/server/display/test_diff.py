"""What changed is found wholly, and told in few rectangles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.server.display.diff import MOST_RECTS, TILE, Difference, Words
from gateway.server.display.region import NOWHERE, Rect, Region

WIDTH, HEIGHT = 160, 96
ALL = Rect(0, 0, WIDTH, HEIGHT)
POINTS = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))
RECTS = st.builds(Rect.at, st.integers(0, 150), st.integers(0, 90), st.integers(1, 160), st.integers(1, 96)).map(
    lambda rect: rect & ALL
)


def spotted(points: list[tuple[int, int]]) -> tuple[Words, Words]:
    before = np.zeros((HEIGHT, WIDTH), np.uint32)
    now = before.copy()
    for x, y in points:
        now[y, x] = 1
    return now, before


def mask(region: Region) -> Words:
    pixels = np.zeros((HEIGHT, WIDTH), np.uint32)
    for rect in region:
        pixels[rect.slices] = 1
    return pixels


@settings(deadline=None)
@example([(0, 0)], Rect(0, 1, 52, 80))
@given(st.lists(POINTS, max_size=60), RECTS)
def test_every_pixel_that_changed_is_told_and_none_outside(points: list[tuple[int, int]], where: Rect) -> None:
    now, before = spotted(points)
    told = Difference(now, before).within(where)
    assert all(where.holds(rect) for rect in told)
    missed = now * (1 - mask(told))
    assert not missed[where.slices].any()
    tiles = Rect(where.left // TILE, where.top // TILE, -(-where.right // TILE), -(-where.bottom // TILE))
    if not any(tiles.holds(Rect.at(x // TILE, y // TILE, 1, 1)) for x, y in points):
        assert told == NOWHERE, "a tile that differs beside it is all that may be told in vain"


@given(st.lists(POINTS, max_size=9), RECTS)
def test_without_the_compiled_comparison_the_same_is_told(points: list[tuple[int, int]], where: Rect) -> None:
    now, before = spotted(points)
    assert Difference(now, before).within(where) == Difference(now, before, kernels=None).within(where)


@pytest.mark.parametrize("where", [Rect(5, 5, 5, 9), Rect(9, 5, 5, 9), Rect(0, 9, 9, 2)])
def test_nothing_changes_in_an_empty_rectangle(where: Rect) -> None:
    now, before = spotted([(5, 5), (8, 8)])
    assert Difference(now, before).within(where) == NOWHERE


def test_a_letter_is_told_to_the_pixel() -> None:
    now, before = spotted([(70, 40), (75, 50)])
    assert Difference(now, before).within(Rect.at(60, 32, 30, 30)) == Region([Rect(70, 40, 76, 51)])


def test_changes_far_from_each_other_are_told_apart() -> None:
    now, before = spotted([(1, 1), (150, 90)])
    told = Difference(now, before).within(ALL)
    assert len(told) == 2 and told.area == 2 * 16 * 16


def test_wholly_different_picture_is_told_as_one_and_a_nearly_equal_one_as_what_differs() -> None:
    before = np.zeros((480, 640), np.uint32)
    where = Rect(0, 0, 640, 470)
    other = np.random.default_rng(1).integers(1, 9, before.shape, np.uint32)
    assert Difference(other, before).within(where) == Region([where])
    now = before.copy()
    now[100, 200] = 1
    assert Difference(now, before).within(where) == Region([Rect(192, 96, 208, 112)])


def test_many_changes_are_told_in_few_rectangles() -> None:
    now, before = spotted([(x, y) for x in range(0, WIDTH, 31) for y in range(0, HEIGHT, 17)])
    assert len(Difference(now, before).within(ALL)) <= 2 * MOST_RECTS
