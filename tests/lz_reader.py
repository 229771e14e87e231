"""Reads LZ_RGB pictures, plainly and slowly (spice-common: common/lz_decompress_tmpl.c tells the format)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_HEADER = struct.Struct(">4s6I")
_RGB32, _RGBA = 8, 9
_LONG, _FAR, _NEAREST_FAR = 6, 31 << 8, 8191


def read_lz(data: bytes) -> npt.NDArray[np.uint8]:
    """``(height, width, 4)`` bytes B G R and 0, or A."""
    magic, version, kind, width, height, _, top_down = _HEADER.unpack_from(data)
    assert (magic, version, top_down) == (b"  ZL", 0x10001, 1) and kind in (_RGB32, _RGBA)
    stream = iter(data[_HEADER.size :])
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., :3] = np.frombuffer(_plane(stream, width * height, 3), np.uint8).reshape(height, width, 3)
    if kind == _RGBA:
        picture[..., 3] = np.frombuffer(_plane(stream, width * height, 1), np.uint8).reshape(height, width)
    assert next(stream, None) is None, "there is more than the picture"
    return picture


def _plane(stream: Iterator[int], pixels: int, unit: int) -> bytearray:
    """So many pixels of `unit` bytes."""
    out = bytearray()
    while len(out) < pixels * unit:
        control = next(stream)
        if control < 32:
            out += bytes(next(stream) for _ in range((control + 1) * unit))
            continue
        length, back = _reference(stream, control)
        length += 1 if unit == 3 else 3
        start = len(out) - back * unit
        assert start >= 0
        for at in range(start, start + length * unit):
            out.append(out[at])
    assert len(out) == pixels * unit
    return out


def _reference(stream: Iterator[int], control: int) -> tuple[int, int]:
    """Length, less what it is at least, and distance in pixels."""
    length, high = (control >> 5) - 1, (control & 31) << 8
    if length == _LONG:
        while True:
            more = next(stream)
            length += more
            if more != 255:
                break
    low = next(stream)
    if low == 255 and high == _FAR:
        return length, (next(stream) << 8) + next(stream) + _NEAREST_FAR + 1
    return length, high + low + 1
