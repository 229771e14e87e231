"""The compiled kernels: made from today's sources, never writing past their bounds, and QUIC just as libspice's."""

from __future__ import annotations

import ctypes
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codecs.image import Pixels, encode_quic
from gateway.codecs.kernels import build
from gateway.codecs.kernels.loader import KERNELS, WHY_NOT, Kernels
from gateway.spice import codec
from gateway.spice.messages.draw import DrawCopy
from gateway.spice.messages.shapes import BinaryData
from tests.codecs.image.scenes import SCENES, bgrx, small_pictures

DATA = Path(__file__).parents[2] / "data"
GUARD = 4096


def test_kernels_are_there_and_made_from_these_sources() -> None:
    """If this fails: python -m gateway.codecs.kernels.build."""
    assert KERNELS is not None, WHY_NOT


def test_compiler_makes_a_library_that_loads(tmp_path: Path) -> None:
    build.build(tmp_path / "made.so")
    made = Kernels(tmp_path / "made.so")
    assert made.lz(b"head", np.zeros(4, np.uint32), colours=True, alpha=False).startswith(b"head")


def test_library_that_is_missing_or_no_library_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("no library")
    for name in ("missing.so", "text.so"):
        with pytest.raises(OSError):
            Kernels(tmp_path / name)


def test_library_of_other_sources_is_refused(tmp_path: Path) -> None:
    """Its digest is among its bytes; another one there is as good as other sources."""
    changed = build.LIBRARY.read_bytes().replace(build.digest().encode(), b"0" * 32)
    (tmp_path / "old.so").write_bytes(changed)
    with pytest.raises(OSError, match="other sources"):
        Kernels(tmp_path / "old.so")


def test_library_that_lacks_a_function_is_refused(tmp_path: Path) -> None:
    changed = build.LIBRARY.read_bytes().replace(b"quic_bound", b"quic_bounc")
    (tmp_path / "other.so").write_bytes(changed)
    with pytest.raises(OSError):
        Kernels(tmp_path / "other.so")


def recorded_quic() -> Iterator[tuple[str, Pixels, bool, bytes]]:
    """libspice's QUIC images of 32-bit pictures: a name, the picture, whether with alpha, and its bytes."""
    packed = (DATA / "pictures.bin").read_bytes()

    def unpacked(place: list[int]) -> bytes:
        return zlib.decompress(packed[place[0] : sum(place)])

    for session in json.loads((DATA / "pictures.json").read_text()):
        for case in session["cases"]:
            if case["type"] != "QUIC" or case["format"] not in ("FMT_32BIT", "FMT_RGBA"):
                continue
            rgba = np.frombuffer(unpacked(case["expected"]), np.uint8).reshape(case["height"], case["width"], 4)
            image = codec.unpack(DrawCopy, unpacked(case["message"])).data.src_bitmap
            assert image is not None and isinstance(image.u, BinaryData)
            yield f"{session['name']}: {case['name']}", bgrx(rgba), case["format"] == "FMT_RGBA", image.u.data


def test_quic_is_libspices_bit_for_bit() -> None:
    recorded = list(recorded_quic())
    assert len(recorded) >= 15
    for name, picture, alpha, theirs in recorded:
        body = encode_quic(picture, alpha).body
        assert isinstance(body, BinaryData)
        assert body.data == theirs, name


# --- bounds: a guard behind every buffer that a kernel writes ---------------------------------------------------------


