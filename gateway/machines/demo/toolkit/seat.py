"""`Seat`: a person's pointer and keys, and what they do on a desktop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.desktop import Desktop
from gateway.machines.demo.toolkit.keyboard import Key, Keyboard
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.machines.demo.toolkit.window import Window

_KEY_STEP: Final = 16
"""Pixels that a window moves for Alt and an arrow."""

_ARROWS: Final = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}


class Seat:
    """`on_cursor` is told the name of the pointer's shape: arrow, hand, text, move or cross.

    `on_paste` is asked for what was copied, and calls back with it, at once or later.
    """

    def __init__(
        self,
        desktop: Desktop,
        on_cursor: Callable[[str], None],
        on_paste: Callable[[Callable[[str], None]], None] = lambda _: None,
    ) -> None:
        self.desktop = desktop
        self.keyboard = Keyboard()
        self.x = self.y = 0
        self.cursor = "arrow"
        self._on_cursor = on_cursor
        self._on_paste = on_paste
        self._held = False
        self._over: tuple[Window, Widget] | None = None
        self._lit: Window | None = None
        self._pressed: tuple[Window, Widget] | None = None
        self._moving: tuple[Window, int, int] | None = None
        self._title_button: tuple[Window, str] | None = None
        self._in_dock = False
        """Keys choose a tile of the dock."""

    # the pointer

    def point(self, x: int, y: int) -> None:
        """It stands at a pixel of the screen; outside is the nearest inside."""
        bounds = self.desktop.bounds
        self.x = min(max(x, bounds.left), bounds.right - 1)
        self.y = min(max(y, bounds.top), bounds.bottom - 1)
        if self._moving is not None:
            window, dx, dy = self._moving
            self.desktop.move(window, self.x - dx, self.y - dy)
        elif self._pressed is not None and self._here(self._pressed[0]):
            window, widget = self._pressed
            widget.on_drag(*self._inside(window))
        else:
            self._look()

    def hold(self, held: bool) -> None:
        """The left button went down or up."""
        if held == self._held:
            return
        self._held = held
        if held:
            self._press()
        else:
            self._release()

    def turn(self, steps: int) -> None:
        """The wheel turned, negative away from the person."""
        if self._over is not None and self._here(self._over[0]):
            self._over[1].on_wheel(steps)

    def _here(self, window: Window) -> bool:
        return window in self.desktop.windows

    def _inside(self, window: Window) -> tuple[int, int]:
        """Where the pointer is, in the window's content."""
        return self.x - window.left, self.y - window.top - theme.TITLE_HEIGHT

    def _look(self) -> None:
        """What is under the pointer lights up."""
        desktop = self.desktop
        tile = desktop.dock.at(self.x, self.y)
        if tile is not None or not self._in_dock:
            desktop.dock.light(tile)
        window = desktop.window_at(self.x, self.y) if tile is None else None
        button = self._button_of(window) if window is not None else None
        if self._lit is not None and self._lit is not window:
            self._lit.light(None)
        self._lit = window
        if window is not None:
            window.light(button)
        over = self._widget_of(window) if window is not None else None
        self._hover((window, over) if window is not None and over is not None else None)
        self._show_cursor("hand" if tile is not None or button else over.cursor if over is not None else "arrow")

    def _hover(self, over: tuple[Window, Widget] | None) -> None:
        if over != self._over:
            if self._over is not None:
                self._over[1].on_hover(False)
            self._over = over
            if over is not None:
                over[1].on_hover(True)

    def _show_cursor(self, name: str) -> None:
        if name != self.cursor:
            self.cursor = name
            self._on_cursor(name)

    def _button_of(self, window: Window) -> str | None:
        x, y = self.x - window.left, self.y - window.top
        return next((name for name, box in window.buttons.items() if box.has(x, y)), None)

    def _widget_of(self, window: Window) -> Widget | None:
        x, y = self._inside(window)
        return next((widget for widget in reversed(window.widgets) if widget.box.has(x, y)), None)

    def _press(self) -> None:
        desktop = self.desktop
        self._in_dock = False
        if (tile := desktop.dock.at(self.x, self.y)) is not None:
            desktop.launch(desktop.dock.items[tile].icon)
            return
        window = desktop.window_at(self.x, self.y)
        desktop.activate(window)
        if window is None:
            return
        if (button := self._button_of(window)) is not None:
            self._title_button = (window, button)
        elif self.y - window.top < theme.TITLE_HEIGHT:
            self._moving = (window, self.x - window.left, self.y - window.top)
            self._show_cursor("move")
        elif (widget := self._widget_of(window)) is not None and widget.enabled:
            if widget.focusable:
                window.set_focus(widget)
            self._pressed = (window, widget)
            widget.on_press(*self._inside(window))

    def _release(self) -> None:
        pressed, self._pressed = self._pressed, None
        button, self._title_button = self._title_button, None
        self._moving = None
        if pressed is not None:
            pressed[1].on_release(*self._inside(pressed[0]))
        if button is not None and self._here(button[0]) and self._button_of(button[0]) == button[1]:
            window, name = button
            window.light(None)
            (self.desktop.close if name == "close" else self.desktop.minimise)(window)
        self._look()

    # keys

    def push(self, byte: int) -> None:
        """One byte of a scancode."""
        key = self.keyboard.push(byte)
        if key is None or (not key.pressed and key.name != "Super"):
            return
        if not self._on_desktop_key(key):
            self._on_window_key(key)

    def _on_desktop_key(self, key: Key) -> bool:
        """What the desktop keeps for itself."""
        desktop = self.desktop
        active = desktop.active
        if key.name in ("Super", "F10"):
            if key.pressed:
                self._use_dock(not self._in_dock)
        elif key.name == "F1":
            desktop.launch("welcome")
        elif (key.alt and key.name == "Tab") or key.name == "F6":
            desktop.cycle()
        elif key.alt and key.name == "F4" and active is not None:
            desktop.close(active)
        elif key.alt and key.name in _ARROWS and active is not None:
            dx, dy = _ARROWS[key.name]
            desktop.move(active, active.left + dx * _KEY_STEP, active.top + dy * _KEY_STEP)
        else:
            return self._in_dock and self._on_dock_key(key)
        return True

    def _use_dock(self, use: bool) -> None:
        """The keys choose a tile from now on, or go to the windows again."""
        self._in_dock = use
        dock = self.desktop.dock
        dock.light((dock.lit or 0) if use else dock.at(self.x, self.y))

    def _on_dock_key(self, key: Key) -> bool:
        dock = self.desktop.dock
        assert dock.lit is not None
        if key.name in ("Left", "Right", "Tab"):
            step = -1 if key.name == "Left" or key.shift else 1
            dock.light((dock.lit + step) % len(dock.items))
        elif key.name in ("Enter", " "):
            chosen = dock.items[dock.lit].icon
            self._use_dock(False)
            self.desktop.launch(chosen)
        elif key.name == "Escape":
            self._use_dock(False)
        else:
            return False
        return True

    def _on_window_key(self, key: Key) -> None:
        window = self.desktop.active
        if window is None or not key.pressed:
            return
        focus = window.focus if window.focus is not None and window.focus.enabled else None
        if focus is not None and focus.wants_paste(key):
            self._on_paste(focus.on_paste)
            return
        if focus is not None and focus.on_key(key):
            return
        if key.name == "Tab" and not (key.ctrl or key.alt):
            window.move_focus(-1 if key.shift else 1)
        else:
            window.on_key(key)
