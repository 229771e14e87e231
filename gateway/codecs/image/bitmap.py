"""BITMAP: the pixels as they are."""

from __future__ import annotations

from gateway.codecs.image.encoded import CHANNELS, Encoded, Pixels, checked
from gateway.spice.enums import BitmapFlags, BitmapFmt, ImageType
from gateway.spice.messages.shapes import BitmapData

#: Format, flags, width, height, stride and the place of a palette.
HEADER_BYTES = 1 + 1 + 4 * 4


def encode_bitmap(pixels: Pixels, alpha: bool = False) -> Encoded:
    """32 bits a pixel, top-down. For pictures of a few pixels, and for clients that know nothing else."""
    picture = checked(pixels)
    height, width = picture.shape[:2]
    fmt = BitmapFmt.FMT_RGBA if alpha else BitmapFmt.FMT_32BIT
    data = picture.tobytes()
    body = BitmapData(fmt, BitmapFlags.TOP_DOWN, width, height, width * CHANNELS, None, None, data)
    return Encoded(ImageType.BITMAP, body, HEADER_BYTES + len(data), lossy=False)
