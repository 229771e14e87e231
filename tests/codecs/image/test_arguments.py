"""Pictures that are none are refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gateway.codecs.image import (
    GlzWindow,
    classify,
    encode_bitmap,
    encode_jpeg,
    encode_jpeg_alpha,
    encode_lz,
    encode_lz4,
    encode_quic,
    quic_available,
)
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_IMAGE_WIDTH

GLZ = GlzWindow(1 << 20).encoder()
TAKERS = [
    encode_bitmap,
    encode_lz4,
    encode_lz,
    encode_quic,
    encode_jpeg,
    encode_jpeg_alpha,
    GLZ.encode,
    GLZ.encode_zlib,
    classify,
]
NOT_PICTURES: dict[str, Any] = {
    "bytes": b"\0" * 16,
    "words": np.zeros((2, 2), np.uint32),
    "three channels": np.zeros((2, 2, 3), np.uint8),
    "floats": np.zeros((2, 2, 4)),
    "no rows": np.zeros((0, 2, 4), np.uint8),
    "no columns": np.zeros((2, 0, 4), np.uint8),
    "too wide": np.zeros((1, MAX_IMAGE_WIDTH + 1, 4), np.uint8),
}


@pytest.mark.parametrize("take", TAKERS, ids=lambda take: take.__name__)
@pytest.mark.parametrize("what", NOT_PICTURES)
def test_encoder_refuses_what_is_no_picture(take: Callable[[Any], object], what: str) -> None:
    with pytest.raises(UsageError):
        take(NOT_PICTURES[what])


@pytest.mark.parametrize("quality", [0, -1, 101])
def test_jpeg_encoder_refuses_a_quality_that_there_is_not(quality: int) -> None:
    for encode in (encode_jpeg, encode_jpeg_alpha):
        with pytest.raises(UsageError):
            encode(np.zeros((2, 2, 4), np.uint8), quality)


def test_glz_encoder_refuses_a_dictionary_without_room() -> None:
    with pytest.raises(UsageError):
        GlzWindow(0).encoder()


def test_glz_encoder_refuses_a_picture_larger_than_the_dictionary() -> None:
    glz, picture = GlzWindow(99).encoder(), np.zeros((10, 10, 4), np.uint8)
    assert not glz.fits(picture)
    with pytest.raises(UsageError):
        glz.encode(picture)
    assert glz.fits(picture[:9])
    glz.encode(picture[:9])


def test_quic_is_offered_here_and_refused_where_there_are_no_kernels() -> None:
    assert quic_available()
    with pytest.raises(UsageError):
        encode_quic(np.zeros((2, 2, 4), np.uint8), kernels=None)
