"""Small pictures of screens, for pages: made from a screen's pixels, or taken from somebody and made anew.

Synchronous, for worker threads. What comes from outside is never passed on as it is: its size is read from its header
and compared with the limits before anything is decoded, and what leaves is our own encoder's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from gateway.codecs.image import Pixels
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import THUMBNAIL_BYTES, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH

QUALITY: Final = 75
_REDUCING_GAP: Final = 2.0
"""Reduce by whole steps first, to twice the size that is wanted: several times faster, and as good."""


def thumbnail(pixels: Pixels) -> bytes:
    """A JPEG of a screen's pixels (B G R X), at most `THUMBNAIL_WIDTH` by `THUMBNAIL_HEIGHT`, with its proportions.

    The screen may be drawn on meanwhile: a torn line does no harm at this size.
    """
    height, width = pixels.shape[:2]
    picture = Image.frombytes("RGB", (width, height), np.ascontiguousarray(pixels).data, "raw", "BGRX")
    picture.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT), Image.Resampling.BOX, reducing_gap=_REDUCING_GAP)
    return _jpeg(np.asarray(picture))


def made_anew(data: bytes) -> bytes:
    """Somebody's JPEG, decoded and encoded by us. Raises `ProtocolError` for anything that is not a small JPEG."""
    if len(data) > THUMBNAIL_BYTES:
        raise ProtocolError(f"a picture of {len(data)} bytes is too large")
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
        if not (0 < width <= THUMBNAIL_WIDTH and 0 < height <= THUMBNAIL_HEIGHT):
            raise ProtocolError(f"a picture of {width}×{height} pixels is too large")
        return _jpeg(simplejpeg.decode_jpeg(data, colorspace="RGB"))
    except ValueError as error:
        raise ProtocolError(f"the picture is not a JPEG ({error})") from None


def _jpeg(rgb: npt.NDArray[np.uint8]) -> bytes:
    made: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(rgb), quality=QUALITY, colorspace="RGB", colorsubsampling="420"
    )
    return made
