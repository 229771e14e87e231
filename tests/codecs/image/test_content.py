"""What pictures are of."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.codecs.image import Content, Pixels, classify
from tests.codecs.image.scenes import desktop, gradient, noise, photo

SIZES = [(1920, 1080), (640, 480), (200, 120)]


def plain(width: int, height: int) -> Pixels:
    return np.full((height, width, 4), 90, np.uint8)


def across(width: int, height: int) -> Pixels:
    """A gradient from left to right, as title bars have."""
    return np.linspace(0, 255, width, dtype=np.uint8)[None, :, None].repeat(height, 0).repeat(4, 2)


def dithered(width: int, height: int) -> Pixels:
    """Black and white dots without order."""
    dots = np.random.default_rng(4).integers(0, 2, (height, width, 1), np.uint8)
    return np.ascontiguousarray((dots * 255).repeat(4, 2))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("picture", "content"),
    [
        (plain, Content.FLAT),
        (across, Content.FLAT),
        (desktop, Content.TEXT),
        (dithered, Content.TEXT),
        (photo, Content.PHOTO),
        (noise, Content.PHOTO),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_pictures_are_told_apart(picture: object, content: Content, size: tuple[int, int]) -> None:
    assert callable(picture)
    assert classify(picture(*size)) is content


def test_a_gradient_both_ways_is_a_photograph_where_every_pixel_changes() -> None:
    assert classify(gradient(200, 120)) is Content.PHOTO
    assert classify(gradient(1920, 1080)) is Content.TEXT  # equal pixels side by side: LZ has something to refer to


def test_dense_text_is_not_taken_for_a_photograph() -> None:
    """The densest part of a desktop, as the terminal of somebody who likes small letters."""
    letters = desktop(1920, 1080)[300:340, 200:460]
    assert classify(letters) is Content.TEXT


def test_the_unused_byte_does_not_count() -> None:
    picture = plain(64, 64)
    picture[..., 3] = noise(64, 64)[..., 3]
    assert classify(picture) is Content.FLAT


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 2), (1, 2)])
def test_the_smallest_pictures_have_a_content_too(size: tuple[int, int]) -> None:
    assert classify(plain(*size)) is Content.FLAT
    if size != (1, 1):
        assert classify(noise(*size)) is Content.PHOTO
