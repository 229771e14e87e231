"""`Canvas`: drawing into an array of BGRX pixels, clipped to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NewType

import numpy as np
from numpy.typing import NDArray

from gateway.machines.demo.toolkit.fonts import Font, Mask
from gateway.server.display.region import Rect

Pixels = NDArray[np.uint8]
"""(height, width, 4), BGRX."""

Colour = NewType("Colour", int)
"""0xRRGGBB, which in memory is B, G, R and 0."""

_CORNERS_CACHED: Final = 64


def rgb(text: str) -> Colour:
    """The colour of ``#rrggbb``."""
    return Colour(int(text.removeprefix("#"), 16))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other (0 to 1) in the one."""
    parts = ((one >> shift & 255, other >> shift & 255, shift) for shift in (0, 8, 16))
    return Colour(sum(round(a + (b - a) * share) << shift for a, b, shift in parts))


def blank(width: int, height: int) -> Pixels:
    """Black pixels."""
    return np.zeros((height, width, 4), np.uint8)


def channels(colour: Colour) -> NDArray[np.uint16]:
    """Blue, green and red."""
    return np.array([colour & 255, colour >> 8 & 255, colour >> 16 & 255], np.uint16)


Words = NDArray[np.uint32]
"""(height, width): a pixel a word, 0x00RRGGBB."""

_RED_BLUE: Final = np.uint32(0xFF00FF)
_GREEN: Final = np.uint32(0x00FF00)


def words(pixels: Pixels) -> Words:
    """The same memory, a word a pixel."""
    return pixels.view(np.uint32)[..., 0]


def blend(target: Pixels, mask: Mask, colour: Colour) -> None:
    """Lay `colour` over `target` as far as `mask` covers it (0 to 255). Both have the same height and width."""
    cover = _shares(mask)
    _mix(words(target), words(target), np.uint32(colour), cover)


def blend_pixels(over: Pixels, below: Pixels, mask: Mask) -> None:
    """Keep of `over` what `mask` covers, let `below` shine through for the rest. All have the same size."""
    _mix(words(over), words(below), words(over), _shares(mask))


def _shares(mask: Mask) -> Words:
    """0 to 256."""
    cover = mask.astype(np.uint32)
    cover += cover >> 7
    return cover


def _mix(result: Words, below: Words, over: Words | np.uint32, cover: Words) -> None:
    """Red and blue together, then green: each has eight bits to spare above it."""
    rest = np.uint32(256) - cover
    red_blue = (below & _RED_BLUE) * rest
    red_blue += (over & _RED_BLUE) * cover
    red_blue >>= 8
    red_blue &= _RED_BLUE
    green = (below & _GREEN) * rest
    green += (over & _GREEN) * cover
    green >>= 8
    green &= _GREEN
    np.bitwise_or(red_blue, green, out=result)


@lru_cache(maxsize=_CORNERS_CACHED)
def corner(radius: int) -> Mask:
    """Coverage of a quarter disc, its centre at the right bottom."""
    at = radius - (np.arange(radius) + 0.5)
    distance = np.hypot(at[:, None], at[None, :])
    mask: Mask = (np.clip(radius - distance + 0.5, 0, 1) * 255).astype(np.uint8)
    mask.setflags(write=False)
    return mask


@lru_cache(maxsize=256)
def rounded_mask(width: int, height: int, radius: int) -> Mask:
    """Coverage of a box with round corners."""
    mask = np.full((height, width), 255, np.uint8)
    radius = min(radius, width // 2, height // 2)
    if radius > 0:
        quarter = corner(radius)
        mask[:radius, :radius] = quarter
        mask[:radius, -radius:] = quarter[:, ::-1]
        mask[-radius:, :radius] = quarter[::-1]
        mask[-radius:, -radius:] = quarter[::-1, ::-1]
    mask.setflags(write=False)
    return mask


class Canvas:
    """A window onto pixels: `area` says which coordinates they have; what is drawn outside it is cut off."""

    def __init__(self, pixels: Pixels, left: int = 0, top: int = 0) -> None:
        self.pixels = pixels
        self.area = Rect.at(left, top, pixels.shape[1], pixels.shape[0])

    def view(self, box: Rect) -> Pixels:
        """The pixels of `box`, which is inside the area."""
        left, top = self.area.left, self.area.top
        return self.pixels[box.top - top : box.bottom - top, box.left - left : box.right - left]

    def within(self, box: Rect) -> Canvas:
        """The same coordinates, cut off at `box` too."""
        inner = self.area & box
        if inner.is_empty:
            return Canvas(self.pixels[:0, :0], box.left, box.top)
        return Canvas(self.view(inner), inner.left, inner.top)

    def fill(self, box: Rect, colour: Colour) -> None:
        inner = self.area & box
        if not inner.is_empty:
            words(self.view(inner))[...] = colour

    def cover(self, left: int, top: int, mask: Mask, colour: Colour) -> None:
        """Lay a colour over the pixels, with its coverage."""
        whole = Rect.at(left, top, mask.shape[1], mask.shape[0])
        inner = self.area & whole
        if not inner.is_empty:
            blend(self.view(inner), part_of(mask, inner, whole), colour)

    def rounded(self, box: Rect, radius: int, colour: Colour, border: Colour | None = None) -> None:
        """A box with round corners; the border is one pixel, inside."""
        if border is not None:
            self.rounded(box, radius, border)
            self.rounded(box.inset(1), radius - 1, colour)
            return
        if not self.area.overlaps(box):
            return
        radius = min(radius, box.width // 2, box.height // 2)
        self.fill(Rect(box.left, box.top + radius, box.right, box.bottom - radius), colour)
        for top in (box.top, box.bottom - radius):
            self.fill(Rect(box.left + radius, top, box.right - radius, top + radius), colour)
        self._corners(box, radius, colour)

    def _corners(self, box: Rect, radius: int, colour: Colour) -> None:
        if radius <= 0:
            return
        quarter = corner(radius)
        right, bottom = box.right - radius, box.bottom - radius
        self.cover(box.left, box.top, quarter, colour)
        self.cover(right, box.top, quarter[:, ::-1], colour)
        self.cover(box.left, bottom, quarter[::-1], colour)
        self.cover(right, bottom, quarter[::-1, ::-1], colour)

    def text(self, left: int, top: int, text: str, font: Font, colour: Colour) -> None:
        """A line whose box begins at `left`, `top`."""
        if self.area.bottom <= top or top + 2 * font.height <= self.area.top:
            return
        run = font.run(text)
        self.cover(left + run.left, top + font.ascent + run.top, run.mask, colour)

    def paste(self, pixels: Pixels, left: int, top: int) -> None:
        """Opaque pixels."""
        whole = Rect.at(left, top, pixels.shape[1], pixels.shape[0])
        inner = self.area & whole
        if not inner.is_empty:
            self.view(inner)[...] = part_of(pixels, inner, whole)


def part_of(array: NDArray[np.uint8], inner: Rect, whole: Rect) -> NDArray[np.uint8]:
    """The part of an array that lies at `inner` when all of it lies at `whole`."""
    return array[inner.top - whole.top : inner.bottom - whole.top, inner.left - whole.left : inner.right - whole.left]
