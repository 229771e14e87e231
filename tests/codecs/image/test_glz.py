"""The GLZ dictionary: numbers, what clients must keep, what is referred to, and several threads."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.codecs.image import Encoded, GlzWindow, Pixels
from gateway.codecs.image.glz import MOST_IMAGES
from gateway.codecs.kernels.loader import KERNELS, Kernels
from gateway.spice.messages.shapes import BinaryData
from tests.codecs.image.decoders import BrowserDecoder
from tests.codecs.image.scenes import desktop, noise, photo, seen, translucent

NUMBER_AND_REACH = struct.Struct(">QI")
NUMBER_AT = 21
UNSUITABLE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
"""Checks: the fixture serves every example, and the computer may be busy."""

with_and_without_kernels = pytest.mark.parametrize("kernels", [KERNELS, None], ids=["compiled", "without kernels"])


def number_and_reach(encoded: Encoded) -> tuple[int, int]:
    assert isinstance(encoded.body, BinaryData)
    number, reach = NUMBER_AND_REACH.unpack_from(encoded.body.data, NUMBER_AT)
    return number, reach


@with_and_without_kernels
def test_images_are_numbered_from_zero_on(kernels: Kernels | None) -> None:
    glz, picture = GlzWindow(1000, kernels=kernels).encoder(), noise(10, 10)
    assert [number_and_reach(glz.encode(picture))[0] for _ in range(4)] == [0, 1, 2, 3]


@with_and_without_kernels
def test_numbers_are_given_once_to_many_threads(kernels: Kernels | None) -> None:
    glz, picture = GlzWindow(20_000, kernels=kernels).encoder(), desktop(100, 100)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: glz.encode(picture), range(40)))
    assert sorted(number_and_reach(encoded)[0] for encoded in made) == list(range(40))


def test_browser_decodes_what_several_threads_encoded(browser: BrowserDecoder) -> None:
    glz, tall = GlzWindow(30_000).encoder(), desktop(120, 400)
    pictures = [tall[step * 7 : step * 7 + 80] for step in range(40)]
    with ThreadPoolExecutor(4) as threads:
        made = list(zip(pictures, threads.map(glz.encode, pictures), strict=True))
    for picture, encoded in sorted(made, key=lambda pair: number_and_reach(pair[1])[0]):
        assert np.array_equal(browser.decode(encoded, 120, 80), seen(picture, alpha=False))


@with_and_without_kernels
def test_browser_decodes_both_types_in_one_session(browser: BrowserDecoder, kernels: Kernels | None) -> None:
    glz = GlzWindow(60_000, kernels=kernels).encoder()
    for step in range(12):
        picture = desktop(200, 140)[step : step + 90]
        encoded = glz.encode(picture) if step % 2 else glz.encode_zlib(picture)
        assert np.array_equal(browser.decode(encoded, 200, 90), seen(picture, alpha=False)), step


def test_what_was_sent_before_costs_next_to_nothing(browser: BrowserDecoder) -> None:
    glz, picture, other = GlzWindow(600_000).encoder(), desktop(500, 300), photo(500, 300)
    first = glz.encode(picture)
    between = glz.encode(other)
    again = picture.copy()
    again[100:110, 50:60, 1] ^= 7
    last = glz.encode(again)
    assert last.size < 2000 < first.size
    for pixels, encoded in ((picture, first), (other, between), (again, last)):
        assert np.array_equal(browser.decode(encoded, 500, 300), seen(pixels, alpha=False))


def test_clients_are_told_to_forget_what_the_dictionary_has_no_room_for() -> None:
    """Reaches in a dictionary of 1000 pixels: each image brings 400, then one 900, then 10 each."""
    glz, row = GlzWindow(1000).encoder(), noise(1000, 1)
    reaches = [number_and_reach(glz.encode(row[:, :count]))[1] for count in (400, 400, 400, 900, 10, 10, 10)]
    assert reaches == [0, 1, 1, 0, 1, 2, 3]


def test_the_dictionary_keeps_a_bounded_number_of_images() -> None:
    glz, dot = GlzWindow(1 << 20).encoder(), noise(1, 1)
    reaches = [number_and_reach(glz.encode(dot))[1] for _ in range(MOST_IMAGES + 10)]
    assert max(reaches) == reaches[-1] == MOST_IMAGES - 1


def test_alpha_is_not_taken_from_images_that_have_none(browser: BrowserDecoder) -> None:
    glz, picture = GlzWindow(100_000).encoder(), translucent(120, 90)
    for step, alpha in enumerate([False, True, True, False, True]):
        encoded = glz.encode(picture, alpha)
        assert np.array_equal(browser.decode(encoded, 120, 90), seen(picture, alpha=alpha)), step


def test_channel_refers_to_no_picture_of_another_whose_connection_may_have_lost_it(browser: BrowserDecoder) -> None:
    window, picture = GlzWindow(600_000), desktop(200, 140)
    lost = [window.encoder().encode(picture) for _ in range(2)]
    glz = window.encoder()
    first, again = glz.encode(picture), glz.encode(picture)
    assert again.size < 300 < first.size == lost[0].size
    assert [number_and_reach(encoded)[0] for encoded in (*lost, first, again)] == [0, 1, 2, 3]
    for encoded in (first, again):
        assert np.array_equal(browser.decode(encoded, 200, 140), seen(picture, alpha=False))


@with_and_without_kernels
def test_numbers_go_on_when_the_last_channel_has_gone(kernels: Kernels | None) -> None:
    window, picture = GlzWindow(1000, kernels=kernels), noise(10, 10)
    for number in range(3):
        glz = window.encoder()
        assert number_and_reach(glz.encode(picture)) == (number, 0)
        glz.close()


@st.composite
def sessions(draw: st.DrawFn) -> tuple[int, list[tuple[Pixels, bool]]]:
    """A dictionary's size, and pictures cut from one strip so that they repeat each other."""
    window = draw(st.integers(200, 3000))
    colours = draw(st.integers(2, 200))
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (colours, 4), np.uint8)
    strip = np.repeat(palette[rng.integers(0, colours, 3000)], rng.integers(1, 9, 3000), axis=0)
    pictures = []
    for _ in range(draw(st.integers(1, 25))):
        width, height = draw(st.integers(1, 40)), draw(st.integers(1, 5))
        begin = draw(st.integers(0, len(strip) - width * height))
        pictures.append((strip[begin : begin + width * height].reshape(height, width, 4), draw(st.booleans())))
    return window, pictures


@settings(max_examples=150, deadline=None, suppress_health_check=UNSUITABLE)
@given(session=sessions())
def test_browser_decodes_any_session_whatever_the_dictionary_forgets(
    browser: BrowserDecoder, session: tuple[int, list[tuple[Pixels, bool]]]
) -> None:
    window, pictures = session
    glz = GlzWindow(window).encoder()
    browser.begin()
    for picture, alpha in pictures:
        height, width = picture.shape[:2]
        decoded = browser.decode(glz.encode(picture, alpha), width, height)
        assert np.array_equal(decoded, seen(picture, alpha=alpha))
