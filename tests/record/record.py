"""Makes ``tests/data/pictures.{json,bin}``: what libspice sends for pictures we know.

    python -m tests.record.record [DIRECTORY]

Needs a C compiler and Debian's libspice-server-dev. ``pictures.json`` lists sessions; a session's cases are to be
decoded in order, with one palette cache and one GLZ window. Each case has places in ``pictures.bin``, ``[offset,
bytes]`` of a zlib stream: ``message``, the payload of the DRAW_COPY, and ``expected``, the pixels that must come out
(R G B A, top-down). A JPEG's ``expected`` has the colours as Pillow decodes them.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gateway.spice import codec
from gateway.spice.enums import BitmapFmt, ImageCompression, ImageType
from gateway.spice.messages.draw import DrawCopy
from gateway.spice.messages.shapes import BinaryData, JPEGAlphaData

from .machine import Machine, build
from .pictures import Bitmap, Pixels, desktop, encode, gradient, noise, photo, translucent

DATA = Path(__file__).parents[1] / "data"
RGB_FORMATS = (BitmapFmt.FMT_16BIT, BitmapFmt.FMT_24BIT, BitmapFmt.FMT_32BIT, BitmapFmt.FMT_RGBA)
ALL_FORMATS = tuple(fmt for fmt in BitmapFmt if fmt is not BitmapFmt.INVALID)
SURFACE = (4608, 1024)


@dataclass
class Archive:
    """``pictures.bin`` while it grows; equal contents are kept once."""

    data: bytearray = field(default_factory=bytearray)
    places: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, content: bytes) -> tuple[int, int]:
        packed = zlib.compress(content, 9)
        if content not in self.places:
            self.places[content] = (len(self.data), len(packed))
            self.data += packed
        return self.places[content]

    def write(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "pictures.bin").write_bytes(self.data)
        lines = ",\n".join(_session_text(session) for session in self.sessions)
        (directory / "pictures.json").write_text(f"[\n{lines}\n]\n")


def _session_text(session: dict[str, Any]) -> str:
    cases = ",\n".join(f"  {json.dumps(case)}" for case in session["cases"])
    return f'{{"name": {json.dumps(session["name"])}, "cases": [\n{cases}\n]}}'


@dataclass
class Session:
    """One machine's drawings, kept in an archive."""

    archive: Archive
    machine: Machine
    cases: list[dict[str, Any]]

    def draw(self, name: str, bitmap: Bitmap, **options: Any) -> None:
        payload = self.machine.draw(bitmap, **options)
        image = codec.unpack(DrawCopy, payload).data.src_bitmap
        assert image is not None
        kind = image.descriptor.type
        expected = bitmap.expected
        if kind in (ImageType.JPEG, ImageType.JPEG_ALPHA):
            assert isinstance(image.u, BinaryData | JPEGAlphaData)
            expected = _as_pillow_sees_it(image.u.data, expected)
        self.cases.append(
            {
                "name": name,
                "type": ImageType(kind).name,
                "format": bitmap.format.name,
                "width": bitmap.width,
                "height": bitmap.height,
                "message": self.archive.keep(payload),
                "expected": self.archive.keep(expected.tobytes()),
            }
        )


def _as_pillow_sees_it(jpeg: bytes, source: Pixels) -> Pixels:
    colours = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    assert abs(colours.astype(int) - source[..., :3]).mean() < 12, "the JPEG does not show the picture"
    return np.concatenate([colours, source[..., 3:]], axis=-1)


def bitmaps(pictures: dict[str, Pixels], formats: tuple[BitmapFmt, ...], padding: int) -> Iterator[tuple[str, Bitmap]]:
    """Every picture in every format, both ways up."""
    for name, picture in pictures.items():
        for fmt in formats:
            yield f"{name} {fmt.name} top-down", encode(picture, fmt)
            yield f"{name} {fmt.name} bottom-up padded", encode(picture, fmt, top_down=False, padding=padding)


def small_pictures() -> dict[str, Pixels]:
    return {
        "desktop": translucent(desktop(160, 100)),
        "photo": translucent(photo(97, 61)),
        "gradient": gradient(67, 33),
        "noise": noise(30, 21),
        "dot": noise(1, 1),
        "column": photo(2, 60),
        "tiny": noise(5, 4),
    }


