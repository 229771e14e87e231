"""The pointer's picture, as a machine gives it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Self

import numpy as np

from gateway.codecs.image import Pixels
from gateway.spice.enums import CursorType
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_CURSOR_HEIGHT, MAX_CURSOR_WIDTH

_uniques = count(1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`data` as `type` lays it out (spice-gtk's channel-cursor.c): ALPHA is B G R A, premultiplied, from the top down.

    ``width``, ``height`` and the hot spot are in pixels. ``unique`` names the picture in the clients' caches: pictures
    that differ must differ in it (u64), and 0 is never cached. Raises `UsageError` when the data is not of the size.
    """

    type: CursorType
    width: int
    height: int
    hot_x: int
    hot_y: int
    data: bytes
    unique: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.width <= MAX_CURSOR_WIDTH and 0 < self.height <= MAX_CURSOR_HEIGHT):
            raise UsageError(f"a cursor of {self.width}×{self.height} pixels is empty or larger than clients take")
        if not (0 <= self.hot_x < self.width and 0 <= self.hot_y < self.height):
            raise UsageError("a cursor's hot spot is in its picture")
        if not 0 <= self.unique < 1 << 64:
            raise UsageError(f"a cursor's unique number is u64, not {self.unique}")
        need = data_size(self.type, self.width, self.height)
        if len(self.data) != need:
            raise UsageError(f"a {self.type.name} cursor of {self.width}×{self.height} has {need} bytes")

    @classmethod
    def from_rgba(cls, rgba: Pixels, hot_x: int = 0, hot_y: int = 0) -> Self:
        """An ALPHA cursor, to be cached, of ``(height, width, 4)`` bytes R G B A: `numpy.asarray` of a Pillow image."""
        height, width = rgba.shape[:2]
        alpha = rgba[..., 3:].astype(np.uint16)
        bgra = np.concatenate(((rgba[..., 2::-1] * alpha + 127) // 255, alpha), axis=2).astype(np.uint8)
        return cls(CursorType.ALPHA, width, height, hot_x, hot_y, bgra.tobytes(), next(_uniques))


def data_size(type_: CursorType, width: int, height: int) -> int:
    """Bytes of a cursor: the colours, a palette where there is one, and a mask of one bit a pixel for all but ALPHA."""
    bits = -(-width // 8) * height
    return {
        CursorType.ALPHA: width * height * 4,
        CursorType.MONO: 2 * bits,
        CursorType.COLOR4: -(-width // 2) * height + 16 * 4 + bits,
        CursorType.COLOR8: width * height + 256 * 4 + bits,
        CursorType.COLOR16: width * height * 2 + bits,
        CursorType.COLOR24: width * height * 3 + bits,
        CursorType.COLOR32: width * height * 4 + bits,
    }[type_]
