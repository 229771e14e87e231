"""Things to read: lines of text, cards to put things on, and a status with a meaning."""

from __future__ import annotations

from enum import Enum

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour
from gateway.machines.demo.toolkit.fonts import MEDIUM, Font, sans
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_LINE_SPACING = 1.125


class Label(Widget):
    """Text in its box: wrapped, and cut off with an ellipsis where the box ends."""

    def __init__(
        self,
        box: Rect,
        text: str,
        *,
        font: Font | None = None,
        colour: Colour = theme.TEXT,
        right: bool = False,
    ) -> None:
        super().__init__(box)
        self._text = text
        self._font = font or sans(theme.BODY)
        self._colour = colour
        self._right = right

    @property
    def text(self) -> str:
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.invalidate()

    @property
    def colour(self) -> Colour:
        return self._colour

    @colour.setter
    def colour(self, colour: Colour) -> None:
        if colour != self._colour:
            self._colour = colour
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        box, font = self.box, self._font
        step = round(font.height * _LINE_SPACING)
        most = max(1, box.height // step)
        lines = font.wrap(self._text, box.width)
        if len(lines) > most:
            lines[most - 1] += " " + " ".join(lines[most:])
        canvas = canvas.within(box)
        for row, line in enumerate(lines[:most]):
            fitted = font.fit(line, box.width)
            left = box.right - font.width(fitted) if self._right else box.left
            canvas.text(left, box.top + row * step, fitted, font, self._colour)


class Card(Widget):
    """A light panel that holds others together."""

    def __init__(self, box: Rect, colour: Colour = theme.CARD, border: Colour | None = theme.BORDER) -> None:
        super().__init__(box)
        self._colour, self._border = colour, border

    def draw(self, canvas: Canvas) -> None:
        canvas.rounded(self.box, theme.RADIUS + 2, self._colour, self._border)


class Tone(Enum):
    """What a status means: the colours of its text and its ground."""

    PLAIN = (theme.MUTED, theme.SUNKEN)
    GOOD = (theme.GOOD, theme.GOOD_SOFT)
    WARN = (theme.WARN, theme.WARN_SOFT)
    BAD = (theme.BAD, theme.BAD_SOFT)
    BUSY = (theme.ACCENT_DARK, theme.ACCENT_SOFT)


class Status(Widget):
    """One line that says how things stand, on a ground of its tone."""

    def __init__(self, box: Rect, text: str, tone: Tone = Tone.PLAIN) -> None:
        super().__init__(box)
        self.text, self.tone = text, tone

    def show(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        if (text, tone) != (self.text, self.tone):
            self.text, self.tone = text, tone
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        box, (colour, ground) = self.box, self.tone.value
        font = sans(theme.SMALL, MEDIUM)
        canvas.rounded(box, theme.RADIUS, ground)
        middle = (box.top + box.bottom) // 2
        canvas.rounded(Rect.at(box.left + 12, middle - 4, 8, 8), 4, colour)
        text = font.fit(self.text, box.width - 42)
        canvas.text(box.left + 30, middle - font.height // 2, text, font, colour)
