"""What is left of rectangles, and the regions that are to be drawn again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.server.display.region import Rect

MAX_PIECES = 24
"""Boxes that a region keeps apart; more become one box around them."""


def without(box: Rect, others: Iterable[Rect]) -> list[Rect]:
    """What is left of `box` without any of the others."""
    pieces = [] if box.is_empty else [box]
    for other in others:
        pieces = [left for piece in pieces for left in piece.minus(other)]
    return pieces


class Region:
    """Boxes that do not overlap. It may grow to more than was added, never to less."""

    def __init__(self) -> None:
        self._boxes: list[Rect] = []

    def __iter__(self) -> Iterator[Rect]:
        return iter(self._boxes)

    def __bool__(self) -> bool:
        return bool(self._boxes)

    def add(self, box: Rect) -> None:
        if box.is_empty or any(known.holds(box) for known in self._boxes):
            return
        self._boxes = [known for known in self._boxes if not box.holds(known)]
        self._boxes.extend(without(box, self._boxes))
        if len(self._boxes) > MAX_PIECES:
            whole = self._boxes[0]
            for known in self._boxes:
                whole = whole.around(known)
            self._boxes = [whole]

    def take(self) -> list[Rect]:
        """The boxes; the region is empty afterwards."""
        boxes, self._boxes = self._boxes, []
        return boxes
