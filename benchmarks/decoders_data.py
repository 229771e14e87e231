"""What libspice sends for 1920×1080 pictures: input for the decoder benchmarks. ``python -m benchmarks.decoders_data``.

Writes ``images.json`` and ``images.bin`` to ``.cache/decoders`` unless they are there. Desktop: windows and text.
Photo: structure at every scale with a sensor's noise. A GLZ entry is a series of frames, each scrolled on by 40 rows,
that share one dictionary. Needs what ``tests/record`` needs.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gateway.spice import codec
from gateway.spice.enums import BitmapFmt, ImageCompression, ImageType
from gateway.spice.messages.draw import DrawCopy
from tests.record.machine import Machine, build
from tests.record.pictures import Bitmap, Pixels, desktop, encode, photo, translucent

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "decoders"
WIDTH, HEIGHT = 1920, 1080
SCROLL, FRAMES = 40, 5
ALONE = (ImageCompression.OFF, ImageCompression.QUIC, ImageCompression.LZ, ImageCompression.LZ4)


@dataclass
class Recording:
    """Entries, each some DRAW_COPY payloads that are decoded in order."""

    data: bytearray = field(default_factory=bytearray)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, content: str, fmt: BitmapFmt, payloads: list[bytes]) -> None:
        image = codec.unpack(DrawCopy, payloads[0]).data.src_bitmap
        assert image is not None
        messages = []
        for payload in payloads:
            messages.append([len(self.data), len(payload)])
            self.data += payload
        kind = ImageType(image.descriptor.type).name
        self.entries.append(
            {"content": content, "type": kind, "format": fmt.name.removeprefix("FMT_"), "messages": messages}
        )

    def write(self) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "images.bin").write_bytes(self.data)
        (CACHE / "images.json").write_text(json.dumps(self.entries, indent=1))


def plain(bitmap: Bitmap) -> Bitmap:
    """The bitmap as an X server leaves it: zeros where there is no alpha."""
    if bitmap.format is not BitmapFmt.FMT_32BIT:
        return bitmap
    data = np.frombuffer(bitmap.data, np.uint8).reshape(-1, 4).copy()
    data[:, 3] = 0
    return replace(bitmap, data=data.tobytes())


def record_alone(recording: Recording, program: Path, content: str, picture: Pixels) -> None:
    for compression in ALONE:
        formats = [BitmapFmt.FMT_32BIT, BitmapFmt.FMT_RGBA]
        if compression in (ImageCompression.OFF, ImageCompression.LZ):
            formats.append(BitmapFmt.FMT_8BIT)
        with Machine(program, compression, size=(WIDTH, HEIGHT)) as machine:
            for fmt in formats:
                source = translucent(picture) if fmt is BitmapFmt.FMT_RGBA else picture
                recording.keep(content, fmt, [machine.draw(plain(encode(source, fmt)))])


def record_series(recording: Recording, program: Path, content: str, tall: Pixels) -> None:
    for zlib_too in (False, True):
        with Machine(program, ImageCompression.GLZ, zlib=zlib_too, size=(WIDTH, HEIGHT)) as machine:
            frames = [tall[step * SCROLL : step * SCROLL + HEIGHT] for step in range(FRAMES)]
            payloads = [machine.draw(plain(encode(frame, BitmapFmt.FMT_32BIT))) for frame in frames]
            recording.keep(content, BitmapFmt.FMT_32BIT, payloads)


def main() -> None:
    if (CACHE / "images.json").exists():
        return
    recording = Recording()
    rows = HEIGHT + SCROLL * FRAMES
    with tempfile.TemporaryDirectory() as scratch:
        program = build(Path(scratch))
        for content, tall in (("desktop", desktop(WIDTH, rows)), ("photo", photo(WIDTH, rows))):
            record_alone(recording, program, content, tall[:HEIGHT])
            record_series(recording, program, content, tall)
    recording.write()


if __name__ == "__main__":
    main()
