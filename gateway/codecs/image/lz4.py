"""LZ4: a byte for the direction, a byte for the bitmap format, then blocks behind their sizes.

Facts: spice-common ``common/canvas_base.c``, ``canvas_get_lz4``.
"""

from __future__ import annotations

import lz4.block

from gateway.codecs.image.encoded import Encoded, Pixels, binary, checked
from gateway.spice.enums import BitmapFmt, ImageType

TOP_DOWN = 1


def encode_lz4(pixels: Pixels, alpha: bool = False) -> Encoded:
    """The fastest that compresses. One block for the whole picture; only for clients with the LZ4 capability."""
    block = lz4.block.compress(checked(pixels), store_size=False)
    fmt = BitmapFmt.FMT_RGBA if alpha else BitmapFmt.FMT_32BIT
    return binary(ImageType.LZ4, b"".join((bytes((TOP_DOWN, fmt)), len(block).to_bytes(4, "big"), block)))