def record_formats(archive: Archive, program: Path) -> None:
    """Every bitmap format through every way of compressing that stands alone."""
    compressions = (ImageCompression.OFF, ImageCompression.QUIC, ImageCompression.LZ, ImageCompression.LZ4)
    for compression in compressions:
        padded = compression in (ImageCompression.OFF, ImageCompression.QUIC)
        with Machine(program, compression, size=SURFACE) as machine:
            session = Session(archive, machine, [])
            for name, bitmap in bitmaps(small_pictures(), ALL_FORMATS, 12 if padded else 0):
                session.draw(name, bitmap)
            for fmt in RGB_FORMATS:
                session.draw(f"wide {fmt.name}", encode(translucent(desktop(4500, 4)), fmt))
            archive.sessions.append({"name": compression.name, "cases": session.cases})


def record_palettes(archive: Archive, program: Path) -> None:
    """Palettes that are cached and named again."""
    for compression in (ImageCompression.OFF, ImageCompression.LZ):
        with Machine(program, compression, size=SURFACE) as machine:
            session = Session(archive, machine, [])
            for turn in range(2):
                for number, fmt in enumerate((BitmapFmt.FMT_8BIT, BitmapFmt.FMT_4BIT_BE, BitmapFmt.FMT_1BIT_LE)):
                    session.draw(f"{fmt.name} turn {turn}", encode(desktop(80, 50), fmt), palette_id=77 + number)
            archive.sessions.append({"name": f"cached palettes, {compression.name}", "cases": session.cases})


def record_dictionary(archive: Archive, program: Path, *, zlib_too: bool, window: int) -> None:
    """A scrolling desktop through GLZ: images that refer to the ones before them, and leave the window."""
    scene = translucent(desktop(240, 400, seed=5))
    size = f"window of {window} pixels"
    with Machine(program, ImageCompression.GLZ, zlib=zlib_too, size=SURFACE, glz_window=window) as machine:
        session = Session(archive, machine, [])
        for step in range(16):
            picture = scene[step * 9 : step * 9 + 130]
            fmt = RGB_FORMATS[3 - step % 4] if step >= 8 else BitmapFmt.FMT_32BIT
            bitmap = encode(picture, fmt, top_down=step % 5 != 4)
            session.draw(f"step {step} {fmt.name}", bitmap, at=(step * 250 % 4000, 0))
        session.draw("photo", encode(photo(97, 61), BitmapFmt.FMT_32BIT), at=(0, 500))
        session.draw("photo again", encode(photo(97, 61), BitmapFmt.FMT_RGBA), at=(500, 500))
        name = f"{'ZLIB_GLZ' if zlib_too else 'GLZ'}, {size}"
        archive.sessions.append({"name": name, "cases": session.cases})


def record_jpeg(archive: Archive, program: Path) -> None:
    with Machine(program, ImageCompression.AUTO_LZ, jpeg=True, size=SURFACE) as machine:
        session = Session(archive, machine, [])
        for fmt in (BitmapFmt.FMT_24BIT, BitmapFmt.FMT_32BIT, BitmapFmt.FMT_RGBA):
            for top_down in (True, False):
                way = "top-down" if top_down else "bottom-up"
                session.draw(f"photo {fmt.name} {way}", encode(translucent(photo(97, 61)), fmt, top_down=top_down))
        archive.sessions.append({"name": "JPEG", "cases": session.cases})


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    archive = Archive()
    with tempfile.TemporaryDirectory() as scratch:
        program = build(Path(scratch))
        record_formats(archive, program)
        record_palettes(archive, program)
        for window in (4_000_000, 100_000):
            for zlib_too in (False, True):
                record_dictionary(archive, program, zlib_too=zlib_too, window=window)
        record_jpeg(archive, program)
    archive.write(directory)
    kinds: dict[str, int] = {}
    for session in archive.sessions:
        for case in session["cases"]:
            kinds[case["type"]] = kinds.get(case["type"], 0) + 1
    print(f"{len(archive.data)} bytes; cases by type: {kinds}")


if __name__ == "__main__":
    main()
