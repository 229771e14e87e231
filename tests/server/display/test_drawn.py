"""Pictures on their way, and that they leave nothing behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from gateway.server.core import Core
from gateway.server.display.drawn import Sharing
from gateway.server.display.encoding import Codec, Plan
from gateway.server.display.region import Rect
from gateway.server.display.screen import Screen
from gateway.spice.enums import SurfaceFmt

PLAN = Plan(Codec.LZ4, Codec.LZ4, alpha=False)
PLACE = Rect(0, 0, 32, 32)


@pytest.fixture
def nothing_is_collected() -> Iterator[None]:
    """Circles of objects stay in memory."""
    gc.disable()
    yield
    gc.enable()


async def test_clients_that_need_the_same_share_one_encoding() -> None:
    core, sharing = Core(), Sharing()
    surface = Screen(core, lambda: 1).create(0, 64, 64, SurfaceFmt.FMT_32_xRGB)
    first = sharing.snapshot(surface, PLACE).encoding(core, PLAN)
    assert sharing.snapshot(surface, PLACE).encoding(core, PLAN) is first


@pytest.mark.usefixtures("nothing_is_collected")
async def test_picture_is_let_go_as_soon_as_the_surface_shows_another() -> None:
    core, sharing = Core(), Sharing()
    surface = Screen(core, lambda: 1).create(0, 64, 64, SurfaceFmt.FMT_32_xRGB)
    snapshot = sharing.snapshot(surface, PLACE)
    snapshot.encoding(core, PLAN)
    pixels = weakref.ref(snapshot.pixels)
    del snapshot
    assert pixels() is not None
    surface.renew()
    sharing.snapshot(surface, PLACE)
    assert pixels() is None
