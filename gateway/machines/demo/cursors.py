"""The pointer's shapes, drawn four times too large and made smaller."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

_SIZE: Final = 28
_SCALE: Final = 4

Polygon = tuple[tuple[float, float], ...]

_ARROW: Final[Polygon] = ((3, 2), (3, 19.5), (7.2, 15.6), (10, 22.2), (13.2, 20.8), (10.4, 14.3), (16, 14.3))
_HAND: Final[Polygon] = (
    *((9, 3), (11, 3), (11.8, 4), (11.8, 10), (18.8, 11.4), (20, 12.8), (20, 18)),
    *((18, 23), (10.5, 23), (9, 21), (4.6, 15.6), (5.4, 13.6), (8.2, 15), (8.2, 4)),
)
_BEAM: Final[Polygon] = (
    *((8, 3), (12, 3), (13, 4), (14, 3), (18, 3), (18, 5), (14, 5.6), (14, 20.4), (18, 21), (18, 23)),
    *((14, 23), (13, 22), (12, 23), (8, 23), (8, 21), (12, 20.4), (12, 5.6), (8, 5)),
)
_CROSS: Final[Polygon] = (
    *((12, 3), (14, 3), (14, 12), (23, 12), (23, 14), (14, 14)),
    *((14, 23), (12, 23), (12, 14), (3, 14), (3, 12), (12, 12)),
)
_MOVE: Final[Polygon] = (
    *((13, 2), (17, 6.5), (14, 6.5), (14, 12), (19.5, 12), (19.5, 9), (24, 13), (19.5, 17), (19.5, 14), (14, 14)),
    *((14, 19.5), (17, 19.5), (13, 24), (9, 19.5), (12, 19.5), (12, 14), (6.5, 14), (6.5, 17), (2, 13)),
    *((6.5, 9), (6.5, 12), (12, 12), (12, 6.5), (9, 6.5)),
)


class CursorShape(NamedTuple):
    """R, G, B, A (height, width, 4), not premultiplied, and the hot spot."""

    rgba: NDArray[np.uint8]
    hot_x: int
    hot_y: int


_SHAPES: Final[dict[str, tuple[Polygon, int, int]]] = {
    "arrow": (_ARROW, 3, 2),
    "hand": (_HAND, 10, 3),
    "text": (_BEAM, 13, 13),
    "cross": (_CROSS, 13, 13),
    "move": (_MOVE, 13, 13),
}


@cache
def cursor_shape(name: str) -> CursorShape:
    """A dark shape with a white edge."""
    polygon, hot_x, hot_y = _SHAPES[name]
    large = Image.new("L", (_SIZE * _SCALE, _SIZE * _SCALE))
    ImageDraw.Draw(large).polygon([(x * _SCALE, y * _SCALE) for x, y in polygon], 255)
    edge = large.filter(ImageFilter.MaxFilter(2 * _SCALE + 3))
    inner, outer = (np.asarray(part.reduce(_SCALE), np.float32) for part in (large, edge))
    shade = np.where(outer > 0, 255 - inner * (255 - 25) / np.maximum(outer, 1), 0).clip(0, 255)
    rgba = np.stack([shade, shade, shade, outer], axis=-1).astype(np.uint8)
    return CursorShape(rgba, hot_x, hot_y)
