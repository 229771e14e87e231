"""The printer's test page: A4 at 150 dots an inch, drawn as windows are, and saved as a PDF by Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PIL import Image

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank, mixed, rgb
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, mono, sans
from gateway.machines.demo.toolkit.icons import ICONS, draw_tile
from gateway.server.display.region import Rect

WIDTH: Final = 1240
HEIGHT: Final = 1754
DOTS_PER_INCH: Final = 150
MEDIA_TYPE: Final = "application/pdf"

_MARGIN: Final = 120
_BARS: Final = ("#00a0c6", "#d6336c", "#f5c400", "#1c2333", "#e03131", "#2f9e44", "#3b5bdb")
_STEPS: Final = 16


def draw_page(rows: Sequence[tuple[str, str]], now: datetime) -> Pixels:
    """The page: who prints it and when, colours, greys, lines, letters. `rows` are names and values."""
    pixels = blank(WIDTH, HEIGHT)
    canvas = Canvas(pixels)
    canvas.fill(canvas.area, rgb("#ffffff"))
    draw_tile(canvas, "printer", Rect.at(_MARGIN, 130, 120, 120))
    canvas.text(_MARGIN + 150, 128, "Test page", sans(72, SEMIBOLD), theme.TEXT)
    canvas.text(_MARGIN + 154, 214, "Printed by the demo machine of spicegate", sans(26), theme.MUTED)
    canvas.fill(Rect.at(_MARGIN, 290, WIDTH - 2 * _MARGIN, 3), theme.BORDER)
    for row, (name, value) in enumerate([*rows, ("Printed", f"{now:%A, %d %B %Y, %H:%M:%S}")]):
        top = 330 + row * 44
        canvas.text(_MARGIN, top, name, sans(24), theme.MUTED)
        canvas.text(_MARGIN + 240, top, sans(24).fit(value, WIDTH - 2 * _MARGIN - 240), sans(24), theme.TEXT)
    _draw_colours(canvas, 620)
    _draw_letters(canvas, 1010)
    _draw_tiles(canvas, 1430)
    return pixels


def to_pdf(pixels: Pixels, title: str) -> bytes:
    """The page as a document."""
    file = io.BytesIO()
    image = Image.frombuffer("RGB", (WIDTH, HEIGHT), pixels.tobytes(), "raw", "BGRX", 0, 1)
    image.save(file, "PDF", resolution=DOTS_PER_INCH, title=title, quality=90)
    return file.getvalue()


def _draw_colours(canvas: Canvas, top: int) -> None:
    width = (WIDTH - 2 * _MARGIN) // len(_BARS)
    for at, colour in enumerate(_BARS):
        canvas.rounded(Rect.at(_MARGIN + at * width, top, width - 14, 150), 14, rgb(colour))
    step = (WIDTH - 2 * _MARGIN) // _STEPS
    for at in range(_STEPS):
        grey = mixed(rgb("#000000"), rgb("#ffffff"), at / (_STEPS - 1))
        canvas.fill(Rect.at(_MARGIN + at * step, top + 190, step, 90), grey)
    for at in range(40):
        canvas.fill(Rect.at(_MARGIN + at * 25, top + 310, 1 + at // 8, 40), rgb("#000000"))


def _draw_letters(canvas: Canvas, top: int) -> None:
    for size in (16, 22, 30, 38, 44):
        font = sans(size)
        canvas.text(_MARGIN, top, font.fit("Victor jagt zwölf Boxkämpfer quer über den Deich", 1000), font, theme.TEXT)
        top += round(size * 1.6)
    canvas.text(_MARGIN, top + 10, "0123456789 {}[]() => != <= || && // fixed width", mono(26), theme.TEXT)


def _draw_tiles(canvas: Canvas, top: int) -> None:
    names = [name for name in ICONS if ICONS[name].colour]
    for at, name in enumerate(names):
        draw_tile(canvas, name, Rect.at(_MARGIN + at % 8 * 127, top + at // 8 * 116, 92, 92))
