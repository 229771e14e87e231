"""JPEG, and JPEG_ALPHA: the colours as JPEG and the alpha plane as LZ behind them."""

from __future__ import annotations

import simplejpeg

from gateway.codecs.image.encoded import COUNT_BYTES, Encoded, Pixels, binary, checked
from gateway.codecs.image.lz import lz_alpha_plane
from gateway.codecs.kernels.loader import KERNELS, Kernels
from gateway.spice.enums import ImageType, JpegAlphaFlags
from gateway.spice.errors import UsageError
from gateway.spice.messages.shapes import JPEGAlphaData

DEFAULT_QUALITY = 80
#: The flags and the JPEG's own size.
ALPHA_HEADER_BYTES = 1 + 4


def encode_jpeg(pixels: Pixels, quality: int = DEFAULT_QUALITY) -> Encoded:
    """Lossy, 4:2:0. ``quality``: 1 to 100. For photographs and for video that is no stream yet."""
    return binary(ImageType.JPEG, _jpeg(checked(pixels), quality), lossy=True)


def encode_jpeg_alpha(pixels: Pixels, quality: int = DEFAULT_QUALITY, *, kernels: Kernels | None = KERNELS) -> Encoded:
    """Colours lossy as `encode_jpeg` makes them, alpha exact."""
    picture = checked(pixels)
    colours = _jpeg(picture, quality)
    data = colours + lz_alpha_plane(picture, kernels)
    body = JPEGAlphaData(JpegAlphaFlags.TOP_DOWN, len(colours), data)
    return Encoded(ImageType.JPEG_ALPHA, body, ALPHA_HEADER_BYTES + COUNT_BYTES + len(data), lossy=True)


def _jpeg(picture: Pixels, quality: int) -> bytes:
    """libjpeg-turbo, which simplejpeg calls without the GIL; Pillow's encoder holds it."""
    if not 1 <= quality <= 100:
        raise UsageError(f"a JPEG's quality is 1 to 100, not {quality}")
    made: bytes = simplejpeg.encode_jpeg(picture, quality=quality, colorspace="BGRX", colorsubsampling="420")
    return made
