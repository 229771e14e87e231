"""Text as coverage: Inter and JetBrains Mono, drawn by Pillow, from the packages that carry them."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from io import BytesIO
from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint8]

REGULAR: Final = 430
MEDIUM: Final = 540
SEMIBOLD: Final = 640

ELLIPSIS: Final = "…"
_OVERSAMPLING: Final = 4
_CACHED_RUNS = 1024
_LONGEST_RUN = 400
"""Characters of one line that are drawn; nothing on the screen is wider."""

_SPACES = dict.fromkeys(map(ord, "\n\r\x1c\x1d\x1e\x85\u2029"), " ")
"""What ends a paragraph (class B of Unicode's UAX 9): Pillow lays out one paragraph at a time, and fails at two."""


class Run(NamedTuple):
    """A line of text: coverage (height, width), and where its left top lies from the pen on the baseline."""

    mask: Mask
    left: int
    top: int


class Font:
    """One face at one size (pixels) and weight. `scale`: how much larger it is drawn before it is made smaller."""

    def __init__(self, face: ImageFont.FreeTypeFont, axes: list[float], scale: int = 1) -> None:
        self.face = face
        self.face.set_variation_by_axes(axes)
        self.scale = scale
        ascent, descent = self.face.getmetrics()
        self.ascent = -(-ascent // scale)
        self.height = self.ascent + -(-descent // scale)

    def width(self, text: str) -> int:
        """Pixels that the pen advances."""
        return _width(self, _line(text))

    def count_that_fits(self, text: str, width: int) -> int:
        """Characters of the beginning of `text` that go into `width` pixels: at least one, even if it is wider.

        Found by the characters' own widths, then set right: letters in a row are not quite as wide as each alone.
        """
        count, total = 0, 0.0
        while count < len(text) and total <= width:
            total += _advance(self, text[count])
            count += 1
        while count < len(text) and self.width(text[:count]) <= width:
            count += 1
        while count > 1 and self.width(text[:count]) > width:
            count -= 1
        return max(1, count)

    def run(self, text: str) -> Run:
        """The text as coverage."""
        return _run(self, _line(text))

    def fit(self, text: str, width: int) -> str:
        """`text`, or as much of its beginning as goes into `width` pixels with an ellipsis."""
        text = text[:_LONGEST_RUN]
        if self.width(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + ELLIPSIS) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + ELLIPSIS

    def wrap(self, text: str, width: int) -> list[str]:
        """Lines of at most `width` pixels, broken at spaces; a longer word has a line for itself."""
        lines = []
        for paragraph in text.split("\n"):
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if line and self.width(longer) > width:
                    lines.append(line)
                    line = word
                else:
                    line = longer
            lines.append(line)
        return lines


@lru_cache(maxsize=64)
def sans(size: int, weight: int = REGULAR) -> Font:
    """Inter, for everything that is read. Drawn larger, so that letters may stand between two pixels."""
    face = ImageFont.truetype(BytesIO(_file("fontpkg_inter", "Inter[opsz,wght].ttf")), size * _OVERSAMPLING)
    return Font(face, [min(32, max(14, size)), weight], _OVERSAMPLING)


@lru_cache(maxsize=16)
def mono(size: int, weight: int = 450) -> Font:
    """JetBrains Mono, for terminals and numbers in columns: 15 pixels give cells 9 wide.

    Pillow's basic layout knows no ligatures, which would join a terminal's cells.
    """
    file = BytesIO(_file("fontpkg_jetbrains_mono", "JetBrainsMono[wght].ttf"))
    return Font(ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC), [weight])


def _line(text: str) -> str:
    """As much as is drawn, in one line."""
    return text[:_LONGEST_RUN].translate(_SPACES)


@lru_cache(maxsize=4)
def _file(package: str, name: str) -> bytes:
    return (resources.files(package) / "files" / name).read_bytes()


@lru_cache(maxsize=_CACHED_RUNS)
def _width(font: Font, text: str) -> int:
    return round(font.face.getlength(text) / font.scale)


@lru_cache(maxsize=_CACHED_RUNS)
def _advance(font: Font, char: str) -> float:
    return float(font.face.getlength(_line(char))) / font.scale


@lru_cache(maxsize=_CACHED_RUNS)
def _run(font: Font, text: str) -> Run:
    scale = font.scale
    edges = font.face.getbbox(text, anchor="ls")
    left, top = (floor(edge / scale) for edge in edges[:2])
    right, bottom = (ceil(edge / scale) for edge in edges[2:])
    if right <= left or bottom <= top:
        return Run(np.zeros((0, 0), np.uint8), 0, 0)
    image = Image.new("L", ((right - left) * scale, (bottom - top) * scale))
    ImageDraw.Draw(image).text((-left * scale, -top * scale), text, 255, font.face, anchor="ls")
    return Run(np.asarray(image.reduce(scale) if scale > 1 else image).copy(), left, top)
