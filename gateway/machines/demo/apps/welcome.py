"""What there is to try, and the keys."""

from __future__ import annotations

from typing import Final

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.fonts import MEDIUM, SEMIBOLD, sans
from gateway.machines.demo.toolkit.icons import draw_tile
from gateway.machines.demo.toolkit.widgets import Label, Widget
from gateway.machines.demo.toolkit.widgets.button import Pressable
from gateway.server.display.region import Rect

_TRY: Final = (
    ("video", "Play the video", "The core sees that it moves, and makes a stream of it"),
    ("terminal", "Type something", "Keys, scrolling text, and a list of the channels"),
    ("sound", "Play a tone", "PLAYBACK, with volume and mute both ways"),
    ("files", "Drop a file here", "The agent takes files, and text from your clipboard"),
    ("monitors", "Ask for two monitors", "Or another size: the desktop follows"),
    ("channels", "Look behind the scenes", "This machine's own channels, clients and counters"),
)
_ROW: Final = 54


class Suggestion(Pressable):
    """An application's tile with two lines; a click opens it."""

    def __init__(self, box: Rect, app: App, icon: str, title: str, text: str) -> None:
        super().__init__(box, self._show)
        self._machine = app.machine
        self._icon, self._title, self._text = icon, title, text

    def _show(self) -> None:
        self._machine.show(self._icon)

    def draw(self, canvas: Canvas) -> None:
        box = self.box
        self.draw_ring(canvas)
        ground = theme.ACCENT_SOFT if self.hovered else theme.WINDOW
        canvas.rounded(box, theme.RADIUS, ground)
        draw_tile(canvas, self._icon, Rect.at(box.left + 8, box.top + 8, 36, 36))
        width = box.width - 72
        canvas.text(box.left + 58, box.top + 7, self._title, sans(theme.BODY, SEMIBOLD), theme.TEXT)
        text = sans(theme.SMALL).fit(self._text, width)
        canvas.text(box.left + 58, box.top + 27, text, sans(theme.SMALL), theme.MUTED)


class Keys(Widget):
    """Names of keys on caps, each with what it does."""

    def __init__(self, box: Rect, keys: tuple[tuple[str, str], ...]) -> None:
        super().__init__(box)
        self._keys = keys

    def draw(self, canvas: Canvas) -> None:
        cap, text = sans(theme.SMALL, MEDIUM), sans(theme.SMALL)
        left = self.box.left
        for key, meaning in self._keys:
            width = cap.width(key) + 16
            canvas.rounded(Rect.at(left, self.box.top, width, 24), 6, theme.CARD, theme.STRONG_BORDER)
            canvas.text(left + 8, self.box.top + (24 - cap.height) // 2, key, cap, theme.TEXT)
            left += width + 7
            canvas.text(left, self.box.top + (24 - text.height) // 2, meaning, text, theme.MUTED)
            left += text.width(meaning) + 18


class Welcome(App):
    """The first window."""

    name = "welcome"
    label = "Welcome"
    size = (520, 524)

    def build(self) -> None:
        pad, width = 24, self.size[0] - 48
        self.add(
            Label(Rect.at(pad, 22, width, 38), "This is the demo machine", font=sans(26, SEMIBOLD)),
            Label(
                Rect.at(pad, 62, width, 66),
                "A small desktop inside spicegate, drawn by the gateway itself. It uses every channel of the SPICE "
                "server core: whatever you see, hear and send here goes over the wire.",
                colour=theme.MUTED,
            ),
        )
        for row, (icon, title, text) in enumerate(_TRY):
            box = Rect.at(pad - 8, 134 + row * (_ROW + 2), width + 16, _ROW - 2)
            self.add(Suggestion(box, self, icon, title, text))
        self.add(
            Keys(
                Rect.at(pad, self.size[1] - 42, width, 24),
                (("Super", "dock"), ("F6", "next window"), ("Alt + arrows", "move it"), ("F1", "this")),
            )
        )
