"""Capability bit sets: capability *n* is bit ``n % 32`` of little-endian word ``n // 32``."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from .enums import (
    ChannelType,
    CommonCap,
    DisplayCap,
    InputsCap,
    MainCap,
    PlaybackCap,
    RecordCap,
    SpicevmcCap,
)

CHANNEL_CAPS: dict[ChannelType, type[IntEnum]] = {
    ChannelType.MAIN: MainCap,
    ChannelType.DISPLAY: DisplayCap,
    ChannelType.INPUTS: InputsCap,
    ChannelType.PLAYBACK: PlaybackCap,
    ChannelType.RECORD: RecordCap,
    ChannelType.USBREDIR: SpicevmcCap,
    ChannelType.PORT: SpicevmcCap,
    ChannelType.WEBDAV: SpicevmcCap,
}
"""The capabilities each channel type has of its own; types that are missing have none."""


def to_words(caps: Iterable[int]) -> list[int]:
    """The u32 words for a set of capability numbers; no words for no capabilities."""
    words: list[int] = []
    for cap in caps:
        index, bit = divmod(int(cap), 32)
        if index >= len(words):
            words.extend([0] * (index + 1 - len(words)))
        words[index] |= 1 << bit
    return words


def from_words(words: Iterable[int]) -> frozenset[int]:
    """The capability numbers whose bits are set."""
    return frozenset(index * 32 + bit for index, word in enumerate(words) for bit in range(32) if word >> bit & 1)


def has(words: list[int], cap: int) -> bool:
    """Whether capability number ``cap`` is set in ``words``."""
    index, bit = divmod(int(cap), 32)
    return index < len(words) and bool(words[index] >> bit & 1)


def names(channel: ChannelType | None, words: Iterable[int]) -> list[str]:
    """Names for people, in order; ``channel`` None means the common capabilities. Unknown numbers read ``cap 40``."""
    kind: type[IntEnum] | None = CommonCap if channel is None else CHANNEL_CAPS.get(channel)
    known = {member.value: member.name for member in kind} if kind is not None else {}
    return [known.get(cap, f"cap {cap}") for cap in sorted(from_words(words))]
