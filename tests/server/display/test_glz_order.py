"""Pictures of a GLZ dictionary leave in the order in which they entered it, and each of them: clients wait for gaps."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from gateway.codecs.image import GlzWindow
from gateway.server.core import Core
from gateway.server.display.ops import Payload
from gateway.server.display.region import Rect
from gateway.server.display.screen import Screen
from gateway.spice import codec
from gateway.spice.enums import ImageType, SurfaceFmt
from gateway.spice.messages import draw
from gateway.spice.messages.shapes import ZlibGlzRGBData
from tests.server.display.reader import Reader

_NUMBER = slice(21, 29)
"""Where a GLZ stream has its picture's number (spice-common common/lz_common.h and the GLZ header behind it)."""


class Counting(Reader):
    """Notes the numbers of the GLZ pictures it gets."""

    def __init__(self, screen: Screen, **options: Any) -> None:
        self.numbers: list[int] = []
        super().__init__(screen, **options)

    def send_together(self, payloads: Sequence[Payload]) -> None:
        self.room -= len(payloads)
        for kind, data in payloads:
            if kind is draw.DrawCopy and (message := codec.unpack(draw.DrawCopy, data)).data.src_bitmap is not None:
                image = message.data.src_bitmap
                if image.descriptor.type is ImageType.ZLIB_GLZ_RGB:
                    assert isinstance(image.u, ZlibGlzRGBData)
                    self.numbers.append(int.from_bytes(zlib.decompress(image.u.data)[_NUMBER], "big"))


async def test_small_and_large_pictures_leave_in_the_order_of_their_numbers() -> None:
    core = Core()
    screen = Screen(core, lambda: 1)
    surface = screen.create(0, 1024, 768, SurfaceFmt.FMT_32_xRGB)
    reader = Counting(screen, rate=1000.0, cache=1 << 20)
    reader.choice.glz = GlzWindow(1 << 20).encoder()
    await reader.until_idle()
    random = np.random.default_rng(1)
    large, small, other = Rect(0, 0, 1024, 700), Rect(10, 710, 90, 760), Rect(500, 705, 640, 765)
    for _ in range(20):
        for rect in (large, small, other):
            shape = (-(-rect.height // 8), -(-rect.width // 8), 4)
            blocks = np.kron(random.integers(0, 256, shape, np.uint8), np.ones((8, 8, 1), np.uint8))
            surface.pixels[rect.slices] = blocks[: rect.height, : rect.width]
            surface.damage(rect)
            surface.settle()
            reader.on_settled()
            await asyncio.sleep(0)
    await reader.until_idle()
    assert len(reader.numbers) > 40
    assert reader.numbers == list(range(reader.numbers[0], reader.numbers[0] + len(reader.numbers)))
    await core.close()
