"""Which encoder a picture gets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gateway.codecs.image import Encoded, GlzWindow, Pixels, quic_available
from gateway.server.display.encoding import FAST, Choice, Codec, Plan, Solid, encode, solid_colour
from gateway.spice.enums import ImageCompression, ImageType

AREA = 256 * 1024
SLOW = 100_000.0
NOISE: Pixels = np.random.default_rng(1).integers(0, 256, (64, 96, 4), np.uint8)


def choice(*, lz4: bool = True, glz: bool = True, preferred: ImageCompression = ImageCompression.INVALID) -> Choice:
    made = Choice()
    made.lz4, made.glz, made.preferred = lz4, GlzWindow(1 << 20).encoder() if glz else None, preferred
    return made


def text(made: Choice, area: int = AREA, rate: float = math.inf) -> Codec:
    return made.plan(area, rate).text


@pytest.mark.skipif(not quic_available(), reason="without the compiled kernels other encoders are the fastest")
def test_what_is_fast_and_small_is_preferred() -> None:
    assert text(choice()) is Codec.LZ
    assert text(choice(), area=5000) is Codec.GLZ
    assert text(choice(), area=500) is Codec.LZ4
    assert text(choice(lz4=False), area=500) is Codec.GLZ
    assert text(choice(), rate=FAST / 2) is Codec.ZLIB_GLZ
    assert text(choice(glz=False), rate=FAST / 2) is Codec.LZ


@pytest.mark.parametrize("glz", [False, True])
@pytest.mark.parametrize("lz4", [False, True])
@pytest.mark.parametrize("rate", [SLOW, FAST, math.inf])
def test_client_gets_only_what_it_reads(glz: bool, lz4: bool, rate: float) -> None:
    readable = {Codec.BITMAP, Codec.LZ, Codec.QUIC, Codec.JPEG}
    readable |= {Codec.GLZ, Codec.ZLIB_GLZ} if glz else set()
    readable |= {Codec.LZ4} if lz4 else set()
    for preferred in ImageCompression:
        for area in (1, 1000, AREA):
            for exact in (False, True):
                plan = choice(lz4=lz4, glz=glz, preferred=preferred).plan(area, rate, exact=exact)
                assert {plan.text, plan.photo} <= readable
                assert (plan.glz is not None) == (plan.text in (Codec.GLZ, Codec.ZLIB_GLZ))


@pytest.mark.parametrize(
    ("preferred", "codecs"),
    [
        (ImageCompression.OFF, {Codec.BITMAP}),
        (ImageCompression.LZ, {Codec.LZ}),
        (ImageCompression.LZ4, {Codec.LZ4}),
        (ImageCompression.GLZ, {Codec.GLZ}),
        (ImageCompression.QUIC, {Codec.QUIC, Codec.LZ, Codec.LZ4}),
    ],
)
@pytest.mark.parametrize("rate", [SLOW, math.inf])
def test_client_that_asks_for_one_encoding_gets_that_one(
    preferred: ImageCompression, codecs: set[Codec], rate: float
) -> None:
    plan = choice(preferred=preferred).plan(AREA, rate)
    assert {plan.text, plan.photo} <= codecs


def test_photographs_lose_something_only_on_slow_links_and_only_at_first() -> None:
    made = choice()
    assert made.plan(AREA, SLOW).photo is Codec.JPEG
    assert made.plan(AREA, math.inf).photo is not Codec.JPEG
    assert made.plan(AREA, SLOW, exact=True).photo is not Codec.JPEG
    assert made.plan(AREA, SLOW, alpha=True).photo is not Codec.JPEG
    assert made.plan(50, SLOW).photo is Codec.BITMAP


def kind(pixels: Pixels, plan: Plan) -> ImageType:
    encoded = encode(pixels, plan)
    assert isinstance(encoded, Encoded)
    return encoded.type


def test_what_is_seen_decides_between_a_plans_encoders() -> None:
    plan = Plan(Codec.LZ, Codec.JPEG, alpha=False)
    assert kind(NOISE, plan) is ImageType.JPEG
    stripes = np.zeros((64, 96, 4), np.uint8)
    stripes[::4] = 200
    assert kind(stripes, plan) is ImageType.LZ_RGB


def test_pictures_of_one_colour_are_no_pictures() -> None:
    picture: Pixels = np.full((7, 5, 4), (1, 2, 3, 255), np.uint8)
    assert encode(picture, Plan(Codec.LZ4, Codec.LZ4, alpha=False)) == Solid(0xFF030201)
    for place in ((0, 0), (3, 2), (6, 4)):
        spotted = picture.copy()
        spotted[place] = 9
        assert solid_colour(spotted) is None


def test_picture_that_no_dictionary_holds_is_encoded_otherwise() -> None:
    glz = GlzWindow(100).encoder()
    assert kind(NOISE, Plan(Codec.ZLIB_GLZ, Codec.ZLIB_GLZ, alpha=False, glz=glz)) is ImageType.LZ_RGB
    assert kind(NOISE[:10, :10].copy(), Plan(Codec.GLZ, Codec.GLZ, alpha=False, glz=glz)) is ImageType.GLZ_RGB
