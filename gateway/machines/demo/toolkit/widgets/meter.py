"""A bar that shows how much."""

from __future__ import annotations

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect


class Meter(Widget):
    """A value from 0 to 1: progress, or a level whose last fifth is another colour."""

    def __init__(self, box: Rect, colour: Colour = theme.ACCENT, hot: Colour | None = None) -> None:
        super().__init__(box)
        self._colour, self._hot = colour, hot or colour
        self._pixels = 0

    def show(self, value: float) -> None:
        """Changes only when it is to be seen."""
        pixels = round(self.box.width * min(1.0, max(0.0, value)))
        if pixels != self._pixels:
            self._pixels = pixels
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        box, radius = self.box, min(theme.RADIUS, self.box.height // 2)
        canvas.rounded(box, radius, theme.BORDER)
        if not self._pixels:
            return
        hot_from = box.left + box.width * 4 // 5
        for colour, part in (
            (self._colour, Rect(box.left, box.top, hot_from, box.bottom)),
            (self._hot, Rect(hot_from, box.top, box.right, box.bottom)),
        ):
            filled = part & Rect(box.left, box.top, box.left + self._pixels, box.bottom)
            canvas.within(filled).rounded(box, radius, colour)
