"""Which message has which number, on which channel, from which side. The allow-list of the relay is this catalogue.

Message classes register themselves with ``@message``; importing this module imports them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TypeVar

from . import layout, limits, wire
from .enums import ChannelType, Direction

__all__ = ["Direction", "MessageDef", "allowed", "entries", "lookup", "message", "message_limit", "messages"]

FIXED_SLACK = 256
"""Bytes that a message of fixed size may have beyond it: newer peers append fields."""

MODULES = (
    "common",
    "main",
    "display",
    "draw",
    "inputs",
    "cursor",
    "playback",
    "record",
    "tunnel",
    "smartcard",
    "usbredir",
    "port",
    "webdav",
)

M = TypeVar("M", bound=wire.Message)


@dataclass(frozen=True, slots=True)
class MessageDef:
    """One entry: its place (channel, direction, number), its ``spice.proto`` name, its class, its sizes in bytes."""

    channel: ChannelType
    direction: Direction
    number: int
    name: str
    cls: type[wire.Message]
    min_size: int
    max_size: int


_entries: dict[tuple[ChannelType, Direction, int], MessageDef] = {}


def message(
    channels: ChannelType | Iterable[ChannelType], direction: Direction, number: int, name: str = ""
) -> Callable[[type[M]], type[M]]:
    """Registers a message class; its name in the catalogue is the class's in snake_case unless given."""

    def register(cls: type[M]) -> type[M]:
        for channel in [channels] if isinstance(channels, ChannelType) else channels:
            key = (channel, direction, number)
            if key in _entries:
                raise TypeError(f"{key} is {_entries[key].name} already")
            _entries[key] = _entry(channel, direction, number, name or snake_case(cls.__name__), cls)
        return cls

    return register


def _entry(channel: ChannelType, direction: Direction, number: int, name: str, cls: type[wire.Message]) -> MessageDef:
    record = layout.Record(cls)
    fixed, limit = layout.fixed_size(record), message_limit(channel, direction)
    most = limit if fixed is None else min(limit, fixed + FIXED_SLACK)
    return MessageDef(channel, direction, number, name, cls, layout.least_size(record), most)


def snake_case(name: str) -> str:
    """``DrawRop3`` to ``draw_rop3``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def _load() -> None:
    for module in MODULES:
        import_module(f"{__package__}.messages.{module}")


def lookup(channel: ChannelType, direction: Direction, number: int) -> MessageDef | None:
    """The entry with this place, or None for a number that is not in the catalogue."""
    return entries().get((channel, direction, number))


def allowed(channel: ChannelType, direction: Direction, number: int) -> bool:
    """Whether the catalogue has this number."""
    return (channel, direction, number) in entries()


def messages(channel: ChannelType, direction: Direction) -> list[MessageDef]:
    """Every message of a channel from one side, common ones included, by number."""
    found = (entry for entry in entries().values() if entry.channel is channel and entry.direction is direction)
    return sorted(found, key=lambda entry: entry.number)


def entries() -> dict[tuple[ChannelType, Direction, int], MessageDef]:
    """The whole catalogue."""
    _load()
    return _entries


def message_limit(channel: ChannelType, direction: Direction) -> int:
    """The largest payload, in bytes, of any message on this channel from this side."""
    return limits.max_message(channel, direction)
