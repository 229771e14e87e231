"""The GLZ dictionary: numbers, what clients must keep, and several threads."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gateway.codecs.image import Encoded, GlzEncoder
from gateway.spice.messages.shapes import BinaryData
from tests.codecs.image.decoders import BrowserDecoder
from tests.codecs.image.scenes import desktop, noise, seen

NUMBER_AND_REACH = struct.Struct(">QI")
NUMBER_AT = 21


def number_and_reach(encoded: Encoded) -> tuple[int, int]:
    assert isinstance(encoded.body, BinaryData)
    number, reach = NUMBER_AND_REACH.unpack_from(encoded.body.data, NUMBER_AT)
    return number, reach


def test_images_are_numbered_from_zero_on() -> None:
    glz, picture = GlzEncoder(1000), noise(10, 10)
    assert [number_and_reach(glz.encode(picture))[0] for _ in range(4)] == [0, 1, 2, 3]


def test_numbers_are_given_once_to_many_threads() -> None:
    glz, picture = GlzEncoder(20_000), desktop(100, 100)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: glz.encode(picture), range(40)))
    assert sorted(number_and_reach(encoded)[0] for encoded in made) == list(range(40))


def test_browser_decodes_both_types_in_one_session(browser: BrowserDecoder) -> None:
    glz = GlzEncoder(60_000)
    for step in range(12):
        picture = desktop(200, 140)[step : step + 90]
        encoded = glz.encode(picture) if step % 2 else glz.encode_zlib(picture)
        assert np.array_equal(browser.decode(encoded, 200, 90), seen(picture, alpha=False)), step
