"""Boxes and regions hold the pixels that they should."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.machines.demo.toolkit.geometry import Region, without
from gateway.server.display.region import Rect

boxes = st.builds(Rect.at, st.integers(0, 30), st.integers(0, 30), st.integers(1, 20), st.integers(1, 20))


def painted(pieces: list[Rect]) -> np.ndarray:
    """How often each pixel is in one of the pieces."""
    grid = np.zeros((60, 60), int)
    for piece in pieces:
        grid[piece.top : piece.bottom, piece.left : piece.right] += 1
    return grid


@settings(deadline=None)
@given(boxes, st.lists(boxes, max_size=5))
def test_what_is_left_of_a_box_has_each_pixel_once(box: Rect, others: list[Rect]) -> None:
    expected = (painted([box]) > 0) & (painted(others) == 0)
    assert np.array_equal(painted(without(box, others)), expected.astype(int))


@settings(deadline=None)
@given(st.lists(boxes, max_size=40))
def test_region_has_all_that_was_added_and_nothing_twice(added: list[Rect]) -> None:
    region = Region()
    for box in added:
        region.add(box)
    counts = painted(region.take())
    assert counts.max() <= 1
    assert (counts >= (painted(added) > 0)).all()
    assert not region
