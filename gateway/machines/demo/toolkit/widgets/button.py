"""Buttons and checkboxes."""

from __future__ import annotations

from collections.abc import Callable

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour, mixed, rgb
from gateway.machines.demo.toolkit.fonts import MEDIUM, sans
from gateway.machines.demo.toolkit.icons import glyph
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_ICON = 18
_TICK = 18


class Pressable(Widget):
    """Something that a click, Enter or Space does."""

    focusable = True
    reacts = True
    cursor = "hand"

    def __init__(self, box: Rect, act: Callable[[], None]) -> None:
        super().__init__(box)
        self._act = act

    def on_press(self, x: int, y: int) -> None:
        self.pressed = True
        self.invalidate()

    def on_drag(self, x: int, y: int) -> None:
        if self.pressed != self.box.has(x, y):
            self.pressed = not self.pressed
            self.invalidate()

    def on_release(self, x: int, y: int) -> None:
        self.pressed = False
        self.invalidate()
        if self.enabled and self.box.has(x, y):
            self._act()

    def on_key(self, key: Key) -> bool:
        if key.pressed and key.name in ("Enter", " ") and not (key.ctrl or key.alt):
            if self.enabled:
                self._act()
            return True
        return False


class Button(Pressable):
    """`primary`: what the window is for. An icon stands before the text."""

    def __init__(
        self, box: Rect, text: str, act: Callable[[], None], *, primary: bool = False, icon: str | None = None
    ) -> None:
        super().__init__(box, act)
        self._text, self._icon, self._primary = text, icon, primary

    def show(self, text: str, icon: str | None = None) -> None:
        """Say something else."""
        if (text, icon) != (self._text, self._icon):
            self._text, self._icon = text, icon
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        box, font = self.box, sans(theme.BODY, MEDIUM)
        self.draw_ring(canvas)
        ground, border, colour = self._colours()
        canvas.rounded(box, theme.RADIUS, ground, border)
        wide = font.width(self._text) + (_ICON + 6 if self._icon else 0)
        left = box.left + (box.width - wide) // 2
        if self._icon:
            canvas.cover(left, box.top + (box.height - _ICON) // 2, glyph(self._icon, _ICON), colour)
            left += _ICON + 6
        canvas.text(left, box.top + (box.height - font.height) // 2, self._text, font, colour)

    def _colours(self) -> tuple[Colour, Colour, Colour]:
        """Ground, border, text."""
        if not self.enabled:
            return theme.SUNKEN, theme.BORDER, mixed(theme.MUTED, theme.SUNKEN, 0.35)
        if self._primary:
            ground = theme.ACCENT_DARK if self.hovered or self.pressed else theme.ACCENT
            return ground, ground, theme.ON_ACCENT
        shade = 0.08 if self.pressed else 0.035 if self.hovered else 0.0
        return mixed(theme.CARD, rgb("#1c2333"), shade), theme.STRONG_BORDER, theme.TEXT


class Checkbox(Pressable):
    """On or off, with a text beside it."""

    def __init__(self, box: Rect, text: str, on_change: Callable[[bool], None], *, checked: bool = False) -> None:
        super().__init__(box, self._toggle)
        self.checked = checked
        self._text = text
        self._on_change = on_change

    def show(self, checked: bool) -> None:
        """Be on or off, by no person's doing."""
        if checked != self.checked:
            self.checked = checked
            self.invalidate()

    def _toggle(self) -> None:
        self.checked = not self.checked
        self.invalidate()
        self._on_change(self.checked)

    def draw(self, canvas: Canvas) -> None:
        box, font = self.box, sans(theme.BODY)
        self.draw_ring(canvas)
        canvas.fill(box, theme.WINDOW)
        tick = Rect.at(box.left + 4, box.top + (box.height - _TICK) // 2, _TICK, _TICK)
        ground = theme.ACCENT if self.checked else theme.FIELD
        canvas.rounded(tick, 5, ground, theme.ACCENT if self.checked else theme.STRONG_BORDER)
        if self.checked:
            canvas.cover(tick.left, tick.top, glyph("check", _TICK), theme.ON_ACCENT)
        canvas.text(tick.right + 9, box.top + (box.height - font.height) // 2, self._text, font, theme.TEXT)
