"""The monitors: one or two, and how large."""

from __future__ import annotations

from functools import partial
from typing import Final

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.display import Size
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.fonts import MEDIUM, SEMIBOLD, sans
from gateway.machines.demo.toolkit.widgets import Button, Label, Widget
from gateway.server.display.region import Rect

_SIZES: Final[tuple[Size, ...]] = ((1024, 640), (1280, 800), (1440, 900), (1920, 1080))


class Plan(Widget):
    """The monitors, drawn to scale."""

    def __init__(self, box: Rect) -> None:
        super().__init__(box)
        self._heads: list[Rect] = []

    def show(self, heads: list[Rect]) -> None:
        if heads != self._heads:
            self._heads = list(heads)
            self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        canvas.rounded(self.box, theme.RADIUS, theme.SUNKEN, theme.BORDER)
        if not self._heads:
            return
        whole = self._heads[0]
        for head in self._heads:
            whole = whole.around(head)
        scale = min((self.box.width - 40) / whole.width, (self.box.height - 40) / whole.height)
        left = self.box.left + (self.box.width - whole.width * scale) / 2
        top = self.box.top + (self.box.height - whole.height * scale) / 2
        for number, head in enumerate(self._heads, 1):
            place = Rect(
                *(round(start + edge * scale) for start, edge in zip((left, top, left, top), head, strict=True))
            ).inset(3)
            self._draw_head(canvas, place, number, head)

    def _draw_head(self, canvas: Canvas, place: Rect, number: int, head: Rect) -> None:
        canvas.rounded(place, theme.RADIUS, theme.ACCENT_SOFT, theme.ACCENT)
        large, small = sans(22, SEMIBOLD), sans(theme.SMALL, MEDIUM)
        size = f"{head.width} × {head.height}"
        middle = (place.left + place.right) // 2
        top = (place.top + place.bottom - large.height - small.height) // 2
        canvas.text(middle - large.width(str(number)) // 2, top, str(number), large, theme.ACCENT_DARK)
        canvas.text(middle - small.width(size) // 2, top + large.height, size, small, theme.ACCENT_DARK)


class Monitors(App):
    """What a client's window asks for counts as well as these buttons."""

    name = "monitors"
    label = "Monitors"
    size = (500, 360)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._plan = Plan(Rect.at(pad, 18, width, 186))
        self._second = Button(Rect.at(pad, 218, 180, theme.ROW), "", self._toggle_second, primary=True)
        self.add(
            self._plan,
            self._second,
            Label(
                Rect.at(pad + 196, 216, width - 196, 40),
                "Your client's window size is followed too, where it tells it.",
                font=sans(theme.SMALL),
                colour=theme.MUTED,
            ),
            Label(Rect.at(pad, 272, width, 20), "Size of each", font=sans(theme.BODY, SEMIBOLD)),
        )
        each = (width - 3 * theme.GAP) // 4
        for at, size in enumerate(_SIZES):
            box = Rect.at(pad + at * (each + theme.GAP), 300, each, theme.ROW)
            self.add(Button(box, f"{size[0]} × {size[1]}", partial(self._set_size, size)))
        self.watch(self.machine.display.changed, self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self._plan.show(self.machine.desktop.heads)
        self._second.show("Add a monitor" if len(self.machine.display.sizes) == 1 else "Remove a monitor")

    def _toggle_second(self) -> None:
        sizes = self.machine.display.sizes
        self.machine.display.resize(sizes * 2 if len(sizes) == 1 else sizes[:1])

    def _set_size(self, size: Size) -> None:
        self.machine.display.resize([size] * len(self.machine.display.sizes))
