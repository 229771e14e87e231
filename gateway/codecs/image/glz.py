"""GLZ_RGB and ZLIB_GLZ_RGB: LZ whose images are numbered and may refer to earlier ones.

Facts: libspice ``server/glz-encoder.c``, spice-gtk ``src/decode-glz.c``.
"""

from __future__ import annotations

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


class GlzWindow:
    """The machine's side of one client's GLZ dictionary, which the client keeps as long as its session lasts.

    All display channels of the client, one after the other or at the same time, have an `encoder` each. Images are
    numbered across the channels; none refers to another channel's, for that one's connection may end before it brought
    it. The client forgets an image once all before it have come. Therefore **whatever was encoded is sent**: when that
    cannot be, the window is to be `is_whole` no more, and nothing further encoded in it.

    ``pixels``: what the client announced in its DISPLAY INIT, or less. With kernels four bytes of memory a pixel are
    taken as it fills, at most `GLZ_WINDOW_PIXELS` of them.
    """

    def __init__(self, pixels: int, *, kernels: Kernels | None = KERNELS) -> None:
        if pixels < 1:
            raise UsageError(f"a GLZ dictionary of {pixels} pixels holds nothing")
        self.pixels = min(pixels, GLZ_WINDOW_PIXELS)
        self.is_whole = True
        """Whether everything that was encoded in it has been sent, or will be."""
        self._kernels = kernels
        self._turn = threading.Lock()
        self._images = self._owners = self._users = 0
        self._dictionary: GlzDictionary | None = None

    def encoder(self) -> GlzEncoder:
        """For one more channel; to be closed when the channel ends."""
        self._owners += 1
        self._users += 1
        return GlzEncoder(self, self._owners)

    def put(self, owner: int, flat: Words, alpha: bool) -> tuple[int, int, Bytes]:
        """An image's number and reach, and its streams behind room for the header. Calls take turns."""
        with self._turn:
            number, self._images = self._images, self._images + 1
            if self._kernels is None:
                return number, 0, _literals(flat, alpha)
            if self._dictionary is None:
                self._dictionary = GlzDictionary(self._kernels, self.pixels, MOST_IMAGES)
            return number, *self._dictionary.encode(owner, flat, alpha, _HEADER.size)

    def on_closed(self) -> None:
        """A channel ended. With the last one the memory goes; the numbers go on."""
        self._users -= 1
        if not self._users:
            with self._turn:
                self._dictionary = None


class GlzEncoder:
    """One channel's pictures in a window, which are to be sent in the order in which they were encoded.

    So encode when an image leaves, not when it is queued. Calls may come from any thread.
    """

    def __init__(self, window: GlzWindow, owner: int) -> None:
        self.window = window
        self.is_used = False
        """Whether anything was encoded."""
        self._owner = owner

    def close(self) -> None:
        """The channel ended."""
        self.window.on_closed()

    def fits(self, pixels: Pixels) -> bool:
        """Whether the dictionary has room for such a picture; others are sent in another type."""
        height, width = pixels.shape[:2]
        return bool(height * width <= self.window.pixels)

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
            raise UsageError(f"a picture of shape {picture.shape} is larger than {self.window.pixels} pixels")
        self.is_used = True
        number, reach, stream = self.window.put(self._owner, words(picture), alpha)
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
