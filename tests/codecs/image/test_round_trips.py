"""What goes in comes out of the browser's decoders, pixel for pixel, and takes as many bytes as was said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from gateway.codecs.image import (
    Encoded,
    GlzWindow,
    Pixels,
    encode_bitmap,
    encode_jpeg,
    encode_jpeg_alpha,
    encode_lz,
    encode_lz4,
    encode_quic,
)
from gateway.codecs.kernels.loader import KERNELS, Kernels
from gateway.spice import codec
from tests.codecs.image.decoders import BrowserDecoder, jpeg_of
from tests.codecs.image.scenes import SCENES, SIZES, desktop, seen, small_pictures, translucent

Encoder = Callable[[Pixels, bool], Encoded]

WINDOW = 1 << 22
UNSUITABLE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
"""Checks: the fixture serves every example, and the computer may be busy."""


def encode_glz(pixels: Pixels, alpha: bool) -> Encoded:
    return GlzWindow(WINDOW).encoder().encode(pixels, alpha)


def encode_zlib_glz(pixels: Pixels, alpha: bool) -> Encoded:
    return GlzWindow(WINDOW).encoder().encode_zlib(pixels, alpha)


def encode_lz_plainly(pixels: Pixels, alpha: bool) -> Encoded:
    return encode_lz(pixels, alpha, kernels=None)


def encode_glz_plainly(pixels: Pixels, alpha: bool) -> Encoded:
    return GlzWindow(WINDOW, kernels=None).encoder().encode(pixels, alpha)


def encode_zlib_glz_plainly(pixels: Pixels, alpha: bool) -> Encoded:
    return GlzWindow(WINDOW, kernels=None).encoder().encode_zlib(pixels, alpha)


WITHOUT_KERNELS: list[Encoder] = [encode_lz_plainly, encode_glz_plainly, encode_zlib_glz_plainly]
EXACT: list[Encoder] = [
    encode_bitmap,
    encode_lz4,
    encode_lz,
    encode_glz,
    encode_zlib_glz,
    encode_quic,
    *WITHOUT_KERNELS,
]
exact = pytest.mark.parametrize("encode", EXACT)
with_and_without_alpha = pytest.mark.parametrize("alpha", [False, True], ids=["opaque", "alpha"])


@exact
@with_and_without_alpha
@pytest.mark.parametrize("scene", SCENES)
def test_browser_decodes_pictures_of_every_size_exactly(
    browser: BrowserDecoder, encode: Encoder, alpha: bool, scene: str
) -> None:
    for width, height in SIZES:
        pixels = SCENES[scene](width, height)
        encoded = encode(pixels, alpha)
        assert not encoded.lossy
        decoded = browser.begin().decode(encoded, width, height)
        assert np.array_equal(decoded, seen(pixels, alpha=alpha)), (width, height)


@exact
@pytest.mark.parametrize("scene", ["desktop", "photo", "noise"])
def test_browser_decodes_a_full_screen_exactly(browser: BrowserDecoder, encode: Encoder, scene: str) -> None:
    pixels = SCENES[scene](1920, 1080)
    assert np.array_equal(browser.decode(encode(pixels, False), 1920, 1080), seen(pixels, alpha=False))


@exact
@with_and_without_alpha
@settings(max_examples=60, deadline=None, suppress_health_check=UNSUITABLE)
@given(pixels=small_pictures())
def test_browser_decodes_whatever_repeats_itself(
    browser: BrowserDecoder, encode: Encoder, alpha: bool, pixels: Pixels
) -> None:
    height, width = pixels.shape[:2]
    decoded = browser.begin().decode(encode(pixels, alpha), width, height)
    assert np.array_equal(decoded, seen(pixels, alpha=alpha))


@exact
def test_encoder_takes_a_part_of_a_larger_picture(browser: BrowserDecoder, encode: Encoder) -> None:
    part = desktop(200, 100)[10:73, 20:153]
    assert np.array_equal(browser.decode(encode(part, False), 133, 63), seen(part, alpha=False))


@exact
@pytest.mark.parametrize("size", [(1, 1), (333, 77)])
def test_encoder_says_how_many_bytes_go_on_the_wire(encode: Encoder, size: tuple[int, int]) -> None:
    encoded = encode(desktop(*size), False)
    assert encoded.size == len(codec.pack(encoded.body))


@pytest.mark.parametrize("encode", [encode_jpeg, encode_jpeg_alpha])
def test_jpeg_encoder_says_how_many_bytes_go_on_the_wire(encode: Callable[[Pixels], Encoded]) -> None:
    encoded = encode(desktop(333, 77))
    assert encoded.size == len(codec.pack(encoded.body))


def test_a_desktop_is_compressed_by_all_but_the_plain_ones() -> None:
    pixels = desktop(1920, 1080)
    for encode in (encode_lz4, encode_lz, encode_glz, encode_zlib_glz, encode_quic, encode_zlib_glz_plainly):
        assert encode(pixels, False).size < pixels.size // 5, encode.__name__


def test_jpeg_is_close_to_the_picture(browser: BrowserDecoder) -> None:
    pixels = SCENES["photo"](333, 77)
    encoded = encode_jpeg(pixels, 90)
    assert encoded.lossy
    browser.decode(encoded, 333, 77)  # says what size it is of
    assert np.abs(jpeg_of(encoded).astype(int) - pixels[..., 2::-1]).mean() < 4


def test_jpeg_of_lower_quality_is_smaller() -> None:
    pixels = SCENES["photo"](333, 77)
    assert encode_jpeg(pixels, 30).size < encode_jpeg(pixels, 80).size < encode_jpeg(pixels, 95).size


@pytest.mark.parametrize("kernels", [KERNELS, None], ids=["compiled", "without kernels"])
@pytest.mark.parametrize("size", SIZES)
def test_jpeg_with_alpha_has_close_colours_and_exact_alpha(
    browser: BrowserDecoder, size: tuple[int, int], kernels: Kernels | None
) -> None:
    pixels = translucent(*size)
    encoded = encode_jpeg_alpha(pixels, 95, kernels=kernels)
    assert np.array_equal(browser.decode(encoded, *size)[..., 3], pixels[..., 3])
    assert jpeg_of(encoded).shape[:2] == pixels.shape[:2]
