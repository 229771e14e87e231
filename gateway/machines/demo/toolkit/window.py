"""`Window`: a frame with a title and widgets, which keeps its own pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final, NamedTuple, Protocol

from gateway.machines.demo.toolkit import shadow, theme
from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank, blend_pixels, corner, part_of
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, sans
from gateway.machines.demo.toolkit.geometry import Region
from gateway.machines.demo.toolkit.icons import draw_tile, glyph
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_BUTTON: Final = 26
_STRIP: Final = 64
"""Rows that are drawn in one go."""
_ICON: Final = 20
_GLYPH: Final = 16


class Shift(NamedTuple):
    """A box of a window whose pixels moved up by so many rows."""

    box: Rect
    rows: int


class Shell(Protocol):
    """The desktop, as a window sees it."""

    def schedule(self) -> None:
        """Something is to be drawn."""

    def close(self, window: Window) -> None: ...

    def minimise(self, window: Window) -> None: ...


class Window:
    """Coordinates of its widgets begin below the title bar; those of its frame at the frame's corner."""

    radius: ClassVar[int] = theme.WINDOW_RADIUS

    def __init__(self, title: str, icon: str, width: int, height: int) -> None:
        self.title = title
        self.icon = icon
        self.left = self.top = 0
        self.home = (0, 0)
        """Where somebody put it: it stands there whenever the screen is large enough."""
        self.width, self.height = width, height + theme.TITLE_HEIGHT
        self.pixels: Pixels = blank(self.width, self.height)
        Canvas(self.pixels).fill(Rect(0, 0, self.width, self.height), theme.WINDOW)  # seen until all is drawn
        self.widgets: list[Widget] = []
        self.focus: Widget | None = None
        self.shell: Shell | None = None
        self.drawn_at: tuple[int, int] | None = None
        """Where it stands on the screen; None while it is not there."""
        self.shifts: list[Shift] = []
        self.groups: list[Rect] = []
        """Boxes of the frame that are drawn again as one, as a picture that moves is."""
        self.lit: str | None = None
        """The button of the title bar under the pointer."""
        self._active = False
        self._dirty = Region()
        self._dirty.add(Rect(0, 0, self.width, self.height))

    # geometry

    @property
    def frame(self) -> Rect:
        return Rect.at(self.left, self.top, self.width, self.height)

    @property
    def content(self) -> Rect:
        """In the widgets' coordinates."""
        return Rect(0, 0, self.width, self.height - theme.TITLE_HEIGHT)

    @property
    def bounds(self) -> Rect:
        return shadow.shadow_bounds(self.frame)

    @property
    def opaque(self) -> Iterable[Rect]:
        frame, radius = self.frame, self.radius
        yield Rect(frame.left, frame.top + radius, frame.right, frame.bottom - radius)
        yield Rect(frame.left + radius, frame.top, frame.right - radius, frame.bottom)

    @property
    def corners(self) -> list[Rect]:
        """Where what is below shines through."""
        frame, radius = self.frame, self.radius
        right, bottom = frame.right - radius, frame.bottom - radius
        places = ((frame.left, frame.top), (right, frame.top), (frame.left, bottom), (right, bottom))
        return [Rect.at(left, top, radius, radius) for left, top in places]

    # state

    @property
    def active(self) -> bool:
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self._invalidate_frame(Rect(0, 0, self.width, theme.TITLE_HEIGHT))
            if self.focus is not None:
                self.focus.invalidate()

    def add(self, *widgets: Widget) -> None:
        """Put widgets into the window, the later over the earlier."""
        for widget in widgets:
            widget.holder = self
            self.widgets.append(widget)
            widget.invalidate()

    def set_focus(self, widget: Widget | None) -> None:
        """Keys go to `widget`."""
        if widget is not self.focus:
            before, self.focus = self.focus, widget
            for changed in (before, widget):
                if changed is not None:
                    changed.invalidate()

    def move_focus(self, step: int) -> None:
        """To the next widget that takes keys, or the one before."""
        able = [widget for widget in self.widgets if widget.focusable and widget.enabled]
        if not able:
            return
        if self.focus in able:
            self.set_focus(able[(able.index(self.focus) + step) % len(able)])
        else:
            self.set_focus(able[0] if step > 0 else able[-1])

    def light(self, button: str | None) -> None:
        """The pointer is over a button of the title bar, or none."""
        if button != self.lit:
            self.lit = button
            self._invalidate_frame(Rect(0, 0, self.width, theme.TITLE_HEIGHT))

    def on_key(self, key: Key) -> bool:
        """A key that no widget had use for; whether it was of use here."""
        return False

    def on_opened(self) -> None:
        """It came onto the screen, the first time or again."""

    def on_hidden(self) -> None:
        """It left the screen, minimised or closed."""

    def on_closed(self) -> None:
        """It left for good."""

    # drawing

    def invalidate(self, box: Rect) -> None:
        """Draw a box of the content again."""
        self._invalidate_frame((box & self.content).moved(0, theme.TITLE_HEIGHT))

    def _invalidate_frame(self, box: Rect) -> None:
        self._dirty.add(box)
        if self.shell is not None:
            self.shell.schedule()

    def invalidate_group(self, box: Rect) -> None:
        """Draw a box of the content again, as a moving picture's next frame."""
        box = (box & self.content).moved(0, theme.TITLE_HEIGHT)
        if box not in self.groups:
            self.groups.append(box)
        if self.shell is not None:
            self.shell.schedule()

    def scroll(self, box: Rect, rows: int) -> None:
        """Move a box of the content up by `rows` pixels; what comes in below is invalidated by whoever calls."""
        box = box.moved(0, theme.TITLE_HEIGHT)
        view = self.pixels[box.top : box.bottom, box.left : box.right]
        view[:-rows] = view[rows:].copy()
        for dirty in [dirty & box for dirty in self._dirty if dirty.overlaps(box)]:
            self._dirty.add(dirty.moved(0, -rows) & box)
        self.shifts.append(Shift(box, rows))

    def prepare(self) -> None:
        """Called before it is rendered: the time to scroll and to invalidate."""

    @property
    def is_drawn(self) -> bool:
        """Whether nothing is left to be drawn."""
        return not self._dirty

    def render(self, may_go_on: Callable[[], bool] = lambda: True) -> list[Rect]:
        """Draw what is dirty; the boxes of the frame that changed.

        Strip by strip, as long as `may_go_on` says so, but one at least: the letters of a new window take their time.
        """
        drawn: list[Rect] = []
        for box in self._dirty.take():
            done = self._draw_strips(box, may_go_on) if not drawn or may_go_on() else box._replace(bottom=box.top)
            if done.area:
                drawn.append(done)
            self._dirty.add(box._replace(top=done.bottom))
        for box in self.groups:
            self._draw(box)
        return drawn

    def _draw_strips(self, box: Rect, may_go_on: Callable[[], bool]) -> Rect:
        """Draw the upper part of a box, or all of it: which."""
        bottom = box.top
        while bottom < box.bottom and (bottom == box.top or may_go_on()):
            strip = Rect(box.left, bottom, box.right, min(bottom + _STRIP, box.bottom))
            self._draw(strip)
            bottom = strip.bottom
        return box._replace(bottom=bottom)

    def _draw(self, box: Rect) -> None:
        view = self.pixels[box.top : box.bottom, box.left : box.right]
        canvas = Canvas(view, box.left, box.top)
        canvas.fill(box, theme.FRAME)  # the scene cuts the corners off
        canvas.rounded(Rect(1, 1, self.width - 1, self.height - 1), self.radius - 1, theme.WINDOW)
        if box.top < theme.TITLE_HEIGHT:
            self._draw_title(canvas)
        inner = box & Rect(1, theme.TITLE_HEIGHT, self.width - 1, self.height - 1)
        if inner.is_empty:
            return
        within = canvas.within(inner)
        content = Canvas(within.pixels, inner.left, inner.top - theme.TITLE_HEIGHT)
        self.draw_content(content)

    def draw_content(self, canvas: Canvas) -> None:
        """Draw the content."""
        for widget in self.widgets:
            if widget.extent.overlaps(canvas.area):
                widget.draw(canvas)

    def _draw_title(self, canvas: Canvas) -> None:
        bar = Rect(1, 1, self.width - 1, theme.TITLE_HEIGHT)
        top = canvas.within(bar)
        top.rounded(Rect(1, 1, self.width - 1, self.height), self.radius - 1, theme.TITLE_BAR)
        top.fill(Rect(1, theme.TITLE_HEIGHT - 1, self.width - 1, theme.TITLE_HEIGHT), theme.BORDER)
        draw_tile(top, self.icon, Rect.at(12, (theme.TITLE_HEIGHT - _ICON) // 2, _ICON, _ICON))
        font = sans(theme.BODY, SEMIBOLD)
        colour = theme.TEXT if self._active else theme.TITLE_RESTING
        title = font.fit(self.title, self.width - 130)
        top.text(42, (theme.TITLE_HEIGHT - font.height) // 2, title, font, colour)
        for name, box in self.buttons.items():
            if self.lit == name:
                top.rounded(box, _BUTTON // 2, theme.BAD_SOFT if name == "close" else theme.SUNKEN)
            inset = (_BUTTON - _GLYPH) // 2
            ink = theme.BAD if self.lit == name == "close" else theme.MUTED
            top.cover(box.left + inset, box.top + inset, glyph(name, _GLYPH), ink)

    @property
    def buttons(self) -> dict[str, Rect]:
        """Of the title bar, in the frame's coordinates."""
        top = (theme.TITLE_HEIGHT - _BUTTON) // 2
        return {
            "minimise": Rect.at(self.width - 2 * _BUTTON - 14, top, _BUTTON, _BUTTON),
            "close": Rect.at(self.width - _BUTTON - 9, top, _BUTTON, _BUTTON),
        }

    def compose(self, canvas: Canvas) -> None:
        frame, corners = self.frame, self.corners
        seen = [box for box in (canvas.area & place for place in corners) if not box.is_empty]
        for piece in [*canvas.area.minus(frame), *seen]:
            shadow.cast(canvas.within(piece), frame)
        quarter = corner(self.radius)
        turns = (quarter, quarter[:, ::-1], quarter[::-1], quarter[::-1, ::-1])
        kept = [(box, canvas.view(box).copy()) for box in seen]
        canvas.paste(self.pixels, frame.left, frame.top)
        for box, below in kept:
            place = next(index for index, whole in enumerate(corners) if whole.holds(box))
            blend_pixels(canvas.view(box), below, part_of(turns[place], box, corners[place]))
