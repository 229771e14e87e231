"""The pipe of a channel client: messages that wait for their turn, bounded in number and bytes.

What waits may still change: an item with a `key` takes the place of a waiting one with the same key, and when the pipe
is full the oldest `droppable` item goes. When nothing can go the pipe says so, and its client is let go: it takes less
than is said to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from gateway.spice.errors import SpiceError


class PipeFull(SpiceError):
    """The client is too slow for messages of which none may be lost."""


class PipeItem(NamedTuple):
    """A message, marshalled: its number and payload."""

    number: int
    payload: bytes
    key: Hashable | None = None
    droppable: bool = False


class Pipe:
    """First in, first out, with what the module's text says."""

    def __init__(self, most_items: int, most_bytes: int) -> None:
        self.most_items = most_items
        self.most_bytes = most_bytes
        self.octets = 0
        self.dropped = 0
        """Items that were given up, replaced ones aside."""
        self._items: deque[PipeItem] = deque()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_full(self) -> bool:
        return len(self._items) >= self.most_items or self.octets >= self.most_bytes

    def push(self, item: PipeItem) -> None:
        """Put `item` last. Raises `PipeFull`."""
        if item.key is not None:
            self._remove_key(item.key)
        while self.is_full:
            if not self._drop_oldest():
                raise PipeFull(f"{len(self._items)} messages, {self.octets} bytes wait already")
        self._items.append(item)
        self.octets += len(item.payload)

    def extend(self, items: Iterable[PipeItem]) -> None:
        """Put items last that leave together; the pipe may be over-full then. Raises `PipeFull` when it is full now."""
        if self.is_full:
            raise PipeFull(f"{len(self._items)} messages, {self.octets} bytes wait already")
        for item in items:
            self._items.append(item)
            self.octets += len(item.payload)

    def pop(self) -> PipeItem | None:
        """The next item, None when there is none."""
        if not self._items:
            return None
        item = self._items.popleft()
        self.octets -= len(item.payload)
        return item

    def clear(self) -> None:
        self._items.clear()
        self.octets = 0

    def _remove_key(self, key: Hashable) -> None:
        for item in self._items:
            if item.key == key:
                self._items.remove(item)
                self.octets -= len(item.payload)
                return

    def _drop_oldest(self) -> bool:
        for item in self._items:
            if item.droppable:
                self._items.remove(item)
                self.octets -= len(item.payload)
                self.dropped += 1
                return True
        return False
