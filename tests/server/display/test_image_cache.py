"""The pictures that a client keeps, and which of them it is told to forget."""

from __future__ import annotations

import numpy as np

from gateway.server.display.image_cache import LEAST_PIXELS, MOST_PIXELS, ImageCache, picture_id
from gateway.server.display.region import Rect
from gateway.spice.limits import IMAGE_CACHE_PIXELS


class Owner:
    def __init__(self) -> None:
        self.forgotten: list[int] = []

    def forget(self, ids: list[int]) -> None:
        self.forgotten += ids


def test_picture_that_was_not_used_for_longest_makes_room() -> None:
    cache, owner = ImageCache(5000), Owner()
    assert cache.add(1, 2000, owner) == []
    assert cache.add(2, 2000, owner) == []
    assert cache.use(1)
    assert cache.add(3, 3000, owner) == [2]
    assert not cache.use(2) and cache.use(1) and cache.use(3)


def test_other_channel_tells_what_it_lost_to_this_one() -> None:
    cache, one, two = ImageCache(5000), Owner(), Owner()
    cache.add(1, 3000, one)
    assert cache.add(2, 3000, two) == []
    assert one.forgotten == [1] and not two.forgotten


def test_pictures_of_a_channel_that_is_gone_take_no_room() -> None:
    cache, one, two = ImageCache(5000), Owner(), Owner()
    cache.add(1, 3000, one)
    cache.leave(one)
    cache.add(2, 5000, two)
    assert not one.forgotten and cache.use(2)


def test_full_cache_still_takes_what_comes_and_knows_what_it_has() -> None:
    cache, owner = ImageCache(5000), Owner()
    cache.add(1, 3000, owner)
    cache.add(2, 2000, owner)
    assert cache.fits(Rect.at(0, 0, 3000, 1)) and not cache.fits(Rect.at(0, 0, 5001, 1))


def test_neither_tiny_nor_huge_pictures_are_kept() -> None:
    cache = ImageCache(10**12)
    assert not cache.fits(Rect.at(0, 0, LEAST_PIXELS - 1, 1))
    assert cache.fits(Rect.at(0, 0, LEAST_PIXELS, 1))
    assert not cache.fits(Rect.at(0, 0, MOST_PIXELS + 1, 1))
    assert not ImageCache(2000).fits(Rect.at(0, 0, 2001, 1))


def test_client_cannot_have_us_keep_account_of_more_than_we_want() -> None:
    cache, owner = ImageCache(10**12), Owner()
    gone = [id_ for number in range(40) for id_ in cache.add(number, 1 << 20, owner)]
    assert len(gone) == 40 - IMAGE_CACHE_PIXELS // (1 << 20)


def test_pictures_are_named_by_what_is_on_them_and_by_their_shape() -> None:
    pixels = np.arange(480, dtype=np.uint8).reshape(10, 12, 4)
    names = {picture_id(pixels, 0), picture_id(pixels.reshape(12, 10, 4), 0), picture_id(pixels, 1)}
    assert len(names) == 3
    assert picture_id(pixels.copy(), 0) in names
