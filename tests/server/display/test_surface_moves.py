"""Pixels that are moved on a surface, onto themselves too."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.server.core import Core
from gateway.server.display.region import Rect
from gateway.server.display.screen import Screen
from gateway.spice.enums import SurfaceFmt

WIDTH, HEIGHT = 120, 140
STEPS = (-50, -18, -5, -3, -1, 0, 1, 3, 5, 18, 50)


@pytest.mark.parametrize("dy", STEPS)
async def test_moved_pixels_are_those_that_stood_there_before(dy: int) -> None:
    surface = Screen(Core(), lambda: 1).create(0, WIDTH, HEIGHT, SurfaceFmt.FMT_32_xRGB)
    for dx in STEPS:
        surface.pixels[:] = np.random.default_rng(abs(dx)).integers(0, 256, surface.pixels.shape, np.uint8)
        expected = surface.pixels.copy()
        target = Rect(55, 52, 65, 83)
        source = target.moved(-dx, -dy)
        expected[target.slices] = expected[source.slices]
        surface.copy_bits(target, source.left, source.top)
        assert (surface.pixels == expected).all(), (dx, dy)
