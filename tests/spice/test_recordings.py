"""What libspice really sent: the recorded pictures, every image type and bitmap format among them."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from gateway.spice import codec
from gateway.spice.enums import ChannelType, Direction
from gateway.spice.messages.draw import DrawCopy

DATA = Path(__file__).resolve().parents[1] / "data"
DRAW_COPY = 304


def recorded() -> list[tuple[str, bytes]]:
    """Each case's name and the payload of its DRAW_COPY."""
    archive = (DATA / "pictures.bin").read_bytes()
    found = []
    for session in json.loads((DATA / "pictures.json").read_text("utf-8")):
        for case in session["cases"]:
            start, size = case["message"]
            found.append((f"{session['name']} {case['name']}", zlib.decompress(archive[start : start + size])))
    return found


def test_the_codec_writes_what_libspice_sent_byte_for_byte() -> None:
    cases = recorded()
    kinds = set()
    for name, payload in cases:
        message = codec.demarshal(ChannelType.DISPLAY, Direction.SERVER, DRAW_COPY, payload)
        assert isinstance(message, DrawCopy)
        assert message.data.src_bitmap is not None, name
        kinds.add(message.data.src_bitmap.descriptor.type)
        assert codec.marshal(message) == payload, name
    assert len(cases) > 100
    assert len(kinds) >= 8, kinds
