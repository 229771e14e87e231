"""Small pictures of screens: what they look like, and what is refused."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gateway.codecs.image import Pixels
from gateway.codecs.thumbnail import made_anew, thumbnail
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import THUMBNAIL_BYTES, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH


def halves(width: int, height: int) -> Pixels:
    """A screen that is red on the left and blue on the right, B G R X, its rows further apart than they are long."""
    memory = np.zeros((height, width + 16, 4), np.uint8)
    memory[:, : width // 2, 2] = 250
    memory[:, width // 2 :, 0] = 250
    return memory[:, :width]


def jpeg(width: int, height: int, mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), 90).save(out, "JPEG", **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=("JPEG",)).convert("RGB")


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), (320, 180)),
        ((640, 480), (320, 240)),
        ((1080, 1920), (135, 240)),
        ((200, 100), (200, 100)),
        ((4000, 1), (320, 1)),
    ],
)
def test_screen_keeps_its_proportions(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert opened(thumbnail(halves(*size))).size == expected


def test_screen_keeps_its_colours() -> None:
    picture = np.asarray(opened(thumbnail(halves(1280, 800))), np.int16)
    for column, colour in ((60, (250, 0, 0)), (260, (0, 0, 250))):
        assert np.abs(picture[100, column] - colour).max() < 12


def test_picture_of_a_viewer_is_made_anew() -> None:
    sent = jpeg(320, 180, exif=b"Exif\0\0secret", comment=b"secret")
    made = made_anew(sent)
    assert b"secret" in sent
    assert b"secret" not in made
    assert opened(made).size == (320, 180)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_whatever_a_jpeg_is_made_of_becomes_colours(mode: str) -> None:
    assert opened(made_anew(jpeg(64, 48, mode))).getpixel((5, 5)) == pytest.approx(
        (90,) * 3 if mode == "L" else (90, 0, 0), abs=9
    )


@pytest.mark.parametrize("size", [(THUMBNAIL_WIDTH + 1, 10), (10, THUMBNAIL_HEIGHT + 1), (60000, 60000)])
def test_picture_with_too_many_pixels_is_refused_by_its_header(size: tuple[int, int]) -> None:
    data = bytearray(jpeg(16, 16))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")
    with pytest.raises(ProtocolError, match="too large"):
        made_anew(bytes(data))


def test_picture_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(ProtocolError, match="too large"):
        made_anew(jpeg(16, 16) + bytes(THUMBNAIL_BYTES))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_kinds_of_pictures_are_refused(kind: str) -> None:
    out = BytesIO()
    Image.new("RGB", (16, 16)).save(out, kind)
    with pytest.raises(ProtocolError):
        made_anew(out.getvalue())


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xd8\xff", b"<svg/>", jpeg(64, 64)[:-40]])
def test_what_is_no_whole_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        made_anew(data)


GOOD = jpeg(48, 32, progressive=True)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_spoilt_picture_is_taken_or_refused_and_nothing_else(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    try:
        made = made_anew(bytes(data))
    except ProtocolError:
        return
    width, height = opened(made).size
    assert width <= THUMBNAIL_WIDTH
    assert height <= THUMBNAIL_HEIGHT
