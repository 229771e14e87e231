"""Image encoders on 1920×1080 pictures, one thread: ``python -m benchmarks.encoders``.

Medians of the time a picture takes, and its bytes on the wire. Desktop: windows and text; scrolled: the desktop again,
40 rows on, which only GLZ can know; photo: structure at every scale with a sensor's noise. Beside them Pillow and zlib,
and libspice where its headers are installed (Debian: libspice-server-dev): CPU time of its process for a picture, in
which is reading it from a pipe and sending it, as it is for BITMAP.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from PIL import Image

from benchmarks.relay_gauge import cpu_seconds
from gateway.codecs.image import (
    Encoded,
    GlzWindow,
    Pixels,
    classify,
    encode_bitmap,
    encode_jpeg,
    encode_lz,
    encode_lz4,
    encode_quic,
)
from gateway.codecs.kernels.loader import WHY_NOT
from gateway.spice.enums import BitmapFmt, ImageCompression
from tests.record import pictures
from tests.record.machine import Machine, build

WIDTH, HEIGHT = 1920, 1080
SCROLL = 40
WINDOW = 8 << 20
ROUNDS = 15
LIBSPICE_ROUNDS = 8
THEIRS = {
    "libspice BITMAP": (ImageCompression.OFF, False),
    "libspice LZ4": (ImageCompression.LZ4, False),
    "libspice LZ": (ImageCompression.LZ, False),
    "libspice GLZ": (ImageCompression.GLZ, False),
    "libspice ZLIB_GLZ": (ImageCompression.GLZ, True),
    "libspice QUIC": (ImageCompression.QUIC, False),
}


class Figure(NamedTuple):
    """Milliseconds and bytes of one picture."""

    ms: float
    size: int


Sizer = Callable[[Pixels], int]
Scenes = dict[str, list[Pixels]]
"""A kind of picture, and the pictures to encode in turn; of "scrolled", the first is not measured."""


def scenes() -> Scenes:
    desktop = bgrx(pictures.desktop(WIDTH, HEIGHT + SCROLL))
    photo = bgrx(pictures.photo(WIDTH, HEIGHT))
    return {"desktop": [desktop[:HEIGHT]], "scrolled": [desktop[:HEIGHT], desktop[SCROLL:]], "photo": [photo]}


def bgrx(rgba: Pixels) -> Pixels:
    return np.ascontiguousarray(rgba[..., [2, 1, 0, 3]])


# --- ours and Python's ------------------------------------------------------------------------------------------------


def size_of(encode: Callable[[Pixels], Encoded]) -> Callable[[], Sizer]:
    """An encoder that remembers nothing."""
    return lambda: lambda pixels: encode(pixels).size


def glz() -> Sizer:
    encoder = GlzWindow(WINDOW).encoder()
    return lambda pixels: encoder.encode(pixels).size


def zlib_glz() -> Sizer:
    encoder = GlzWindow(WINDOW).encoder()
    return lambda pixels: encoder.encode_zlib(pixels).size


def zlib_glz_plainly() -> Sizer:
    encoder = GlzWindow(WINDOW, kernels=None).encoder()
    return lambda pixels: encoder.encode_zlib(pixels).size


def pillow_jpeg(pixels: Pixels) -> int:
    out = io.BytesIO()
    Image.fromarray(pixels[..., 2::-1]).save(out, "JPEG", quality=80)
    return out.tell()


def pillow_png(pixels: Pixels) -> int:
    out = io.BytesIO()
    Image.fromarray(pixels[..., 2::-1]).save(out, "PNG", compress_level=1)
    return out.tell()


def classified(pixels: Pixels) -> int:
    """Nothing is sent."""
    classify(pixels)
    return 0


OURS: dict[str, Callable[[], Sizer]] = {
    "BITMAP": size_of(encode_bitmap),
    "LZ4": size_of(encode_lz4),
    "LZ": size_of(encode_lz),
    "LZ without kernels": size_of(lambda pixels: encode_lz(pixels, kernels=None)),
    "GLZ": glz,
    "ZLIB_GLZ": zlib_glz,
    "ZLIB_GLZ without kernels": zlib_glz_plainly,
    "QUIC": size_of(encode_quic),
    "JPEG 80": size_of(lambda pixels: encode_jpeg(pixels, 80)),
    "zlib 1": lambda: lambda pixels: len(zlib.compress(pixels.data, 1)),
    "Pillow JPEG 80": lambda: pillow_jpeg,
    "Pillow PNG 1": lambda: pillow_png,
    "classify": lambda: classified,
}


def measured(begin: Callable[[], Sizer], series: list[Pixels]) -> Figure:
    """The last of a series, each time with an encoder that has seen the others and nothing else."""
    times, size = [], 0
    for _ in range(ROUNDS):
        encode = begin()
        for pixels in series[:-1]:
            encode(pixels)
        began = time.perf_counter()
        size = encode(series[-1])
        times.append(time.perf_counter() - began)
    return Figure(median(times) * 1000, size)


# --- libspice ---------------------------------------------------------------------------------------------------------


def measured_of_libspice(program: Path, compression: ImageCompression, deflate: bool, series: list[Pixels]) -> Figure:
    """A fresh machine each time: its GLZ dictionary is empty."""
    times, size = [], 0
    bitmaps = [pictures.encode(pixels[..., [2, 1, 0, 3]], BitmapFmt.FMT_32BIT) for pixels in series]
    for _ in range(LIBSPICE_ROUNDS):
        with Machine(program, compression, zlib=deflate, size=(WIDTH, HEIGHT)) as machine:
            for bitmap in bitmaps[:-1]:
                machine.draw(bitmap)
            before = cpu_seconds(machine.pid)
            size = len(machine.draw(bitmaps[-1]))
            times.append(cpu_seconds(machine.pid) - before)
    return Figure(median(times) * 1000, size)


def has_libspice() -> bool:
    asked = ["pkg-config", "--exists", "spice-server"]
    return bool(shutil.which("pkg-config") and shutil.which("cc")) and subprocess.run(asked).returncode == 0


# --- the table --------------------------------------------------------------------------------------------------------


def row(name: str, figures: Iterable[Figure]) -> str:
    return f"{name:26}" + "".join(f"{figure.ms:9.2f} ms {figure.size / 1000:9,.1f} KB" for figure in figures)


def main() -> int:
    if WHY_NOT:
        print(f"the kernels are not there: {WHY_NOT}")
        return 1
    kinds = scenes()
    print(f"{'':26}" + "".join(f"{kind:>24}" for kind in kinds))
    for name, begin in OURS.items():
        print(row(name, (measured(begin, series) for series in kinds.values())), flush=True)
    if not has_libspice():
        print("libspice is not here to compare with: apt install libspice-server-dev")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        program = build(Path(scratch))
        for name, (compression, deflate) in THEIRS.items():
            figures = (measured_of_libspice(program, compression, deflate, series) for series in kinds.values())
            print(row(name, figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
