"""Which encoder a picture gets: by what the client can read and likes, its link's speed, and what is seen."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto
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
    encode_quic,
    quic_available,
)
from gateway.spice.enums import ImageCompression

FEWEST_PIXELS: Final = 64
"""Pictures of so many pixels are sent as they are: their message's head is larger."""

FEW_PIXELS: Final = 32 * 1024
"""Encoding so many pixels takes less time than asking a thread to do it."""

LETTER_PIXELS: Final = 1024
"""A letter that is typed: what a dictionary saves of it is not worth the time, where there is LZ4."""

FEW_BYTES: Final = 16 * 1024

FAST: Final = 10_000_000
"""Bytes a second from which time is dearer than bytes: deflating a picture takes longer than sending what it saves."""

UNHURRIED: Final = 0.04
"""Seconds that an exact photograph may take on the link before a nearly exact one goes ahead."""

PHOTO_BYTES: Final = 3
"""A pixel of a photograph takes about so many bytes when it is sent exactly."""


class Codec(IntEnum):
    """The image types that we send. Numbers, for they are keys on the way of each letter: `Enum` hashes in Python."""

    BITMAP = auto()
    LZ4 = auto()
    LZ = auto()
    GLZ = auto()
    ZLIB_GLZ = auto()
    QUIC = auto()
    JPEG = auto()


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
        text = photo = self._lossless(area, rate)
        if self._is_free and not alpha and area > FEWEST_PIXELS and area * PHOTO_BYTES > rate * UNHURRIED:
            photo = self._smooth if exact else Codec.JPEG
        return Plan(text, photo, alpha, self.glz if text in _DICTIONARY else None)

    @property
    def _is_free(self) -> bool:
        """Who asked for one encoding gets that one."""
        return self.preferred in (ImageCompression.INVALID, ImageCompression.AUTO_GLZ, ImageCompression.AUTO_LZ)

    @property
    def _smooth(self) -> Codec:
        """For photographs that are to lose nothing."""
        return Codec.QUIC if quic_available() else self._fastest

    @property
    def _fastest(self) -> Codec:
        """The compiled LZ is as fast as LZ4, and its pictures take half the bytes."""
        return Codec.LZ if quic_available() or not self.lz4 else Codec.LZ4

    def _lossless(self, area: int, rate: float) -> Codec:
        if area <= FEWEST_PIXELS:
            return Codec.BITMAP
        match self.preferred:
            case ImageCompression.OFF:
                return Codec.BITMAP
            case ImageCompression.LZ:
                return Codec.LZ
            case ImageCompression.QUIC:
                return self._smooth
            case ImageCompression.LZ4 if self.lz4:
                return Codec.LZ4
            case ImageCompression.GLZ if self.glz is not None:
                return Codec.GLZ
        if self.glz is None or self.preferred is ImageCompression.AUTO_LZ:
            return self._fastest
        if rate < FAST:
            return Codec.ZLIB_GLZ
        if area <= LETTER_PIXELS and self.lz4:
            return Codec.LZ4
        return Codec.GLZ if area <= FEW_PIXELS else self._fastest  # a dictionary's pictures wait for each other


_DICTIONARY: Final = (Codec.GLZ, Codec.ZLIB_GLZ)


def encode(pixels: Pixels, plan: Plan) -> Encoded | Solid:
    """For worker threads."""
    colour = solid_colour(pixels)
    if colour is not None:
        return Solid(colour)
    codec = plan.text
    if plan.photo is not plan.text and classify(pixels) is Content.PHOTO:
        codec = plan.photo
    if plan.glz is not None and codec in _DICTIONARY:
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
    Codec.QUIC: encode_quic,
}


def solid_colour(pixels: Pixels) -> int | None:
    """The one colour of a picture (0xAARRGGBB), None when there are more."""
    if pixels.size <= FEW_BYTES:
        data = pixels.tobytes()
        return int.from_bytes(data[:4], "little") if data == data[:4] * (len(data) // 4) else None
    words = pixels.view(np.dtype("<u4"))
    first = words[0, 0, 0]
    if words[-1, -1, 0] != first or (words[0] != first).any() or (words != first).any():
        return None
    return int(first)