class Guarded:
    """Room for ``count`` bytes, and behind it bytes that must stay as they are."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._memory = np.full(count + GUARD, 0xA5, np.uint8)

    @property
    def address(self) -> int:
        return int(self._memory.ctypes.data)

    @property
    def intact(self) -> bool:
        return bool((self._memory[self._count :] == 0xA5).all())


def run_lz(library: ctypes.CDLL, words: Any, _width: int, _alpha: bool) -> list[Guarded]:
    colours, alpha = (Guarded(library.lz_bound(words.size, unit)) for unit in (3, 1))
    assert library.lz_colours(words.ctypes.data, words.size, colours.address) <= words.size * 3 + words.size // 32 + 1
    assert library.lz_alpha(words.ctypes.data, words.size, alpha.address) <= words.size + words.size // 32 + 1
    return [colours, alpha]


def run_glz(library: ctypes.CDLL, words: Any, _width: int, alpha: bool) -> list[Guarded]:
    """Twice, so that a second refers to the first; in a dictionary that just holds two and a half."""
    capacity, most = words.size * 5 // 2, 3
    memory = np.zeros(library.glz_bytes(capacity, most) + GUARD, np.uint8)
    memory[-GUARD:] = 0xA5
    library.glz_open(memory.ctypes.data, capacity, most)
    reach = ctypes.c_uint32()
    outputs = []
    for owner in (0, 0, 1, 0):
        out = Guarded(library.glz_bound(words.size, alpha))
        places = (memory.ctypes.data, owner, words.ctypes.data, words.size, alpha, out.address)
        library.glz_encode(*places, ctypes.byref(reach))
        outputs.append(out)
    assert (memory[-GUARD:] == 0xA5).all()
    return outputs


def run_quic(library: ctypes.CDLL, words: Any, width: int, alpha: bool) -> list[Guarded]:
    out, residues = Guarded(library.quic_bound(words.size, alpha)), Guarded(2 * width * 4)
    library.quic_encode(words.ctypes.data, width, words.size // width, alpha, out.address, residues.address)
    return [out, residues]


KERNEL_RUNS = [run_lz, run_glz, run_quic]
Run = Callable[[ctypes.CDLL, Any, int, bool], list[Guarded]]


def check_bounds(run: Run, picture: Pixels, alpha: bool) -> None:
    assert KERNELS is not None
    words = np.ascontiguousarray(picture).reshape(-1).view(np.uint32)
    assert all(out.intact for out in run(KERNELS.functions, words, picture.shape[1], alpha))


@pytest.mark.parametrize("run", KERNEL_RUNS)
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("scene", SCENES)
def test_kernel_stays_within_its_bounds_with_pictures_of_any_kind(run: Run, alpha: bool, scene: str) -> None:
    for size in ((1, 1), (2, 1), (33, 1), (1, 300), (129, 65), (640, 200)):
        check_bounds(run, SCENES[scene](*size), alpha)


@pytest.mark.parametrize("run", KERNEL_RUNS)
@settings(max_examples=200, deadline=None)
@given(picture=small_pictures(), alpha=st.booleans())
def test_kernel_stays_within_its_bounds_with_what_repeats_itself(run: Run, picture: Pixels, alpha: bool) -> None:
    check_bounds(run, picture, alpha)


@pytest.mark.parametrize("run", KERNEL_RUNS)
@settings(max_examples=200, deadline=None)
@given(data=st.binary(min_size=4, max_size=1200), width=st.integers(1, 30), alpha=st.booleans())
def test_kernel_stays_within_its_bounds_with_any_bytes(run: Run, data: bytes, width: int, alpha: bool) -> None:
    width = min(width, len(data) // 4)
    height = len(data) // 4 // width
    check_bounds(run, np.frombuffer(data[: width * height * 4], np.uint8).reshape(height, width, 4), alpha)


def alternating(levels: tuple[int, int]) -> Pixels:
    """Long quiet stretches, then the farthest jumps: what a code that adapts is worst at."""
    rng = np.random.default_rng(9)
    picture = np.full((120, 500, 4), levels[0], np.uint8)
    for row in range(0, 120, 3):
        picture[row] = rng.choice(np.array(levels, np.uint8), (500, 4))
    return picture


@pytest.mark.parametrize("levels", [(0, 127), (0, 128), (0, 255), (64, 192)])
def test_quic_stays_within_its_bounds_where_it_is_worst(levels: tuple[int, int]) -> None:
    check_bounds(run_quic, alternating(levels), True)
