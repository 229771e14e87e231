"""A clock, which ticks only while it is seen."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
from PIL import Image, ImageDraw

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour, rgb
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, Mask, sans
from gateway.machines.demo.toolkit.widgets import Label, Widget
from gateway.server.display.region import Rect

_SCALE = 3


class Face(Widget):
    """A dial with three hands."""

    def __init__(self, box: Rect) -> None:
        super().__init__(box)
        self.time = (0, 0, 0)

    def show(self, hours: int, minutes: int, seconds: int) -> None:
        if (hours, minutes, seconds) != self.time:
            self.time = (hours, minutes, seconds)
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        box = self.box
        hours, minutes, seconds = self.time
        canvas.rounded(box, box.width // 2, theme.CARD, theme.BORDER)
        self._lay(canvas, [(at / 60, 0.90, 0.94, 1.2) for at in range(60)], theme.STRONG_BORDER)
        self._lay(canvas, [(at / 12, 0.82, 0.94, 2.4) for at in range(12)], theme.MUTED)
        self._lay(canvas, [((hours % 12 + minutes / 60) / 12, -0.08, 0.52, 5)], theme.TEXT)
        self._lay(canvas, [((minutes + seconds / 60) / 60, -0.10, 0.76, 3.6)], theme.TEXT)
        self._lay(canvas, [(seconds / 60, -0.16, 0.84, 1.6)], rgb("#d6336c"))
        middle_x, middle_y = (box.left + box.right) // 2, (box.top + box.bottom) // 2
        canvas.rounded(Rect.at(middle_x - 5, middle_y - 5, 10, 10), 5, rgb("#d6336c"))

    def _lay(self, canvas: Canvas, hands: list[tuple[float, float, float, float]], colour: Colour) -> None:
        canvas.cover(self.box.left, self.box.top, _rays(self.box.width, hands), colour)


def _rays(size: int, hands: list[tuple[float, float, float, float]]) -> Mask:
    """Each is a turn from 12 o'clock, from and to which share of the radius, and how wide (pixels)."""
    image = Image.new("L", (size * _SCALE, size * _SCALE))
    draw, radius = ImageDraw.Draw(image), size * _SCALE / 2
    for turn, start, end, width in hands:
        x, y = math.sin(turn * math.tau) * radius, -math.cos(turn * math.tau) * radius
        points = [(radius + x * part, radius + y * part) for part in (start, end)]
        draw.line(points, 255, round(width * _SCALE))
    return np.asarray(image.reduce(_SCALE))


class Clock(App):
    """The only thing on the desktop that moves by itself."""

    name = "clock"
    label = "Clock"
    size = (260, 316)

    def build(self) -> None:
        self._face = Face(Rect.at(30, 22, 200, 200))
        self._digits = Label(Rect.at(84, 238, 160, 30), "", font=sans(24, SEMIBOLD))
        self._date = Label(Rect.at(20, 276, 220, 20), "", colour=theme.MUTED)
        self.add(self._face, self._digits, self._date)
        self._ticker = self.every(1, self._tick)

    def on_opened(self) -> None:
        self._tick()
        self._ticker.start()

    def _tick(self) -> None:
        now = datetime.now().astimezone()
        self._face.show(now.hour, now.minute, now.second)
        self._digits.text = f"{now:%H:%M:%S}"
        date = f"{now:%A, %d %B %Y}"
        width = sans(theme.BODY).width(date)
        self._date.box = Rect.at((self.size[0] - width) // 2, 276, width + 4, 20)
        self._date.text = date
