"""Writes tests/data/pixman.json: what pixman, which libspice draws with, makes of small random pictures.

Run it where libpixman-1 is installed (any machine with QEMU): ``python tests/record/pixman_vectors.py``. The browser's
scaling and compositing must give the same pixels (tests/js/render/pixman.test.js).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import random
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "data" / "pixman.json"

A8R8G8B8 = 0x20028888
X8R8G8B8 = 0x20020888
R5G6B5 = 0x10020565
X1R5G5B5 = 0x10020555
FILTER_NEAREST, FILTER_GOOD, FILTER_BILINEAR = 3, 1, 4
OP_SRC, OP_OVER = 1, 3
OPERATORS = (*range(14), *range(0x10, 0x1C), *range(0x20, 0x2C), *range(0x30, 0x3F))
#: With a mask pixman 0.42 scales green twice and blue never: a slip nobody should agree with.
TONES = range(0x3B, 0x3F)
ONE = 1 << 16

_lib = ctypes.CDLL(ctypes.util.find_library("pixman-1") or "libpixman-1.so.0")
_lib.pixman_image_create_bits.restype = ctypes.c_void_p
_lib.pixman_image_create_solid_fill.restype = ctypes.c_void_p


class Transform(ctypes.Structure):
    _fields_ = (("matrix", ctypes.c_int32 * 9),)


class Color(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint16) for name in ("red", "green", "blue", "alpha"))


class Picture:
    """Words 0xAARRGGBB as pixman holds them, owned by us."""

    def __init__(self, kind: int, width: int, height: int, words: list[int]) -> None:
        self.words = (ctypes.c_uint32 * len(words))(*words)
        self.handle = ctypes.c_void_p(
            _lib.pixman_image_create_bits(ctypes.c_uint32(kind), width, height, self.words, width * 4)
        )


def words(rng: random.Random, count: int, *, premultiplied: bool = False) -> list[int]:
    def one() -> int:
        alpha = rng.choice((0, 255, rng.randrange(256), rng.randrange(256)))
        top = alpha if premultiplied else 255
        channels = [rng.randint(0, top) for _ in range(3)]
        return alpha << 24 | channels[0] << 16 | channels[1] << 8 | channels[2]

    return [one() for _ in range(count)]


def composite(op: int, src: Picture, mask: Any, dst: Picture, at: tuple[int, ...], size: tuple[int, int]) -> None:
    _lib.pixman_image_composite32(op, src.handle, mask.handle if mask else None, dst.handle, *at, 0, 0, *size)


def scaling(rng: random.Random) -> list[dict[str, Any]]:
    """An area of a picture on a box of another size, as libspice's canvases ask for it."""
    cases = []
    for number in range(40):
        width, height = rng.randint(1, 12), rng.randint(1, 9)
        left, top = rng.randrange(width), rng.randrange(height)
        area = [left, top, rng.randint(left + 1, width), rng.randint(top + 1, height)]
        box = [rng.randint(1, 19), rng.randint(1, 14)]
        smooth = number % 2 == 0
        pixels = [w | 0xFF000000 for w in words(rng, width * height)]
        src = Picture(X8R8G8B8, width, height, pixels)
        dst = Picture(X8R8G8B8, box[0], box[1], [0] * (box[0] * box[1]))
        fx, fy = (area[2] - area[0]) * ONE // box[0], (area[3] - area[1]) * ONE // box[1]
        matrix = Transform((ctypes.c_int32 * 9)(fx, 0, area[0] * ONE, 0, fy, area[1] * ONE, 0, 0, ONE))
        _lib.pixman_image_set_transform(src.handle, ctypes.byref(matrix))
        _lib.pixman_image_set_repeat(src.handle, 0)
        _lib.pixman_image_set_filter(src.handle, FILTER_GOOD if smooth else FILTER_NEAREST, None, 0)
        composite(OP_SRC, src, None, dst, (0, 0, 0, 0), (box[0], box[1]))
        result = [w & 0xFFFFFF for w in dst.words]
        cases.append({"width": width, "height": height, "area": area, "box": box, "smooth": smooth,
                      "pixels": pixels, "result": result})  # fmt: skip
    return cases


def blending(rng: random.Random) -> list[dict[str, Any]]:
    """Source over destination with a constant alpha."""
    cases = []
    for alpha in (255, 254, 128, 127, 1, 77):
        pixels, before = words(rng, 64, premultiplied=True), words(rng, 64)
        src, dst = Picture(A8R8G8B8, 64, 1, pixels), Picture(X8R8G8B8, 64, 1, before)
        color = Color(0, 0, 0, alpha * 0x101)
        solid = ctypes.c_void_p(_lib.pixman_image_create_solid_fill(ctypes.byref(color))) if alpha != 255 else None
        _lib.pixman_image_composite32(OP_OVER, src.handle, solid, dst.handle, 0, 0, 0, 0, 0, 0, 64, 1)
        cases.append({"alpha": alpha, "pixels": pixels, "before": before, "result": [w & 0xFFFFFF for w in dst.words]})
    return cases


def operators(rng: random.Random) -> list[dict[str, Any]]:
    """Every operator, without a mask, with one, and with one that has a factor for each channel."""
    cases = []
    for op in OPERATORS:
        for masking in ("none",) if op in TONES else ("none", "alpha", "channels"):
            pixels, mask, before = (words(rng, 24, premultiplied=True) for _ in range(3))
            src, m, dst = (Picture(A8R8G8B8, 24, 1, list(each)) for each in (pixels, mask, before))
            _lib.pixman_image_set_component_alpha(m.handle, masking == "channels")
            composite(op, src, m if masking != "none" else None, dst, (0, 0, 0, 0), (24, 1))
            cases.append({"op": op, "masking": masking, "pixels": pixels, "mask": mask, "before": before,
                          "result": list(dst.words)})  # fmt: skip
    return cases


def sampling(rng: random.Random) -> list[dict[str, Any]]:
    """Pictures read through transforms, filters and repeats."""
    cases = []
    for number in range(48):
        repeat, smooth, moved = number % 4, number // 4 % 2 == 1, number // 8 % 3
        width, height = rng.randint(1, 9), rng.randint(1, 9)
        pixels = words(rng, width * height, premultiplied=True)
        origin = [rng.randint(-12, 12), rng.randint(-12, 12)]
        src = Picture(A8R8G8B8, width, height, pixels)
        dst = Picture(A8R8G8B8, 16, 11, [0] * 176)
        matrix = None
        if moved:
            spread = ONE if moved == 1 else 3 * ONE
            matrix = [rng.randint(-spread, spread) for _ in range(6)]
            full = Transform((ctypes.c_int32 * 9)(*matrix, 0, 0, ONE))
            _lib.pixman_image_set_transform(src.handle, ctypes.byref(full))
        _lib.pixman_image_set_repeat(src.handle, repeat)
        _lib.pixman_image_set_filter(src.handle, FILTER_BILINEAR if smooth else FILTER_NEAREST, None, 0)
        composite(OP_SRC, src, None, dst, (*origin, 0, 0), (16, 11))
        cases.append({"width": width, "height": height, "repeat": repeat, "smooth": smooth, "transform": matrix,
                      "origin": origin, "pixels": pixels, "result": list(dst.words)})  # fmt: skip
    return cases


def main() -> None:
    rng = random.Random(2)
    everything = {
        "scaling": scaling(rng), "blending": blending(rng), "operators": operators(rng), "sampling": sampling(rng),
    }  # fmt: skip
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(everything, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
