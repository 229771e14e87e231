"""Scrolling is found in the pixels, whoever forgets to tell of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.server.display.diff import Words
from gateway.server.display.region import Rect
from gateway.server.display.scroll import Move, ScrollFinder, find_move

WIDTH, HEIGHT = 192, 160
PAGE = Rect(0, 0, WIDTH, HEIGHT)


def page(seed: int = 1, blank: float = 0.5) -> Words:
    """Rows, some of which are blank, as between lines of text."""
    random = np.random.default_rng(seed)
    rows = random.integers(0, 1 << 24, (HEIGHT, WIDTH), np.uint32)
    rows[random.random(HEIGHT) < blank] = 0xFFFFFF
    return rows


def scrolled(before: Words, where: Rect, dy: int, seed: int = 2) -> Words:
    now, fresh = before.copy(), page(seed)
    now[where.slices] = fresh[where.slices]
    target = where & where.moved(0, dy)
    now[target.slices] = before[target.moved(0, -dy).slices]
    return now


@pytest.mark.parametrize("dy", [-100, -16, -1, 1, 7, 90])
@pytest.mark.parametrize("where", [PAGE, Rect(16, 8, 144, 150)])
def test_rows_that_moved_are_found(dy: int, where: Rect) -> None:
    before = page()
    move = find_move(scrolled(before, where, dy), before, where)
    assert move is not None and move.dy == dy
    target = where & where.moved(0, dy)
    assert move.box.holds(target)


@settings(deadline=None)
@given(st.integers(-HEIGHT, HEIGHT), st.integers(0, 50), st.floats(0, 1))
def test_what_is_said_to_have_moved_did(dy: int, seed: int, blank: float) -> None:
    before = page(seed, blank)
    now = scrolled(before, PAGE, dy, seed + 1)
    move = find_move(now, before, PAGE)
    if move is not None:
        assert PAGE.holds(move.box) and PAGE.holds(move.box.moved(0, -move.dy))
        assert np.array_equal(now[move.box.slices], before[move.box.moved(0, -move.dy).slices])


def test_neither_stillness_nor_something_else_is_scrolling() -> None:
    before = page()
    assert find_move(before, before, PAGE) is None
    assert find_move(page(9), before, PAGE) is None
    assert find_move(page(1, blank=1), before, PAGE) is None


def test_few_rows_are_not_worth_it() -> None:
    before = page(blank=0)
    now = page(5, blank=0)
    now[10:20] = before[40:50]
    assert find_move(now, before, PAGE) is None


def test_finder_looks_more_seldom_while_it_finds_nothing_and_at_once_when_it_did() -> None:
    finder = ScrollFinder()
    before = page()
    now = scrolled(before, PAGE, -16)
    assert isinstance(finder.find(now, before, PAGE), Move)
    for _ in range(100):
        finder.find(page(9), before, PAGE)
    tries = [finder.find(now, before, PAGE) is not None for _ in range(20)]
    assert not tries[0] and any(tries)
    assert finder.find(now, before, PAGE) is not None


def test_finder_leaves_small_areas_alone() -> None:
    before = page()
    small = Rect(0, 0, 40, 160)
    assert ScrollFinder().find(scrolled(before, small, 16), before, small) is None
