"""`Desktop`: the windows on a screen: opened, raised, moved, and drawn when something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Pixels
from gateway.machines.demo.toolkit.dock import Dock, Item
from gateway.machines.demo.toolkit.geometry import Region
from gateway.machines.demo.toolkit.scene import Scene
from gateway.machines.demo.toolkit.wallpaper import Wallpaper
from gateway.machines.demo.toolkit.window import Window
from gateway.server.display.region import Rect

FRAME_SECONDS: Final = 1 / 60
"""The screen is drawn at most so often; the first change after a rest is drawn at once."""

SLICE_SECONDS: Final = 0.003

_ABOVE_DOCK: Final = 12
"""Pixels that a new window keeps from the dock, if it can."""


class Screen(Protocol):
    """What the desktop draws on."""

    @property
    def pixels(self) -> Pixels: ...

    def damage(self, boxes: Sequence[Rect], group: Rect | None = None) -> None:
        """These boxes of the pixels changed: one update. `group`: they are the seen parts of a moving picture there."""

    def copy(self, box: Rect, left: int, top: int) -> None:
        """Move pixels: `box` gets those that begin at `left`, `top`. Changes `pixels` too."""


class Desktop:
    """Drawing happens on `loop`, a turn after the first change."""

    def __init__(self, loop: asyncio.AbstractEventLoop, items: Sequence[Item], launch: Callable[[str], None]) -> None:
        self.windows: list[Window] = []
        """From the lowest to the highest; minimised ones are not among them."""
        self.minimised: list[Window] = []
        self.dock = Dock(items, self.damage)
        self.launch = launch
        self.scene = Scene()
        self.heads: list[Rect] = []
        """The monitors: the parts of the screen that each shows."""
        self.slice = SLICE_SECONDS
        """How long windows are drawn at a time; others wait for the loop."""
        self._loop = loop
        self._screen: Screen | None = None
        self._wallpaper: Wallpaper | None = None
        self._dirty = Region()
        self._timer: asyncio.Handle | None = None
        self._flushed_at = -1.0

    def attach(self, screen: Screen, wallpaper: Pixels, heads: Sequence[Rect]) -> None:
        """Draw on this screen from now on: all of it is new. Windows are brought back onto it."""
        self._screen, self._wallpaper = screen, Wallpaper(wallpaper)
        self.heads = list(heads)
        self.dock.place(self.heads[0])
        self._dirty = Region()
        self._dirty.add(self.bounds)
        for window in self.windows:
            window.shifts.clear()
            self._bring_back(window)
            window.drawn_at = (window.left, window.top)
        self._restack()

    @property
    def bounds(self) -> Rect:
        """The whole screen."""
        if self._wallpaper is None:
            return Rect(0, 0, 0, 0)
        return self._wallpaper.bounds

    def close_down(self) -> None:
        """Draw no more."""
        self._screen = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for window in (*self.windows, *self.minimised):
            window.on_hidden()
            window.on_closed()
        self.windows.clear()
        self.minimised.clear()

    # windows

    @property
    def active(self) -> Window | None:
        """The window that keys go to."""
        return next((window for window in reversed(self.windows) if window.active), None)

    def open(self, window: Window, left: int | None = None, top: int | None = None) -> None:
        """Put a new window on top: at a place, or where there is room."""
        head = self.heads[0]
        step = 32 * (len(self.windows) % 8)
        if left is None:
            left = head.left + (head.width - window.width) // 2 - 112 + step
        if top is None:
            top = head.top + max(16, (head.height - window.height) // 3 - 80) + step
            top = max(head.top, min(top, self.dock.panel.top - _ABOVE_DOCK - window.height))
        window.home = (left, top)
        window.shell = self
        self._bring_back(window)
        self._show(window)

    def restore(self, window: Window) -> None:
        """Put a minimised window back."""
        self.minimised.remove(window)
        self._bring_back(window)
        self._show(window)

    def close(self, window: Window) -> None:
        if window in self.minimised:
            self.minimised.remove(window)
        else:
            self._hide(window)
        window.shell = None
        window.on_closed()
        self._restack()

    def minimise(self, window: Window) -> None:
        self._hide(window)
        self.minimised.append(window)
        self._restack()

    def activate(self, window: Window | None) -> None:
        """Raise a window and give it the keys; None: no window has them."""
        for other in self.windows:
            other.active = other is window
        if window is not None and self.windows[-1] is not window:
            self.windows.remove(window)
            self.windows.append(window)
            self.damage(window.bounds)
            self._restack()

    def cycle(self) -> None:
        """Bring the lowest window up."""
        if self.windows:
            self.activate(self.windows[0])

    def move(self, window: Window, left: int, top: int) -> None:
        """A part of the title bar stays within reach."""
        screen = self.bounds
        window.left = min(screen.right - 80, max(screen.left + 80 - window.width, left))
        window.top = min(screen.bottom - theme.TITLE_HEIGHT, max(screen.top, top))
        window.home = (window.left, window.top)
        self.schedule()

    def window_at(self, x: int, y: int) -> Window | None:
        return next((window for window in reversed(self.windows) if window.frame.has(x, y)), None)

    def _bring_back(self, window: Window) -> None:
        """To where it was put, as far as that is on the screen."""
        window.left, window.top = window.home
        screen = self.heads[0] if not self.bounds.holds(window.frame) else self.bounds
        window.left = max(screen.left, min(window.left, screen.right - window.width))
        window.top = max(screen.top, min(window.top, screen.bottom - window.height))

    def _show(self, window: Window) -> None:
        self.windows.append(window)
        window.drawn_at = (window.left, window.top)
        self.damage(window.bounds)
        self._restack()
        self.activate(window)
        window.on_opened()

    def _hide(self, window: Window) -> None:
        self.damage(window.bounds)
        if window.drawn_at is not None:  # it may have moved since it was drawn
            dx, dy = window.drawn_at[0] - window.left, window.drawn_at[1] - window.top
            self.damage(window.bounds.moved(dx, dy))
        window.drawn_at = None
        window.active = False
        self.windows.remove(window)
        window.on_hidden()
        if self.windows:
            self.activate(self.windows[-1])

    def _restack(self) -> None:
        if self._wallpaper is not None:
            self.scene.layers = [self._wallpaper, *self.windows, self.dock]
        self.dock.show_open(frozenset(window.icon for window in (*self.windows, *self.minimised)))
        self.schedule()

    # drawing

    def damage(self, box: Rect) -> None:
        """A part of the screen is to be composed again."""
        self._dirty.add(box & self.bounds)
        self.schedule()

    def schedule(self) -> None:
        """Draw in the next turn, or when the time for the next frame has come."""
        if self._timer is not None or self._screen is None:
            return
        due = self._flushed_at + FRAME_SECONDS
        if due <= self._loop.time():
            self._timer = self._loop.call_soon(self._draw_for_a_while)
        else:
            self._timer = self._loop.call_at(due, self._draw_for_a_while)

    def flush(self) -> None:
        """Draw all that changed, and tell the screen."""
        self._draw(lambda: True)

    def _draw_for_a_while(self) -> None:
        """Draw what changed; when that takes long, the rest of it behind whatever else the loop has to do."""
        end = self._loop.time() + self.slice
        self._draw(lambda: self._loop.time() < end)
        if self._timer is None and not all(window.is_drawn for window in self.windows):
            self._timer = self._loop.call_soon(self._draw_for_a_while)

    def _draw(self, may_go_on: Callable[[], bool]) -> None:
        screen = self._screen
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if screen is None:
            return
        self._flushed_at = self._loop.time()
        groups: list[tuple[Window, Rect]] = []
        for window in tuple(self.windows):
            window.prepare()
            self._follow_move(screen, window)
            self._follow_shifts(screen, window)
            for box in window.render(may_go_on):
                self._dirty.add(box.moved(window.left, window.top) & self.bounds)
            groups += [(window, box.moved(window.left, window.top)) for box in window.groups]
            window.groups.clear()
        boxes = self._dirty.take()
        self._compose(screen, boxes)
        if boxes:
            screen.damage(boxes)
        for window, box in groups:
            self._draw_group(screen, window, box)

    def _draw_group(self, screen: Screen, window: Window, box: Rect) -> None:
        """The next picture of something that moves: those parts of it that are seen."""
        pieces = [piece & self.bounds for piece in self.scene.visible(window, box)]
        pieces = [piece for piece in pieces if not piece.is_empty]
        self._compose(screen, pieces)
        if pieces:
            screen.damage(pieces, group=box & self.bounds)

    def _compose(self, screen: Screen, boxes: Sequence[Rect]) -> None:
        for box in boxes:
            view = screen.pixels[box.top : box.bottom, box.left : box.right]
            self.scene.compose(Canvas(view, box.left, box.top))

    def _follow_move(self, screen: Screen, window: Window) -> None:
        """A window that moved, and that nothing covers, is copied; else it is drawn again."""
        before, now = window.drawn_at, (window.left, window.top)
        if before is None or before == now:
            return
        window.drawn_at = now
        old = window.bounds.moved(before[0] - now[0], before[1] - now[1])
        frame = window.frame
        source = frame.moved(before[0] - now[0], before[1] - now[1])
        on_screen = self.bounds.holds(frame) and self.bounds.holds(source)
        stale = any(box.overlaps(source) for box in self._dirty)
        if stale or not on_screen or not self.scene.is_clear(window, old.around(window.bounds)):
            self.damage(old)
            self.damage(window.bounds)
            return
        screen.copy(frame, source.left, source.top)
        for whole in (old, window.bounds):
            for piece in whole.minus(frame):
                self.damage(piece)
        for corner in window.corners:
            self.damage(corner)

    def _follow_shifts(self, screen: Screen, window: Window) -> None:
        """Scrolled boxes are copied where nothing covers them; else they are composed again."""
        for box, rows in window.shifts:
            place = box.moved(window.left, window.top)
            stale = any(dirty.overlaps(place) for dirty in self._dirty)
            if not stale and self.bounds.holds(place) and self.scene.is_clear(window, place):
                screen.copy(Rect(place.left, place.top, place.right, place.bottom - rows), place.left, place.top + rows)
            else:
                self.damage(place)
        window.shifts.clear()
