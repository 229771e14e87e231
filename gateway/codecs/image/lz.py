"""LZ_RGB: a header of seven big-endian words, then the stream; with alpha, a second stream behind the first.

Facts: spice-common ``common/lz.c``, ``lz_common.h``, ``lz_compress_tmpl.c``.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

from gateway.codecs.image.encoded import CHANNELS, Encoded, Pixels, binary, checked, words
from gateway.codecs.image.literals import literal_alpha, literal_colours
from gateway.codecs.kernels.loader import KERNELS, Kernels
from gateway.spice.enums import ImageType

LZ_MAGIC: Final = int.from_bytes(b"  ZL", "big")
LZ_VERSION: Final = 1 << 16 | 1
TOP_DOWN: Final = 1
_HEADER = struct.Struct(">7I")


class LzType(IntEnum):
    """The type in an LZ or GLZ header; those that we make."""

    RGB32 = 8
    RGBA = 9
    XXXA = 10


def encode_lz(pixels: Pixels, alpha: bool = False, *, kernels: Kernels | None = KERNELS) -> Encoded:
    """For every client. Without ``kernels`` nothing is compressed: a little more than three bytes a pixel."""
    picture = checked(pixels)
    head, flat = _header(picture, LzType.RGBA if alpha else LzType.RGB32), words(picture)
    if kernels:
        return binary(ImageType.LZ_RGB, kernels.lz(head, flat, colours=True, alpha=alpha))
    parts = [head, literal_colours(flat), literal_alpha(flat) if alpha else b""]
    return binary(ImageType.LZ_RGB, b"".join(parts))


def lz_alpha_plane(picture: Pixels, kernels: Kernels | None) -> bytes:
    """The alpha of a picture alone, with its header, as JPEG_ALPHA carries it."""
    head, flat = _header(picture, LzType.XXXA), words(picture)
    return kernels.lz(head, flat, colours=False, alpha=True) if kernels else head + literal_alpha(flat)


def _header(picture: Pixels, kind: LzType) -> bytes:
    height, width = picture.shape[:2]
    return _HEADER.pack(LZ_MAGIC, LZ_VERSION, kind, width, height, width * CHANNELS, TOP_DOWN)
