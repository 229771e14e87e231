"""`Widget`: the base of what a window holds."""

from __future__ import annotations

from typing import ClassVar, Protocol

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.server.display.region import Rect

_RING = 3
"""Pixels around a widget that its focus ring takes."""


class Holder(Protocol):
    """The window of a widget, as the widget sees it."""

    focus: Widget | None
    active: bool

    def invalidate(self, box: Rect) -> None:
        """Draw a box of the content again."""


class Widget:
    """A box of a window's content that draws itself and takes the pointer and keys.

    Coordinates are those of the content everywhere. `draw` may draw outside the canvas: it is cut off.
    """

    focusable: ClassVar[bool] = False
    reacts: ClassVar[bool] = False
    """Looks different when the pointer is over it."""
    cursor: ClassVar[str] = "arrow"
    pastes: ClassVar[bool] = False
    """Takes text that was copied elsewhere."""

    def __init__(self, box: Rect) -> None:
        self.box = box
        self.holder: Holder | None = None
        self.hovered = False
        self.pressed = False
        self._enabled = True

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        if enabled != self._enabled:
            self._enabled = enabled
            self.invalidate()

    @property
    def focused(self) -> bool:
        """Whether keys come here now."""
        return self.holder is not None and self.holder.active and self.holder.focus is self

    @property
    def extent(self) -> Rect:
        """All that it draws on."""
        return self.box.inset(-_RING) if self.focusable else self.box

    def invalidate(self, box: Rect | None = None) -> None:
        """It looks different now, at least in `box`."""
        if self.holder is not None:
            self.holder.invalidate(self.extent if box is None else box)

    def draw(self, canvas: Canvas) -> None:
        """Draw all of it."""

    def draw_ring(self, canvas: Canvas, radius: int = theme.RADIUS) -> None:
        """Show that keys come here."""
        if self.focused:
            canvas.rounded(self.box.inset(-_RING), radius + _RING, theme.ACCENT_SOFT)
            canvas.rounded(self.box.inset(-1), radius + 1, theme.ACCENT)

    def on_hover(self, hovered: bool) -> None:
        """The pointer came or went."""
        self.hovered = hovered
        if self.reacts:
            self.invalidate()

    def on_press(self, x: int, y: int) -> None:
        """The left button went down here; moves and its release come here too until then."""

    def on_drag(self, x: int, y: int) -> None:
        """The pointer moved with the button held, perhaps outside."""

    def on_release(self, x: int, y: int) -> None:
        """The button went up, perhaps outside."""

    def on_wheel(self, steps: int) -> None:
        """The wheel turned, negative away from the person."""

    def wants_paste(self, key: Key) -> bool:
        """Whether this key pastes here; `on_paste` comes later, when the text is there."""
        return self.pastes and key.shift and key.name == "Insert"

    def on_paste(self, text: str) -> None:
        """What was copied."""

    def on_key(self, key: Key) -> bool:
        """A key while it has the focus; whether it was of use."""
        return False
