"""Pictures on their way, and that they leave nothing behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from gateway.codecs.image import (
    Encoded,
    GlzWindow,
    Pixels,
    encode_bitmap,
    encode_jpeg,
    encode_jpeg_alpha,
    encode_lz,
    encode_lz4,
)
from gateway.server.core import Core
from gateway.server.display.drawn import Sharing
from gateway.server.display.encoding import Codec, Plan
from gateway.server.display.ops import base, no_mask
from gateway.server.display.region import Rect
from gateway.server.display.screen import Screen
from gateway.spice import codec
from gateway.spice.enums import ImageFlags, ImageScaleMode, ImageType, Ropd, SurfaceFmt
from gateway.spice.messages import draw
from gateway.spice.messages.shapes import Image, ImageDescriptor

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


PIXELS: Pixels = np.random.default_rng(1).integers(0, 256, (20, 10, 4), np.uint8)


@pytest.mark.parametrize(
    "encoded",
    [
        encode_bitmap(PIXELS),
        encode_lz4(PIXELS),
        encode_lz(PIXELS),
        encode_jpeg(PIXELS),
        encode_jpeg_alpha(PIXELS),
        GlzWindow(1000).encoder().encode_zlib(PIXELS),
        Encoded(ImageType.FROM_CACHE, None, 0, lossy=False),  # type: ignore[arg-type]
    ],
    ids=lambda encoded: encoded.type.name,
)
async def test_message_made_by_hand_is_the_codecs(encoded: Encoded) -> None:
    surface = Screen(Core(), lambda: 1).create(0, 64, 64, SurfaceFmt.FMT_32_xRGB)
    place = Rect.at(3, 40, 10, 20)
    snapshot = Sharing().snapshot(surface, place)
    kind, payload = snapshot.message(encoded.type, ImageFlags.CACHE_ME, encoded.body)
    descriptor = ImageDescriptor(0, encoded.type, ImageFlags.CACHE_ME, 10, 20)
    area = Rect(0, 0, 10, 20).wire
    copy = draw.Copy(Image(descriptor, encoded.body), area, Ropd.OP_PUT, ImageScaleMode.INTERPOLATE, no_mask())
    assert kind is draw.DrawCopy
    assert payload == codec.marshal(draw.DrawCopy(base(0, place), copy))
