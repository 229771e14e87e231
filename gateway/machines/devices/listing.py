"""A directory of a disk, whatever its file system."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

MOST_ENTRIES: Final = 4096

Read = Callable[[int, int], Awaitable[bytes]]
"""Bytes of a disk, by offset and length; fewer at its end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, `size` in bytes, or a directory."""

    name: str
    size: int
    is_directory: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """`kind` names the file system, `label` the volume. `entries` are as they lie on the disk."""

    kind: str
    label: str
    entries: list[Entry]
