"""A slider."""

from __future__ import annotations

from collections.abc import Callable

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_KNOB = 18
_TRACK = 6
_STEP = 0.05
_KEY_STEPS = {"Left": -1, "Down": -1, "Right": 1, "Up": 1, "PageDown": -4, "PageUp": 4}


class Slider(Widget):
    """A value from 0 to 1."""

    focusable = True
    reacts = True
    cursor = "hand"

    def __init__(self, box: Rect, value: float, on_change: Callable[[float], None]) -> None:
        super().__init__(box)
        self._value = value
        self._on_change = on_change

    @property
    def value(self) -> float:
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        value = min(1.0, max(0.0, value))
        if value != self._value:
            self._value = value
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        box = self.box
        self.draw_ring(canvas)
        canvas.rounded(box, theme.RADIUS, theme.WINDOW)
        track = Rect.at(box.left + 6, (box.top + box.bottom - _TRACK) // 2, box.width - 12, _TRACK)
        knob_left = track.left + round((track.width - _KNOB) * self._value)
        canvas.rounded(track, _TRACK // 2, theme.BORDER)
        canvas.rounded(Rect(track.left, track.top, knob_left + _KNOB // 2, track.bottom), _TRACK // 2, theme.ACCENT)
        knob = Rect.at(knob_left, (box.top + box.bottom - _KNOB) // 2, _KNOB, _KNOB)
        canvas.rounded(knob, _KNOB // 2, theme.CARD, theme.ACCENT if self.hovered else theme.STRONG_BORDER)

    def on_press(self, x: int, y: int) -> None:
        self._set((x - self.box.left - 6 - _KNOB / 2) / max(1, self.box.width - 12 - _KNOB))

    def on_drag(self, x: int, y: int) -> None:
        self.on_press(x, y)

    def on_wheel(self, steps: int) -> None:
        self._set(self._value - steps * _STEP)

    def on_key(self, key: Key) -> bool:
        steps = _KEY_STEPS.get(key.name)
        if steps is None or not key.pressed or key.alt:
            return False
        self._set(self._value + steps * _STEP)
        return True

    def _set(self, value: float) -> None:
        before = self._value
        self.value = value
        if self._value != before:
            self._on_change(self._value)
