"""Boxes of pixels, and regions made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

MAX_PIECES = 24
"""Boxes that a region keeps apart; more become one box around them."""


class Box(NamedTuple):
    """Half open: `right` and `bottom` are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def at(cls, left: int, top: int, width: int, height: int) -> Self:
        return cls(left, top, left + width, top + height)

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    def moved(self, dx: int, dy: int) -> Box:
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def inset(self, by: int) -> Box:
        """Smaller by so many pixels on each side; larger, if negative."""
        return Box(self.left + by, self.top + by, self.right - by, self.bottom - by)

    def intersection(self, other: Box) -> Box:
        """What both have; empty if nothing."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def has(self, x: int, y: int) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom

    def covers(self, other: Box) -> bool:
        """Whether the whole of `other` is inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def minus(self, other: Box) -> list[Box]:
        """What is left of this box without `other`: at most four boxes."""
        inner = self.intersection(other)
        if inner.empty:
            return [] if self.empty else [self]
        pieces = (
            Box(self.left, self.top, self.right, inner.top),
            Box(self.left, inner.bottom, self.right, self.bottom),
            Box(self.left, inner.top, inner.left, inner.bottom),
            Box(inner.right, inner.top, self.right, inner.bottom),
        )
        return [piece for piece in pieces if not piece.empty]


def without(box: Box, others: Iterable[Box]) -> list[Box]:
    """What is left of `box` without any of the others."""
    pieces = [] if box.empty else [box]
    for other in others:
        pieces = [left for piece in pieces for left in piece.minus(other)]
    return pieces


class Region:
    """Boxes that do not overlap. It may grow to more than was added, never to less."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []

    def __iter__(self) -> Iterator[Box]:
        return iter(self._boxes)

    def __bool__(self) -> bool:
        return bool(self._boxes)

    def add(self, box: Box) -> None:
        if box.empty or any(known.covers(box) for known in self._boxes):
            return
        self._boxes = [known for known in self._boxes if not box.covers(known)]
        self._boxes.extend(without(box, self._boxes))
        if len(self._boxes) > MAX_PIECES:
            whole = self._boxes[0]
            for known in self._boxes:
                whole = whole.union(known)
            self._boxes = [whole]

    def take(self) -> list[Box]:
        """The boxes; the region is empty afterwards."""
        boxes, self._boxes = self._boxes, []
        return boxes
