"""Encoders read the surface's own memory, and what they read does not change under them."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.server.core import Core
from gateway.server.display.region import Rect
from gateway.server.display.screen import Screen
from gateway.server.display.surface import Surface
from gateway.spice.enums import SurfaceFmt
from tests.server.display.reader import Reader

WIDTH, HEIGHT = 256, 128


class Loan:
    def __init__(self, *, is_read: bool) -> None:
        self.is_read = is_read


def watched_surface(width: int = WIDTH) -> Surface:
    screen = Screen(Core(), lambda: 1)
    surface = screen.create(0, width, HEIGHT, SurfaceFmt.FMT_32_xRGB)
    Reader(screen)
    return surface


@pytest.mark.parametrize("is_read", [True, False])
async def test_memory_that_is_read_stays_as_it_is(is_read: bool) -> None:
    surface = watched_surface()
    surface.fill(surface.bounds, 0x010203)
    lent = surface.lend(Rect(0, 10, WIDTH, 110), Loan(is_read=is_read))
    assert np.shares_memory(lent, surface.shadow)
    surface.fill(Rect(5, 5, 50, 50), 0xFFFFFF)
    surface.copy_bits(Rect(60, 60, 90, 90), 10, 10)
    assert (lent[..., 0] == 3).all() == is_read
    assert np.shares_memory(lent, surface.shadow) != is_read
    assert np.array_equal(surface.shadow, surface.pixels)


async def test_parts_of_rows_and_few_of_them_are_copied() -> None:
    surface, odd = watched_surface(), watched_surface(WIDTH + 1)
    loan = Loan(is_read=True)
    for lender, rect in ((surface, Rect(1, 0, WIDTH, HEIGHT)), (surface, Rect(0, 0, WIDTH, 9)), (odd, odd.bounds)):
        assert not np.shares_memory(lender.lend(rect, loan), lender.shadow)
