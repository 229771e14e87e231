"""Regions are sets of pixels: every operation is checked against Python's own sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.server.display.region import NOWHERE, Rect, Region
from gateway.spice.messages import shapes

COORDINATES = st.integers(0, 12)
RECTS = st.builds(Rect.at, COORDINATES, COORDINATES, st.integers(0, 6), st.integers(0, 6))
REGIONS = st.lists(RECTS, max_size=6).map(Region)


def pixels(region: Region) -> set[tuple[int, int]]:
    found = [(x, y) for rect in region for x in range(rect.left, rect.right) for y in range(rect.top, rect.bottom)]
    assert len(found) == len(set(found)), "rectangles of a region overlap"
    return set(found)


@given(REGIONS, REGIONS)
def test_region_adds_subtracts_and_intersects_as_sets_do(one: Region, two: Region) -> None:
    assert pixels(one | two) == pixels(one) | pixels(two)
    assert pixels(one - two) == pixels(one) - pixels(two)
    assert pixels(one & two) == pixels(one) & pixels(two)


@given(REGIONS, REGIONS)
def test_regions_of_the_same_pixels_are_equal(one: Region, two: Region) -> None:
    assert (one | two) == (two | one)
    assert ((one | two) - two) | (one & two) | (two & one) == one
    assert hash(one | two) == hash(two | one)


@given(st.lists(RECTS, max_size=6))
def test_region_has_the_pixels_of_the_rectangles_it_is_made_of(rects: list[Rect]) -> None:
    assert pixels(Region(rects)) == set().union(*(pixels(Region([rect])) for rect in rects))


@given(REGIONS, st.integers(1, 4), st.integers(0, 20))
def test_coarse_region_holds_the_fine_one_in_few_rectangles(region: Region, most: int, waste: int) -> None:
    coarse = region.coarse(most, waste)
    assert pixels(region) <= pixels(coarse)
    assert (coarse == NOWHERE) == (region == NOWHERE)


@given(REGIONS, st.integers(-5, 5), st.integers(-5, 5))
def test_moved_region_has_moved_pixels(region: Region, dx: int, dy: int) -> None:
    assert pixels(region.moved(dx, dy)) == {(x + dx, y + dy) for x, y in pixels(region)}


@given(REGIONS, RECTS)
def test_region_knows_what_it_overlaps_and_how_large_it_is(region: Region, rect: Rect) -> None:
    assert region.overlaps(rect) == bool(pixels(region) & pixels(Region([rect])))
    assert region.area == len(pixels(region))


def test_rectangle_knows_its_places() -> None:
    rect = Rect.at(10, 20, 30, 40)
    assert rect == Rect(10, 20, 40, 60)
    assert (rect.width, rect.height, rect.area) == (30, 40, 1200)
    assert rect.wire == shapes.Rect(top=20, left=10, bottom=60, right=40)
    assert rect.slices == (slice(20, 60), slice(10, 40))
    assert (rect & Rect.at(100, 100, 1, 1)).is_empty
    assert rect.around(Rect.at(0, 0, 1, 1)) == Rect(0, 0, 40, 60)
    assert rect.holds(Rect.at(10, 20, 1, 1)) and not rect.holds(Rect.at(9, 20, 1, 1))


def test_region_of_far_too_many_rectangles_becomes_the_one_around_them() -> None:
    region = Region(Rect.at(4 * i, 4 * i, 1, 1) for i in range(40))
    assert region.coarse(8, 0) == Region([region.bounds])
