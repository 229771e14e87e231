"""Pictures to encode, B G R X."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from gateway.codecs.image import Pixels
from tests.record import pictures


def bgrx(rgba: Pixels) -> Pixels:
    """A picture of `tests.record.pictures` in the order of SPICE; not to be written to."""
    picture = np.ascontiguousarray(rgba[..., [2, 1, 0, 3]])
    picture.setflags(write=False)
    return picture


@cache
def desktop(width: int, height: int) -> Pixels:
    return bgrx(pictures.desktop(width, height))


@cache
def photo(width: int, height: int) -> Pixels:
    """A crop: a photograph of one pixel has no structure to speak of."""
    return bgrx(pictures.photo(max(width, 16), max(height, 16))[:height, :width])


@cache
def gradient(width: int, height: int) -> Pixels:
    return bgrx(pictures.gradient(width, height))


@cache
def noise(width: int, height: int) -> Pixels:
    return bgrx(pictures.noise(width, height))


@cache
def translucent(width: int, height: int) -> Pixels:
    return bgrx(pictures.translucent(pictures.desktop(width, height)))


SIZES = [(1, 1), (2, 1), (3, 1), (31, 1), (32, 1), (33, 1), (1, 7), (7, 3), (257, 2), (64, 64), (1, 1080), (333, 77)]
"""Width and height."""

SCENES = {
    "desktop": desktop,
    "photo": photo,
    "gradient": gradient,
    "noise": noise,
    "translucent": translucent,
}


def seen(pixels: Pixels, *, alpha: bool) -> Pixels:
    """What must come out of a decoder: R G B A, opaque unless ``alpha``."""
    rgba = pixels[..., [2, 1, 0, 3]].copy()
    if not alpha:
        rgba[..., 3] = 255
    return rgba


@st.composite
def small_pictures(draw: st.DrawFn) -> Pixels:
    """Few colours and repeated pieces: what makes references of every length and distance."""
    width, height = draw(st.integers(1, 70)), draw(st.integers(1, 40))
    palette = draw(st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=5))
    pieces = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 300)), min_size=1, max_size=30))
    row = b"".join(palette[index % len(palette)] * length for index, length in pieces)
    count = width * height * 4
    data = (row * (count // len(row) + 1))[:count]
    return np.frombuffer(data, np.uint8).reshape(height, width, 4).copy()
