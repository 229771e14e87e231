"""Icons: strokes on a square of 24 units, drawn by Pillow four times too large and made smaller."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from gateway.machines.demo.toolkit.canvas import Canvas, Colour, mixed, rgb
from gateway.machines.demo.toolkit.fonts import Mask
from gateway.server.display.region import Rect

_UNITS: Final = 24
_OVERSAMPLING: Final = 4
_STROKE: Final = 1.9

Point = tuple[float, float]


class Line(NamedTuple):
    points: tuple[Point, ...]


class Ring(NamedTuple):
    """A circle's line."""

    x: float
    y: float
    radius: float


class Disc(NamedTuple):
    x: float
    y: float
    radius: float


class Frame(NamedTuple):
    """A box's line with round corners."""

    left: float
    top: float
    right: float
    bottom: float
    radius: float = 2


class Shape(NamedTuple):
    """A filled polygon."""

    points: tuple[Point, ...]


Stroke = Line | Ring | Disc | Frame | Shape


class Icon(NamedTuple):
    colour: Colour
    strokes: tuple[Stroke, ...]


def line(*numbers: float) -> Line:
    return Line(tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def shape(*numbers: float) -> Shape:
    return Shape(tuple(zip(numbers[::2], numbers[1::2], strict=True)))


ICONS: Final[dict[str, Icon]] = {
    "welcome": Icon(rgb("#3b5bdb"), (line(12, 11, 12, 17), Disc(12, 7.2, 1.4))),
    "terminal": Icon(rgb("#2b3245"), (line(6, 8, 10.5, 12, 6, 16), line(12.5, 16.5, 18, 16.5))),
    "video": Icon(rgb("#c2255c"), (Frame(4.5, 6, 19.5, 18, 2.5), shape(10.2, 9, 10.2, 15, 15.2, 12))),
    "drawing": Icon(
        rgb("#e8590c"), (line(6, 18, 7.2, 13.8, 15.5, 5.5, 18.5, 8.5, 10.2, 16.8, 6, 18), line(13, 8, 16, 11))
    ),
    "sound": Icon(
        rgb("#7048e8"), (Ring(8.2, 16.8, 2.4), Ring(16, 15, 2.4), line(10.6, 16.5, 10.6, 7.2, 18.4, 5.5, 18.4, 14.6))
    ),
    "microphone": Icon(
        rgb("#d6336c"),
        (
            Frame(9.4, 4, 14.6, 13.5, 2.6),
            line(6, 11.5, 6.8, 14.2, 9, 16, 12, 16.6, 15, 16, 17.2, 14.2, 18, 11.5),
            line(12, 16.6, 12, 20),
        ),
    ),
    "clipboard": Icon(
        rgb("#0c8599"),
        (
            Frame(6, 5.5, 18, 20, 2),
            line(9.5, 4.2, 14.5, 4.2, 14.5, 7, 9.5, 7, 9.5, 4.2),
            line(9, 11.5, 15, 11.5),
            line(9, 15.3, 13, 15.3),
        ),
    ),
    "files": Icon(
        rgb("#1971c2"), (line(12, 4.5, 12, 14), line(8, 10.2, 12, 14.2, 16, 10.2), line(5, 15, 5, 19, 19, 19, 19, 15))
    ),
    "usb": Icon(
        rgb("#5f3dc4"),
        (
            line(12, 19, 12, 5),
            shape(9.8, 7, 12, 3.2, 14.2, 7),
            line(12, 15, 16.5, 12.2, 16.5, 10),
            line(12, 17, 7.5, 14, 7.5, 12),
            Disc(16.5, 9, 1.5),
            Disc(7.5, 11, 1.5),
            Disc(12, 19, 1.9),
        ),
    ),
    "smartcard": Icon(
        rgb("#099268"),
        (
            Frame(3.8, 6, 20.2, 18, 2.2),
            Frame(6.8, 9.3, 11, 13.2, 1),
            line(14, 10.5, 17.2, 10.5),
            line(14, 14, 17.2, 14),
        ),
    ),
    "folder": Icon(rgb("#f08c00"), (line(4.2, 18.2, 4.2, 6.5, 9.6, 6.5, 11.8, 8.8, 19.8, 8.8, 19.8, 18.2, 4.2, 18.2),)),
    "printer": Icon(
        rgb("#495057"),
        (
            line(7.5, 9, 7.5, 4.5, 16.5, 4.5, 16.5, 9),
            line(7.5, 16, 4.5, 16, 4.5, 9, 19.5, 9, 19.5, 16, 16.5, 16),
            Frame(7.5, 13, 16.5, 19.5, 1),
        ),
    ),
    "serial": Icon(
        rgb("#2f9e44"),
        (
            line(4, 8.5, 18, 8.5),
            line(15, 5.5, 18.4, 8.5, 15, 11.5),
            line(20, 15.5, 6, 15.5),
            line(9, 12.5, 5.6, 15.5, 9, 18.5),
        ),
    ),
    "monitors": Icon(
        rgb("#1864ab"), (Frame(3.5, 5, 15.5, 14, 1.8), Frame(10, 9, 20.5, 17, 1.8), line(9, 20, 17.5, 20))
    ),
    "channels": Icon(
        rgb("#364fc7"), (line(6, 18.5, 6, 13), line(10, 18.5, 10, 8), line(14, 18.5, 14, 11), line(18, 18.5, 18, 5.5))
    ),
    "clock": Icon(rgb("#0b7285"), (Ring(12, 12, 7.8), line(12, 7.5, 12, 12.3, 15.4, 14))),
    # glyphs without a tile of their own
    "close": Icon(rgb("#000000"), (line(7, 7, 17, 17), line(17, 7, 7, 17))),
    "minimise": Icon(rgb("#000000"), (line(6.5, 12, 17.5, 12),)),
    "play": Icon(rgb("#000000"), (shape(8, 5.5, 8, 18.5, 18.5, 12),)),
    "pause": Icon(rgb("#000000"), (shape(7, 6, 10.4, 6, 10.4, 18, 7, 18), shape(13.6, 6, 17, 6, 17, 18, 13.6, 18))),
    "stop": Icon(rgb("#000000"), (shape(7, 7, 17, 7, 17, 17, 7, 17),)),
    "check": Icon(rgb("#000000"), (line(6, 12.5, 10.3, 16.8, 18.2, 7.8),)),
    "record": Icon(rgb("#000000"), (Disc(12, 12, 5.5),)),
}


@lru_cache(maxsize=256)
def glyph(name: str, size: int) -> Mask:
    """The icon's strokes as coverage, `size` pixels square."""
    large = size * _OVERSAMPLING
    image = Image.new("L", (large, large))
    draw = ImageDraw.Draw(image)
    for stroke in ICONS[name].strokes:
        _draw(draw, stroke, large / _UNITS)
    mask = np.asarray(image.resize((size, size), Image.Resampling.BOX)).copy()
    mask.setflags(write=False)
    return mask


def draw_tile(canvas: Canvas, name: str, box: Rect, *, lit: bool = False) -> None:
    """The icon in white on a tile of its colour."""
    colour = ICONS[name].colour
    canvas.rounded(box, box.width // 4, mixed(colour, rgb("#ffffff"), 0.16) if lit else colour)
    size = box.width * 3 // 4
    inset = (box.width - size) // 2
    canvas.cover(box.left + inset, box.top + inset, glyph(name, size), rgb("#ffffff"))


def _draw(draw: ImageDraw.ImageDraw, stroke: Stroke, scale: float) -> None:
    width = round(_STROKE * scale)
    match stroke:
        case Line(points):
            at = [(x * scale, y * scale) for x, y in points]
            draw.line(at, 255, width, joint="curve")
            for x, y in at:
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
        case Shape(points):
            draw.polygon([(x * scale, y * scale) for x, y in points], 255)
        case Ring(x, y, radius):
            outer = radius + _STROKE / 2
            draw.ellipse([edge * scale for edge in (x - outer, y - outer, x + outer, y + outer)], None, 255, width)
        case Disc(x, y, radius):
            draw.ellipse([edge * scale for edge in (x - radius, y - radius, x + radius, y + radius)], 255)
        case Frame(left, top, right, bottom, radius):
            draw.rounded_rectangle(
                [edge * scale for edge in (left, top, right, bottom)], radius * scale, None, 255, width
            )
