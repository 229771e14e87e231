"""The compiled kernels as Python calls. Each takes words of pixels, works without the GIL, and gives bytes.

What comes out is copied as seldom as can be: copies of megabytes are made with the GIL held.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_char_p, c_size_t, c_uint32, c_void_p
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gateway.codecs.kernels.build import LIBRARY, digest

Words = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

#: Result and arguments of every function that the library has.
_FUNCTIONS: Final[dict[str, tuple[Any, list[Any]]]] = {
    "kernel_sources": (c_char_p, []),
    "lz_bound": (c_size_t, [c_size_t, c_size_t]),
    "lz_colours": (c_size_t, [c_void_p, c_size_t, c_void_p]),
    "lz_alpha": (c_size_t, [c_void_p, c_size_t, c_void_p]),
    "glz_bytes": (c_size_t, [c_size_t, c_size_t]),
    "glz_open": (None, [c_void_p, c_uint32, c_uint32]),
    "glz_bound": (c_size_t, [c_size_t, c_uint32]),
    "glz_encode": (c_size_t, [c_void_p, c_uint32, c_void_p, c_uint32, c_uint32, c_void_p, POINTER(c_uint32)]),
    "compare_box": (c_uint32, [c_void_p, c_void_p, c_size_t, c_uint32, c_uint32, c_void_p]),
    "quic_bound": (c_size_t, [c_size_t, c_uint32]),
    "quic_encode": (c_size_t, [c_void_p, c_uint32, c_uint32, c_uint32, c_void_p, c_void_p]),
}
COLOUR_BYTES, ALPHA_BYTES = 3, 1
PIXEL = 4


class Kernels:
    """The library. Errors when it is opened: `OSError` when it is missing or was made from other sources."""

    def __init__(self, path: Path = LIBRARY) -> None:
        self.functions = ctypes.CDLL(str(path))
        for name, (result, arguments) in _FUNCTIONS.items():
            try:
                function = getattr(self.functions, name)
            except AttributeError as error:
                raise OSError(f"{path} has no {name}") from error
            function.restype, function.argtypes = result, arguments
        if self.functions.kernel_sources().decode() != digest():
            raise OSError(f"{path} was made from other sources: run python -m gateway.codecs.kernels.build")

    def lz(self, head: bytes, pixels: Words, *, colours: bool, alpha: bool) -> bytes:
        """``head``, then the LZ streams that are asked for."""
        count, end = pixels.size, len(head)
        parts = [(COLOUR_BYTES, self.functions.lz_colours)] if colours else []
        if alpha:
            parts.append((ALPHA_BYTES, self.functions.lz_alpha))
        out = _room(end + sum(self.functions.lz_bound(count, unit) for unit, _ in parts))
        out[:end] = np.frombuffer(head, np.uint8)
        for _, encode in parts:
            end += encode(pixels.ctypes.data, count, out.ctypes.data + end)
        return out[:end].tobytes()

    def quic(self, pixels: Words, width: int, height: int, alpha: bool) -> bytes:
        """A QUIC image, whole."""
        out = _room(self.functions.quic_bound(width * height, alpha))
        residues = np.empty(2 * width, np.uint32)
        length = self.functions.quic_encode(
            pixels.ctypes.data, width, height, alpha, out.ctypes.data, residues.ctypes.data
        )
        return out[:length].tobytes()


class Comparer:
    """Finds what differs between two arrays of the same shape, which stay where they are.

    What a key changes is small: finding the arrays' memory anew would take longer than comparing it.
    """

    def __init__(self, kernels: Kernels, now: Words, before: Words) -> None:
        assert now.shape == before.shape and now.flags.c_contiguous and before.flags.c_contiguous
        self._arrays = now, before
        self._places = now.ctypes.data, before.ctypes.data
        self._stride = now.shape[1]
        self._compare = kernels.functions.compare_box
        self._box = (c_uint32 * 4)()

    def box(self, left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int] | None:
        """The smallest box (left, top, right, bottom) around what differs within another; None when nothing does."""
        offset = (top * self._stride + left) * PIXEL
        now, before = self._places
        if not self._compare(now + offset, before + offset, self._stride, right - left, bottom - top, self._box):
            return None
        x0, y0, x1, y1 = self._box
        return left + x0, top + y0, left + x1, top + y1


class GlzDictionary:
    """The images that GLZ streams refer to. Not for several threads at once."""

    def __init__(self, kernels: Kernels, pixels: int, images: int) -> None:
        self._library = kernels.functions
        self._memory = np.zeros(self._library.glz_bytes(pixels, images), np.uint8)
        self._library.glz_open(self._memory.ctypes.data, pixels, images)

    def encode(self, owner: int, pixels: Words, alpha: bool, head: int) -> tuple[int, Bytes]:
        """Keeps the pixels, at most as many as the dictionary is large, and refers to the ``owner``'s images only.

        The image's reach, and its streams behind ``head`` bytes that are free for the header.
        """
        reach = c_uint32()
        out = _room(head + self._library.glz_bound(pixels.size, alpha))
        places = (self._memory.ctypes.data, owner, pixels.ctypes.data, pixels.size, alpha, out.ctypes.data + head)
        length = self._library.glz_encode(*places, byref(reach))
        return reach.value, out[: head + length]


def _room(count: int) -> Bytes:
    """Memory that costs nothing until it is written."""
    return np.empty(count, np.uint8)


def _load() -> tuple[Kernels | None, str]:
    try:
        return Kernels(), ""
    except OSError as error:
        return None, str(error)


_loaded, _reason = _load()
KERNELS: Final = _loaded
"""The library, or None where it could not be compiled or loaded: then streams are made without it, and no QUIC."""
WHY_NOT: Final = _reason
"""Why it is not there; empty when it is."""
