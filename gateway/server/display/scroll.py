"""Scrolling that nobody told of: rows that moved up or down between two states of a surface."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from gateway.server.display.diff import Words
from gateway.server.display.region import Rect

LEAST_WIDTH: Final = 64
LEAST_HEIGHT: Final = 48
"""Pixels. In less, there is not much to save."""

LEAST_ROWS: Final = 24
"""So many rows must have moved, and this share of those that changed."""
LEAST_SHARE: Final = 0.3

PATIENCE: Final = 8
MOST_PAUSE: Final = 16
"""After so many changes in which nothing scrolled, more and more are let pass unseen, up to so many."""

Hashes = npt.NDArray[np.uint64]


class Move(NamedTuple):
    """Pixels of before that stand elsewhere now: `box` is where, `dy` how much further down."""

    box: Rect
    dy: int


class ScrollFinder:
    """Looks for scrolling in the changes of a surface, more seldom the longer it finds none."""

    def __init__(self) -> None:
        self._misses = 0
        self._skipped = 0
        self.rolls = False
        """Whether the last change that was looked at was scrolling."""

    def find(self, now: Words, before: Words, where: Rect) -> Move | None:
        """What moved up or down within `where`."""
        if where.width < LEAST_WIDTH or where.height < LEAST_HEIGHT:
            return None
        if self._skipped < min(self._misses - PATIENCE, MOST_PAUSE):
            self._skipped += 1
            return None
        self._skipped = 0
        move = find_move(now, before, where)
        self.rolls = move is not None
        self._misses = 0 if move else self._misses + 1
        return move


def find_move(now: Words, before: Words, where: Rect) -> Move | None:
    """The longest run of rows of `where` that were all by as much higher or lower before."""
    new, old = _hashes(now, where), _hashes(before, where)
    dy = _commonest_move(new, old)
    if not dy:
        return None
    top, bottom = max(0, dy), min(len(new), len(new) + dy)
    same = new[top:bottom] == old[top - dy : bottom - dy]
    start, end = _longest_run(same)
    run = slice(top + start, top + end)
    moved = np.count_nonzero(new[run] != old[run])
    if moved < LEAST_ROWS or moved < LEAST_SHARE * np.count_nonzero(new != old):
        return None
    return Move(where._replace(top=where.top + run.start, bottom=where.top + run.stop), dy)


def _hashes(pixels: Words, where: Rect) -> Hashes:
    """One number for each row."""
    return np.array([xxhash.xxh3_64_intdigest(row) for row in pixels[where.slices]], np.uint64)


def _commonest_move(new: Hashes, old: Hashes) -> int:
    """By how much most rows moved down that are unlike all others; 0 when it is none of them, or they did not."""
    new_rows, old_rows = _unique_rows(new), _unique_rows(old)
    common, new_at, old_at = np.intersect1d(new[new_rows], old[old_rows], assume_unique=True, return_indices=True)
    if not len(common):
        return 0
    moves, votes = np.unique(new_rows[new_at] - old_rows[old_at], return_counts=True)
    return int(moves[votes.argmax()])


def _unique_rows(hashes: Hashes) -> npt.NDArray[np.intp]:
    """Rows whose number no other row has."""
    _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    rows: npt.NDArray[np.intp] = first[counts == 1]
    return rows


def _longest_run(same: npt.NDArray[np.bool_]) -> tuple[int, int]:
    edges = np.flatnonzero(np.diff(same, prepend=False, append=False)).reshape(-1, 2)
    if not len(edges):
        return 0, 0
    start, end = edges[(edges[:, 1] - edges[:, 0]).argmax()]
    return int(start), int(end)
