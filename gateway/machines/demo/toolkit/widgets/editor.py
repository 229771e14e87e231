"""Several lines to write in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.fonts import Font, sans
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_INDENT = 12
_WHEEL_LINES = 3
_MOST_SHOWN = 4000
"""Characters that are laid out; a longer text is cut off for show."""


class _Line(NamedTuple):
    """A line of the layout, by the characters that it holds."""

    start: int
    end: int


class TextArea(Widget):
    """Text that wraps anywhere. `on_edit` is told of what a person changes; None: it is to be read only."""

    focusable = True
    cursor = "text"
    pastes = True

    def __init__(
        self, box: Rect, on_edit: Callable[[str], None] | None = None, *, hint: str = "", most: int = 2000
    ) -> None:
        super().__init__(box)
        self._on_edit = on_edit
        self._hint = hint
        self._most = most
        self._caret = 0
        self._first = 0
        self.text = ""
        self._lines = [_Line(0, 0)]

    def show(self, text: str) -> None:
        """Another text, not a person's."""
        text = text[:_MOST_SHOWN]
        if text != self.text:
            self._first = 0
            self._set(text, len(text) if self._on_edit else 0)

    def _set(self, text: str, caret: int) -> None:
        self.text, self._caret = text, caret
        self._lines = lay_out(text, sans(theme.BODY), self.box.width - 2 * _INDENT)
        self._keep_caret_in_sight()
        self.invalidate()

    @property
    def _step(self) -> int:
        return sans(theme.BODY).height + 3

    @property
    def _shown(self) -> int:
        return max(1, (self.box.height - 16) // self._step)

    def _caret_line(self) -> int:
        lines = enumerate(self._lines)
        return max((row for row, line in lines if line.start <= self._caret), default=0)

    def _keep_caret_in_sight(self) -> None:
        row = self._caret_line()
        self._first = max(row - self._shown + 1, min(self._first, row))

    def draw(self, canvas: Canvas) -> None:
        box, font = self.box, sans(theme.BODY)
        self.draw_ring(canvas)
        canvas.rounded(box, theme.RADIUS, theme.FIELD, theme.STRONG_BORDER)
        left, top = box.left + _INDENT, box.top + 9
        if not self.text and self._hint and not self.focused:
            canvas.text(left, top, font.fit(self._hint, box.width - 2 * _INDENT), font, theme.MUTED)
        caret_line = self._caret_line()
        for row in range(self._first, min(len(self._lines), self._first + self._shown)):
            line = self._lines[row]
            y = top + (row - self._first) * self._step
            canvas.text(left, y, self.text[line.start : line.end], font, theme.TEXT)
            if self.focused and self._on_edit and row == caret_line:
                x = left + font.width(self.text[line.start : self._caret])
                canvas.fill(Rect.at(x, y, 2, font.height), theme.ACCENT)

    def on_press(self, x: int, y: int) -> None:
        row = min(len(self._lines) - 1, self._first + max(0, (y - self.box.top - 9) // self._step))
        line, font = self._lines[row], sans(theme.BODY)
        at = x - self.box.left - _INDENT
        places = range(line.start, line.end + 1)
        self._caret = min(places, key=lambda place: abs(font.width(self.text[line.start : place]) - at))
        self.invalidate()

    def on_wheel(self, steps: int) -> None:
        first = min(max(0, len(self._lines) - self._shown), max(0, self._first + steps * _WHEEL_LINES))
        if first != self._first:
            self._first = first
            self.invalidate()

    def wants_paste(self, key: Key) -> bool:
        return self._on_edit is not None and ((key.ctrl and key.name == "v") or super().wants_paste(key))

    def on_paste(self, text: str) -> None:
        if self._on_edit is None:
            return
        text = text[: max(0, self._most - len(self.text))]
        self._set(self.text[: self._caret] + text + self.text[self._caret :], self._caret + len(text))
        self._on_edit(self.text)

    def on_key(self, key: Key) -> bool:
        if not key.pressed or key.alt:
            return False
        if key.name in ("Up", "Down", "Left", "Right", "Home", "End"):
            self._move(key.name)
            return True
        if self._on_edit is None:
            return False
        before, after = self.text[: self._caret], self.text[self._caret :]
        if key.text or key.name == "Enter":
            room = len(self.text) < self._most
            before += (key.text or "\n") if room else ""
        elif key.name == "Backspace":
            before = before[:-1]
        elif key.name == "Delete":
            after = after[1:]
        else:
            return False
        self._set(before + after, len(before))
        self._on_edit(self.text)
        return True

    def _move(self, name: str) -> None:
        row = self._caret_line()
        line = self._lines[row]
        column = self._caret - line.start
        target = {"Up": max(0, row - 1), "Down": min(len(self._lines) - 1, row + 1)}.get(name, row)
        places = {"Left": self._caret - 1, "Right": self._caret + 1, "Home": line.start, "End": line.end}
        other = self._lines[target]
        self._caret = min(len(self.text), max(0, places.get(name, min(other.end, other.start + column))))
        self._keep_caret_in_sight()
        self.invalidate()


def lay_out(text: str, font: Font, width: int) -> list[_Line]:
    """Lines of at most `width` pixels: broken at the last space if there is one, else anywhere."""
    lines, start = [], 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        while font.width(text[start:end]) > width:
            cut = font.count_that_fits(text[start:end], width)
            space = text.rfind(" ", start, start + cut)
            cut = space + 1 - start if space > start else cut
            lines.append(_Line(start, start + cut))
            start += cut
        lines.append(_Line(start, end))
        start = end + 1
    return lines
