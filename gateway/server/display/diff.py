"""Which pixels of a surface differ from what its clients were told, by tiles."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gateway.codecs.kernels.loader import KERNELS, Comparer, Kernels
from gateway.server.display.region import EMPTY, NOWHERE, Rect, Region, few

TILE: Final = 16
"""Pixels of a tile's edge. Arrays that are compared are whole tiles large."""

_PAIRS: Final = TILE // 2
MOST_RECTS: Final = 12
"""A change is told in so many rectangles, at most: each costs a message."""

WASTE: Final = 2048
"""Pixels that may be told for nothing to save a message."""

FEW_PIXELS: Final = 4096
"""So many are compared one by one: a letter that is typed is told as exactly as that."""

DENSE: Final = 0.75
"""Where such a part of the tiles between the outermost ones differs, all between them is told: one picture."""

MANY_PIXELS: Final = 256 * 1024
SAMPLED: Final = 8
"""From this size on each eighth row is looked at first."""

_TOO_MANY: Final = 48

Words = npt.NDArray[np.uint32]
Tiles = npt.NDArray[np.bool_]


class Difference:
    """Between two arrays of pixels (rows of u32, whole tiles large) that stay where they are."""

    def __init__(self, now: Words, before: Words, *, kernels: Kernels | None = KERNELS) -> None:
        self._now, self._before = now, before
        self._box = Comparer(kernels, now, before).box if kernels is not None else self._box_slowly

    def within(self, where: Rect) -> Region:
        """The part of `where` in which they differ.

        A large one is compared by whole tiles: what differs in a tile of its edge, but outside of it, counts as well.
        """
        return _tiles_that_differ(self._now, self._before, where) if where.area > FEW_PIXELS else self.around(where)

    def around(self, where: Rect) -> Region:
        """The smallest rectangle of `where` in which everything lies that differs there."""
        box = self._box(*where) if not where.is_empty else None
        return Region.of(Rect(*box)) if box is not None else NOWHERE

    def _box_slowly(self, *where: int) -> Rect | None:
        box = Rect(*where)
        differs = self._now[box.slices] != self._before[box.slices]
        return _around(differs).moved(box.left, box.top) if differs.any() else None


def _tiles_that_differ(now: Words, before: Words, where: Rect) -> Region:
    """Rectangles around them, as far as they are in `where`."""
    top, left = where.top // TILE * TILE, where.left // TILE * TILE
    bottom, right = -(-where.bottom // TILE) * TILE, -(-where.right // TILE) * TILE
    if where.area >= MANY_PIXELS:  # of a wholly different picture, to know so is enough
        some = _tiles(now[top:bottom:SAMPLED, left:right], before[top:bottom:SAMPLED, left:right], TILE // SAMPLED)
        if np.count_nonzero(some) >= DENSE * some.size:
            return Region((where,))
    tiles = _tiles(now[top:bottom, left:right], before[top:bottom, left:right], TILE)
    box = _around(tiles)
    if box.is_empty:
        return NOWHERE
    if np.count_nonzero(tiles) >= DENSE * box.area:
        return Region((Rect(*(edge * TILE for edge in box)).moved(left, top) & where,))
    size = TILE
    while len(runs := _runs(tiles, size)) > _TOO_MANY:
        tiles, size = _halved(tiles), 2 * size
    return Region(few((rect.moved(left, top) & where for rect in runs), MOST_RECTS, WASTE))


def _tiles(now: Words, before: Words, rows: int) -> Tiles:
    """Which tiles differ, of which each has so many rows in the arrays."""
    by_tile = (now.view(np.uint64) != before.view(np.uint64)).view(np.uint64)  # a tile's row: eight pairs, a bool each
    found: Tiles = by_tile.reshape(-1, rows, by_tile.shape[1]).any(axis=1)
    return found


def _around(differs: Tiles) -> Rect:
    """The smallest rectangle around what is set, counted in the array's own steps; empty when nothing is."""
    rows = np.logical_or.reduce(differs, axis=1).nonzero()[0]
    if not len(rows):
        return EMPTY
    columns = np.logical_or.reduce(differs, axis=0).nonzero()[0]
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _halved(tiles: Tiles) -> Tiles:
    """Tiles of twice the size, set where one of the four was."""
    rows, columns = tiles.shape
    padded = np.pad(tiles, ((0, rows % 2), (0, columns % 2)))
    upright: Tiles = padded[::2] | padded[1::2]
    return upright[:, ::2] | upright[:, 1::2]


def _runs(tiles: Tiles, size: int) -> list[Rect]:
    """Rectangles, in pixels, around the tiles that are set: runs of a row, made one with equal runs below."""
    out: list[Rect] = []
    above: dict[tuple[int, int], int] = {}
    for y, edges in enumerate(_edges(tiles)):
        here: dict[tuple[int, int], int] = {}
        for span in _joined(edges):
            place = above.get(span)
            if place is None:
                place = len(out)
                out.append(Rect(span[0] * size, y * size, span[1] * size, (y + 1) * size))
            else:
                out[place] = out[place]._replace(bottom=(y + 1) * size)
            here[span] = place
        above = here
    return out


def _edges(tiles: Tiles) -> list[list[int]]:
    """For each row, where runs begin and end."""
    out: list[list[int]] = [[] for _ in tiles]
    padded = np.pad(tiles, ((0, 0), (1, 1)))
    rows, columns = np.nonzero(padded[:, 1:] != padded[:, :-1])
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        out[row].append(column)
    return out


def _joined(edges: list[int]) -> list[tuple[int, int]]:
    """Runs of which those with at most a tile between them are made one."""
    out: list[tuple[int, int]] = []
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        if out and left - out[-1][1] <= 1:
            out[-1] = (out[-1][0], right)
        else:
            out.append((left, right))
    return out
