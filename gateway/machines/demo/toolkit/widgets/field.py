"""A line to write in."""

from __future__ import annotations

from collections.abc import Callable

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.fonts import sans
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_INDENT = 11
_LONGEST = 200


class TextField(Widget):
    """Enter hands over what was written."""

    focusable = True
    cursor = "text"
    pastes = True

    def __init__(self, box: Rect, on_enter: Callable[[str], None], *, hint: str = "") -> None:
        super().__init__(box)
        self._on_enter = on_enter
        self._hint = hint
        self.text = ""
        self._caret = 0

    def take(self) -> str:
        """What was written; the field is empty afterwards."""
        text, self.text, self._caret = self.text, "", 0
        self.invalidate()
        return text

    def draw(self, canvas: Canvas) -> None:
        box, font = self.box, sans(theme.BODY)
        self.draw_ring(canvas)
        canvas.rounded(box, theme.RADIUS, theme.FIELD, theme.STRONG_BORDER)
        inner = Rect(box.left + _INDENT, box.top + 2, box.right - _INDENT, box.bottom - 2)
        canvas = canvas.within(inner.inset(-2))
        top = box.top + (box.height - font.height) // 2
        if not self.text and self._hint:
            canvas.text(inner.left, top, self._hint, font, theme.MUTED)
        caret = font.width(self.text[: self._caret])
        left = inner.left - max(0, caret - inner.width + 2)
        canvas.text(left, top, self.text, font, theme.TEXT)
        if self.focused:
            canvas.fill(Rect.at(left + caret, top, 2, font.height), theme.ACCENT)

    def on_press(self, x: int, y: int) -> None:
        font = sans(theme.BODY)
        widths = [font.width(self.text[:at]) for at in range(len(self.text) + 1)]
        at = x - self.box.left - _INDENT
        self._caret = min(range(len(widths)), key=lambda index: abs(widths[index] - at))
        self.invalidate()

    def wants_paste(self, key: Key) -> bool:
        return (key.ctrl and key.name == "v") or super().wants_paste(key)

    def on_paste(self, text: str) -> None:
        line = " ".join(text.split())[: _LONGEST - len(self.text)]
        self.text = self.text[: self._caret] + line + self.text[self._caret :]
        self._caret += len(line)
        self.invalidate()

    def on_key(self, key: Key) -> bool:
        if not key.pressed:
            return False
        if key.name == "Enter":
            self._on_enter(self.take())
            return True
        before, after = self.text[: self._caret], self.text[self._caret :]
        if key.text:
            before = before + key.text if len(self.text) < _LONGEST else before
        elif key.name == "Backspace":
            before = before[:-1]
        elif key.name == "Delete":
            after = after[1:]
        elif key.name in ("Left", "Right", "Home", "End") and not key.alt:
            places = {"Left": len(before) - 1, "Right": len(before) + 1, "Home": 0, "End": len(self.text)}
            self._caret = min(len(self.text), max(0, places[key.name]))
            self.invalidate()
            return True
        else:
            return False
        self.text, self._caret = before + after, len(before)
        self.invalidate()
        return True
