"""Rectangles, and sets of pixels made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple, Self

from gateway.spice.messages import shapes


class Rect(NamedTuple):
    """Pixels from `left`, `top` up to, and without, `right`, `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def at(cls, x: int, y: int, width: int, height: int) -> Self:
        """By its corner and size."""
        return cls(x, y, x + width, y + height)

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels in it; 0 when it is empty."""
        left, top, right, bottom = self
        return 0 if left >= right or top >= bottom else (right - left) * (bottom - top)

    @property
    def is_empty(self) -> bool:
        return self.left >= self.right or self.top >= self.bottom

    @property
    def slices(self) -> tuple[slice, slice]:
        """Where it is in an array of rows."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def wire(self) -> shapes.Rect:
        """As messages have it."""
        return shapes.Rect(self.top, self.left, self.bottom, self.right)

    def moved(self, dx: int, dy: int) -> Rect:
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def __and__(self, other: Rect) -> Rect:
        """What both have; perhaps empty."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def around(self, other: Rect) -> Rect:
        """The smallest that holds both."""
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def inset(self, by: int) -> Rect:
        """Smaller by so many pixels on each side; larger, if negative."""
        return Rect(self.left + by, self.top + by, self.right - by, self.bottom - by)

    def minus(self, other: Rect) -> list[Rect]:
        """What is left of it without `other`: at most four rectangles."""
        inner = self & other
        if inner.is_empty:
            return [] if self.is_empty else [self]
        pieces = (
            Rect(self.left, self.top, self.right, inner.top),
            Rect(self.left, inner.bottom, self.right, self.bottom),
            Rect(self.left, inner.top, inner.left, inner.bottom),
            Rect(inner.right, inner.top, self.right, inner.bottom),
        )
        return [piece for piece in pieces if not piece.is_empty]

    def has(self, x: int, y: int) -> bool:
        """Whether a pixel lies in it."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def overlaps(self, other: Rect) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
            and not self.is_empty
            and not other.is_empty
        )

    def holds(self, other: Rect) -> bool:
        """Whether `other` lies in it wholly."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


EMPTY: Final = Rect(0, 0, 0, 0)


class Region:
    """A set of pixels; never changed once it is made.

    Its rectangles do not overlap and stand in bands from the top down, each from left to right, so equal sets have
    equal rectangles.
    """

    __slots__ = ("rects",)

    def __init__(self, rects: Iterable[Rect] = ()) -> None:
        found = tuple([rect for rect in rects if rect.left < rect.right and rect.top < rect.bottom])
        self.rects: tuple[Rect, ...] = found if len(found) < 2 else _sum(found)

    @classmethod
    def of(cls, rect: Rect) -> Region:
        """Of one rectangle, which is not empty."""
        return cls._of((rect,))

    @classmethod
    def _of(cls, rects: tuple[Rect, ...]) -> Region:
        """Of rectangles that stand as they should."""
        region = cls.__new__(cls)
        region.rects = rects
        return region

    def __bool__(self) -> bool:
        return bool(self.rects)

    def __iter__(self) -> Iterator[Rect]:
        return iter(self.rects)

    def __len__(self) -> int:
        return len(self.rects)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Region) and self.rects == other.rects

    def __hash__(self) -> int:
        return hash(self.rects)

    def __repr__(self) -> str:
        return f"Region({list(map(tuple, self.rects))})"

    @property
    def area(self) -> int:
        """Pixels in it."""
        return sum(rect.area for rect in self.rects)

    @property
    def bounds(self) -> Rect:
        """The smallest rectangle around it."""
        if len(self.rects) < 2:
            return self.rects[0] if self.rects else EMPTY
        return Rect(
            min(rect.left for rect in self.rects),
            self.rects[0].top,
            max(rect.right for rect in self.rects),
            self.rects[-1].bottom,
        )

    def __or__(self, other: Region) -> Region:
        if not other.rects or self.rects == other.rects:
            return self
        if not self.rects:
            return other
        if len(other.rects) == 1 and other.rects[0].holds(self.bounds):
            return other
        if len(self.rects) == 1 and self.rects[0].holds(other.bounds):
            return self
        return _combine(self, other, _either)

    def __and__(self, other: Region) -> Region:
        if not self.overlaps(other.bounds) or not other.rects:
            return NOWHERE
        if len(other.rects) == 1 and other.rects[0].holds(self.bounds):
            return self
        return _combine(self, other, _both)

    def __sub__(self, other: Region) -> Region:
        if self.rects == other.rects:
            return NOWHERE
        if not self.rects or not other.rects or not self.overlaps(other.bounds):
            return self
        if len(other.rects) == 1 and other.rects[0].holds(self.bounds):
            return NOWHERE
        return _combine(self, other, _first_only)

    def moved(self, dx: int, dy: int) -> Region:
        return Region._of(tuple(rect.moved(dx, dy) for rect in self.rects))

    def overlaps(self, rect: Rect) -> bool:
        """Whether a pixel of `rect` is in it."""
        if not self.rects:
            return False
        return any([mine.overlaps(rect) for mine in self.rects])

    def coarse(self, most: int, waste: int) -> Region:
        """A region that holds this one in fewer rectangles.

        Two are made one where the one holds at most `waste` pixels more than them; more, while there are more than
        `most`.
        """
        rects = few(self.rects, most, waste)
        return Region(rects) if len(rects) != len(self.rects) else self


NOWHERE: Final = Region()


_COARSER: Final = 8
_COARSER_STEPS: Final = 4


def few(rects: Iterable[Rect], most: int, waste: int) -> list[Rect]:
    """Rectangles that hold those given, as `Region.coarse` makes them; they may overlap."""
    out = list(rects)
    for _ in range(_COARSER_STEPS):
        out = _joined(out, waste)
        if len(out) <= most:
            return out
        waste *= _COARSER
    whole = out[0]
    for rect in out:
        whole = whole.around(rect)
    return [whole]


def _joined(rects: list[Rect], waste: int) -> list[Rect]:
    """Each rectangle made one with the first before it for which this costs at most `waste` pixels."""
    out: list[Rect] = []
    for rect in rects:
        for i, other in enumerate(out):
            whole = rect.around(other)
            if whole.area - rect.area - other.area <= waste:
                out[i] = whole
                break
        else:
            out.append(rect)
    return out


Spans = list[int]
"""Sorted columns at which being inside and being outside alternate."""


def _sum(rects: tuple[Rect, ...]) -> tuple[Rect, ...]:
    """Rectangles that may overlap, as a region has them."""
    region = Region._of(rects[:1])
    for rect in rects[1:]:
        region |= Region._of((rect,))
    return region.rects


def _either(first: bool, second: bool) -> bool:
    return first or second


def _both(first: bool, second: bool) -> bool:
    return first and second


def _first_only(first: bool, second: bool) -> bool:
    return first and not second


def _combine(one: Region, two: Region, inside: Callable[[bool, bool], bool]) -> Region:
    """Band by band: between two neighbouring edges neither region changes from row to row."""
    edges = sorted({edge for rect in (*one.rects, *two.rects) for edge in (rect.top, rect.bottom)})
    bands: list[tuple[int, int, Spans]] = []
    for top, bottom in pairwise(edges):
        spans = _merged(_spans(one, top), _spans(two, top), inside)
        if spans and bands and bands[-1][1] == top and bands[-1][2] == spans:
            bands[-1] = (bands[-1][0], bottom, spans)
        elif spans:
            bands.append((top, bottom, spans))
    return Region._of(
        tuple(
            Rect(left, top, right, bottom)
            for top, bottom, spans in bands
            for left, right in zip(spans[::2], spans[1::2], strict=True)
        )
    )


def _spans(region: Region, row: int) -> Spans:
    """Where a row enters and leaves the region."""
    return [edge for rect in region.rects if rect.top <= row < rect.bottom for edge in (rect.left, rect.right)]


def _merged(one: Spans, two: Spans, inside: Callable[[bool, bool], bool]) -> Spans:
    out: Spans = []
    within = False
    for column in sorted({*one, *two}):
        now = inside(_is_in(one, column), _is_in(two, column))
        if now is not within:
            out.append(column)
            within = now
    return out


def _is_in(spans: Spans, column: int) -> bool:
    return any(left <= column < right for left, right in zip(spans[::2], spans[1::2], strict=True))
