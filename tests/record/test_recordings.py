"""The recordings are what libspice sends today for the pictures of this directory."""

from pathlib import Path

import pytest

from gateway.spice import codec
from gateway.spice.enums import BitmapFmt, ImageCompression, ImageType
from gateway.spice.messages.draw import DrawCopy

from . import record
from .machine import Machine, build
from .pictures import desktop, encode


@pytest.mark.e2e
def test_libspice_sends_the_recordings_again_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["record", str(tmp_path)])
    record.main()
    for name in ("pictures.json", "pictures.bin"):
        assert (tmp_path / name).read_bytes() == (record.DATA / name).read_bytes(), name


@pytest.mark.e2e
def test_the_machine_sends_an_uncompressed_bitmap_as_it_was_given(tmp_path: Path) -> None:
    bitmap = encode(desktop(40, 30), BitmapFmt.FMT_32BIT, padding=4)
    with Machine(build(tmp_path), ImageCompression.OFF, size=(64, 64)) as machine:
        image = codec.unpack(DrawCopy, machine.draw(bitmap)).data.src_bitmap
    assert image is not None
    assert image.descriptor.type == ImageType.BITMAP
    assert bytes(image.u.data) == bitmap.data  # type: ignore[union-attr]


def test_a_picture_in_four_bits_has_its_left_pixel_where_the_format_says() -> None:
    picture = desktop(8, 1)
    high = encode(picture, BitmapFmt.FMT_4BIT_BE)
    low = encode(picture, BitmapFmt.FMT_4BIT_LE)
    assert high.data == bytes((byte >> 4) | (byte & 15) << 4 for byte in low.data)
    assert (high.expected == low.expected).all()
