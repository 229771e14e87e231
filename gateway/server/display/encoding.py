"""Which encoder a picture gets: by what the client can read and likes, its link's speed, and what is seen."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final, NamedTuple

import numpy as np

from gateway.codecs.image import (
    Content,
    Encoded,
    GlzEncoder,
    Pixels,
    classify,
    encode_bitmap,
    encode_jpeg,
    encode_lz,
    encode_lz4,
)
from gateway.spice.enums import ImageCompression

FEW_PIXELS: Final = 256
"""Pictures of so many pixels are sent as they are: their message's head is as large."""

FAST: Final = 12_500_000
"""Bytes a second from which time is dearer than bytes (100 Mbit/s)."""

UNHURRIED: Final = 0.04
"""Seconds that an exact photograph may take on the link before a nearly exact one goes ahead."""

PHOTO_BYTES: Final = 3
"""A pixel of a photograph takes about so many bytes when it is sent exactly."""


class Codec(Enum):
    """The image types that we send."""

    BITMAP = "bitmap"
    LZ4 = "lz4"
    LZ = "lz"
    GLZ = "glz"
    ZLIB_GLZ = "zlib glz"
    JPEG = "jpeg"


class Plan(NamedTuple):
    """How a picture is to be encoded, once it is seen what is on it. Equal plans give equal bytes, GLZ aside."""

    text: Codec
    photo: Codec
    alpha: bool
    glz: GlzEncoder | None = None


class Solid(NamedTuple):
    """A picture of one colour (0xAARRGGBB): needs no picture."""

    colour: int


class Choice:
    """One client's encoders."""

    def __init__(self) -> None:
        self.lz4 = False
        """Whether the client reads LZ4."""
        self.glz: GlzEncoder | None = None
        """The dictionary that the client keeps, if it does."""
        self.preferred = ImageCompression.INVALID
        """What the client asked for; INVALID: nothing."""

    def plan(self, area: int, rate: float, *, alpha: bool = False, exact: bool = False) -> Plan:
        """For a picture of so many pixels on a link of `rate` bytes a second. `exact`: losing nothing."""
        text = self._lossless(area, rate)
        slow = area * PHOTO_BYTES > rate * UNHURRIED
        lossy = slow and not exact and not alpha and self._may_lose and area > FEW_PIXELS
        glz = self.glz if text in (Codec.GLZ, Codec.ZLIB_GLZ) else None
        return Plan(text, Codec.JPEG if lossy else text, alpha, glz)

    @property
    def _may_lose(self) -> bool:
        """Who asked for one encoding gets that one."""
        return self.preferred in (ImageCompression.INVALID, ImageCompression.AUTO_GLZ, ImageCompression.AUTO_LZ)

    def _lossless(self, area: int, rate: float) -> Codec:
        match self.preferred:
            case ImageCompression.OFF:
                return Codec.BITMAP
            case ImageCompression.LZ | ImageCompression.QUIC:
                return Codec.LZ
            case ImageCompression.LZ4 if self.lz4:
                return Codec.LZ4
            case ImageCompression.GLZ if self.glz is not None:
                return Codec.GLZ
        if area <= FEW_PIXELS and rate >= FAST:
            return Codec.BITMAP
        if self.glz is not None and self.preferred is not ImageCompression.AUTO_LZ and rate < FAST:
            return Codec.ZLIB_GLZ
        return Codec.LZ4 if self.lz4 else Codec.LZ


def encode(pixels: Pixels, plan: Plan) -> Encoded | Solid:
    """For worker threads."""
    colour = solid_colour(pixels)
    if colour is not None:
        return Solid(colour)
    codec = plan.text
    if plan.photo is not plan.text and classify(pixels) is Content.PHOTO:
        codec = plan.photo
    if plan.glz is not None and codec in (Codec.GLZ, Codec.ZLIB_GLZ):
        if plan.glz.fits(pixels):
            glz = plan.glz.encode if codec is Codec.GLZ else plan.glz.encode_zlib
            return glz(pixels, plan.alpha)
        codec = Codec.LZ
    if codec is Codec.JPEG:
        return encode_jpeg(pixels)
    return _LOSSLESS[codec](pixels, plan.alpha)


_LOSSLESS: Final[dict[Codec, Callable[[Pixels, bool], Encoded]]] = {
    Codec.BITMAP: encode_bitmap,
    Codec.LZ4: encode_lz4,
    Codec.LZ: encode_lz,
}


def solid_colour(pixels: Pixels) -> int | None:
    """The one colour of a picture (0xAARRGGBB), None when there are more."""
    words = pixels.view(np.dtype("<u4"))
    first = words[0, 0, 0]
    if words[-1, -1, 0] != first or (words[0] != first).any() or (words != first).any():
        return None
    return int(first)
