"""GLZ_RGB and ZLIB_GLZ_RGB: LZ whose images are numbered and may refer to earlier ones.

Facts: libspice ``server/glz-encoder.c``, spice-gtk ``src/decode-glz.c``.
"""

from __future__ import annotations

import itertools
import struct
import threading

import numpy as np
from isal import isal_zlib

from gateway.codecs.image.encoded import CHANNELS, COUNT_BYTES, Encoded, Pixels, Words, binary, checked, words
from gateway.codecs.image.literals import Bytes, literal_alpha, literal_colours
from gateway.codecs.image.lz import LZ_MAGIC, LZ_VERSION, LzType
from gateway.codecs.kernels.loader import KERNELS, GlzDictionary, Kernels
from gateway.spice.enums import ImageType
from gateway.spice.errors import UsageError
from gateway.spice.limits import GLZ_WINDOW_PIXELS
from gateway.spice.messages.shapes import ZlibGlzRGBData

#: Images kept at once. Looking one up takes log2 of it; clients take `MAX_GLZ_WINDOW_IMAGES`.
MOST_IMAGES = 8192
TOP_DOWN_BIT = 1 << 4
DEFLATE_LEVEL = 1
_HEADER = struct.Struct(">IIBIIIQI")


class GlzEncoder:
    """The machine's side of one client's GLZ dictionary; all display channels of the client share it.

    Images are numbered in the order of `encode`, across the channels, and a client waits for numbers that are missing.
    Therefore **whatever was encoded is sent**, and within a channel in the order of encoding: encode when the image
    leaves, not when it is queued. Calls may come from several threads; they take turns.

    ``window_pixels``: what the client announced in its DISPLAY INIT, or less. With kernels four bytes of memory a pixel
    are taken as it fills, at most `GLZ_WINDOW_PIXELS` of them.
    """

    def __init__(self, window_pixels: int, *, kernels: Kernels | None = KERNELS) -> None:
        if window_pixels < 1:
            raise UsageError(f"a GLZ dictionary of {window_pixels} pixels holds nothing")
        self._window_pixels = min(window_pixels, GLZ_WINDOW_PIXELS)
        self._turn = threading.Lock()
        self._numbers = itertools.count()
        self._dictionary = GlzDictionary(kernels, self._window_pixels, MOST_IMAGES) if kernels else None

    def fits(self, pixels: Pixels) -> bool:
        """Whether the dictionary has room for such a picture; others are sent in another type."""
        height, width = pixels.shape[:2]
        return bool(height * width <= self._window_pixels)

    def encode(self, pixels: Pixels, alpha: bool = False) -> Encoded:
        """GLZ_RGB. Errors: `UsageError` for a picture that does not fit."""
        return binary(ImageType.GLZ_RGB, self._stream(pixels, alpha).tobytes())

    def encode_zlib(self, pixels: Pixels, alpha: bool = False) -> Encoded:
        """ZLIB_GLZ_RGB: the same, deflated. Errors: as `encode`."""
        stream = self._stream(pixels, alpha)
        data = isal_zlib.compress(stream.data, DEFLATE_LEVEL)
        body = ZlibGlzRGBData(stream.size, data)
        return Encoded(ImageType.ZLIB_GLZ_RGB, body, 2 * COUNT_BYTES + len(data), lossy=False)

    def _stream(self, pixels: Pixels, alpha: bool) -> Bytes:
        picture = checked(pixels)
        if not self.fits(picture):
            raise UsageError(f"a picture of shape {picture.shape} is larger than {self._window_pixels} pixels")
        flat = words(picture)
        with self._turn:
            if self._dictionary:
                number, reach, stream = self._dictionary.encode(flat, alpha, _HEADER.size)
            else:
                number, reach, stream = next(self._numbers), 0, _literals(flat, alpha)
        _write_header(stream, picture, alpha, number, reach)
        return stream


def _literals(flat: Words, alpha: bool) -> Bytes:
    """Streams that refer to nothing, behind room for the header."""
    parts = [bytes(_HEADER.size), literal_colours(flat), literal_alpha(flat) if alpha else b""]
    return np.frombuffer(bytearray().join(parts), np.uint8)


def _write_header(stream: Bytes, picture: Pixels, alpha: bool, number: int, reach: int) -> None:
    """``reach``: how many numbers back the client must keep images; it forgets those before."""
    height, width = picture.shape[:2]
    kind = (LzType.RGBA if alpha else LzType.RGB32) | TOP_DOWN_BIT
    _HEADER.pack_into(stream.data, 0, LZ_MAGIC, LZ_VERSION, kind, width, height, width * CHANNELS, number, reach)
