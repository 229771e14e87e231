"""The pictures that a client keeps because we said so (libspice's pixmap cache).

The client's display channels share one cache, whose size it announced; what a channel put there only that channel
uses, because channels are not in step with each other. Which picture goes is decided here, for all of them together.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple, Protocol

import xxhash

from gateway.codecs.image import Pixels
from gateway.server.display.region import Rect
from gateway.spice.limits import IMAGE_CACHE_PIXELS, MAX_CACHED_IMAGES

LEAST_PIXELS: Final = 1024
MOST_PIXELS: Final = 2 * 1024 * 1024
"""Smaller pictures are hardly larger than their names, larger ones push out everything else."""


class Owner(Protocol):
    """A channel's connection that puts pictures into the cache."""

    def forget(self, ids: list[int]) -> None:
        """Tell the client that these are gone."""


class _Entry(NamedTuple):
    pixels: int
    owner: Owner


class ImageCache:
    """One client's cache. `pixels`: its size, as the client announced it; more than our own limit is not used."""

    def __init__(self, pixels: int) -> None:
        self._size = self._room = min(pixels, IMAGE_CACHE_PIXELS)
        self._entries: OrderedDict[int, _Entry] = OrderedDict()

    def fits(self, rect: Rect) -> bool:
        """Whether pictures of this size are kept."""
        return LEAST_PIXELS <= rect.area <= min(MOST_PIXELS, self._size)

    def __contains__(self, id_: int) -> bool:
        return id_ in self._entries

    def use(self, id_: int) -> bool:
        """Whether the client has a picture; it is kept the longer for it."""
        if id_ in self._entries:
            self._entries.move_to_end(id_)
            return True
        return False

    def add(self, id_: int, pixels: int, owner: Owner) -> list[int]:
        """The client is about to get a picture that it keeps. Gives what `owner` has to tell it to forget for that.

        Other owners tell theirs by themselves.
        """
        gone: dict[Owner, list[int]] = {}
        self._room -= pixels
        while self._room < 0 or len(self._entries) >= MAX_CACHED_IMAGES:
            old, entry = self._entries.popitem(last=False)
            self._room += entry.pixels
            gone.setdefault(entry.owner, []).append(old)
        self._entries[id_] = _Entry(pixels, owner)
        mine = gone.pop(owner, [])
        for other, ids in gone.items():
            other.forget(ids)
        return mine

    def leave(self, owner: Owner) -> None:
        """A channel is gone, and what it put here with it: nobody would use it any more."""
        for id_ in [id_ for id_, entry in self._entries.items() if entry.owner is owner]:
            self._room += self._entries.pop(id_).pixels


def picture_id(pixels: Pixels, channel_id: int) -> int:
    """A picture's name (u64) among those of a channel, by what is on it."""
    height, width = pixels.shape[:2]
    return xxhash.xxh3_64_intdigest(pixels.data, seed=(channel_id << 32) | (height << 16) | width)
