"""LZ and GLZ streams without references, in numpy: valid everywhere, and compressing nothing.

Both streams write up to 32 pixels plain behind a control byte that says how many, less one. This is what is sent
where the compiled kernel is missing, and what deflate can work on for ZLIB_GLZ.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gateway.codecs.image.encoded import Words

Bytes = npt.NDArray[np.uint8]

MOST_LITERALS: Final = 32
COLOUR_BYTES: Final = 3
ALPHA_SHIFT: Final = 24


def literal_colours(pixels: Words) -> bytes:
    """Three bytes a pixel, B G R."""
    return _behind_counts(_packed(pixels), COLOUR_BYTES)


def literal_alpha(pixels: Words) -> bytes:
    """The alpha plane, a byte a pixel."""
    return _behind_counts((pixels >> ALPHA_SHIFT).astype(np.uint8), 1)


def _packed(pixels: Words) -> Bytes:
    """B G R of every pixel: four words become three, which numpy does faster than it copies three bytes at a time."""
    count = len(pixels)
    quads = np.zeros((-(-count // 4), 4), np.dtype("<u4"))
    np.bitwise_and(pixels, 0xFFFFFF, out=quads.reshape(-1)[:count])
    first, second, third, fourth = quads.T
    out = np.empty((len(quads), COLOUR_BYTES), np.dtype("<u4"))
    out[:, 0] = first | second << 24
    out[:, 1] = second >> 8 | third << 16
    out[:, 2] = third >> 16 | fourth << 8
    return out.reshape(-1).view(np.uint8)[: count * COLOUR_BYTES]


def _behind_counts(data: Bytes, unit: int) -> bytes:
    """``data`` in runs of 32 units, each behind its control byte."""
    row = MOST_LITERALS * unit
    whole, rest = divmod(len(data), row)
    runs = np.empty((whole, row + 1), np.uint8)
    runs[:, 0] = MOST_LITERALS - 1
    runs[:, 1:] = data[: whole * row].reshape(whole, row)
    if not rest:
        return runs.tobytes()
    return b"".join((runs.tobytes(), bytes((rest // unit - 1,)), data[whole * row :].tobytes()))
