"""What every image encoder takes and gives."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gateway.spice.enums import ImageType
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_IMAGE_HEIGHT, MAX_IMAGE_PIXELS, MAX_IMAGE_WIDTH
from gateway.spice.messages.shapes import BinaryData, ImageBody

Pixels = npt.NDArray[np.uint8]
"""``(height, width, 4)`` bytes: B G R X, top-down. X is alpha where an encoder is told so, and else means nothing."""

Words = npt.NDArray[np.uint32]
"""The same pixels as ``(height, width)`` little-endian words, 0xXXRRGGBB."""

CHANNELS: Final = 4
COUNT_BYTES: Final = 4
"""What `BinaryData` is prefixed with."""


class Encoded(NamedTuple):
    """One image, ready to be put behind an `ImageDescriptor` of its ``type``.

    ``size``: bytes that ``body`` takes on the wire. ``lossy``: the pixels will not come out exactly.
    """

    type: ImageType
    body: ImageBody
    size: int
    lossy: bool


def binary(kind: ImageType, data: bytes, *, lossy: bool = False) -> Encoded:
    """``data`` as the types carry it that need nothing beside it."""
    return Encoded(kind, BinaryData(data), len(data) + COUNT_BYTES, lossy)


def checked(pixels: Pixels) -> Pixels:
    """The picture, C-contiguous; a crop of a larger one is copied. Errors: `UsageError` when it is not `Pixels`."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        raise UsageError(f"a picture is an array of bytes, not {getattr(pixels, 'dtype', type(pixels).__name__)}")
    if pixels.ndim != 3 or pixels.shape[2] != CHANNELS:
        raise UsageError(f"a picture has the shape (height, width, {CHANNELS}), not {pixels.shape}")
    height, width = pixels.shape[:2]
    if not (0 < width <= MAX_IMAGE_WIDTH and 0 < height <= MAX_IMAGE_HEIGHT and width * height <= MAX_IMAGE_PIXELS):
        raise UsageError(f"a picture of {width}×{height} pixels is empty or larger than SPICE clients take")
    return np.ascontiguousarray(pixels)


def words(pixels: Pixels) -> Words:
    """The picture as a flat array of words, one a pixel; a view."""
    return pixels.reshape(-1).view(np.dtype("<u4"))
