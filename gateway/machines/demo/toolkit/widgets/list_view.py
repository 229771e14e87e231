"""Rows to look at, to scroll and to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour
from gateway.machines.demo.toolkit.fonts import MEDIUM, Font, sans
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_INDENT = 12
_HEADER = 32
_BAR = 6
_WHEEL_ROWS = 3


class Column(NamedTuple):
    """Pixels wide; numbers stand on the right."""

    title: str
    width: int
    right: bool = False


class ListView(Widget):
    """With `on_choose` rows can be chosen, otherwise they are to be read.

    `on_open` is told of a chosen row that is clicked again, or of Enter.
    """

    focusable = True

    def __init__(
        self,
        box: Rect,
        columns: Sequence[Column],
        *,
        font: Font | None = None,
        row_height: int = 28,
        on_choose: Callable[[int], None] | None = None,
        on_open: Callable[[int], None] | None = None,
        empty: str = "",
    ) -> None:
        super().__init__(box)
        self._columns = columns
        self._font = font or sans(theme.BODY)
        self._row_height = row_height
        self._on_choose = on_choose
        self._on_open = on_open
        self._empty = empty
        self._rows: list[tuple[str, ...]] = []
        self._header = _HEADER if any(column.title for column in columns) else 0
        self.first = 0
        self.chosen: int | None = None

    @property
    def rows(self) -> Sequence[tuple[str, ...]]:
        return self._rows

    @property
    def shown(self) -> int:
        """Rows that there is room for."""
        return max(1, (self.box.height - self._header - 8) // self._row_height)

    def show(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Other rows; only those that differ are drawn again."""
        before, self._rows = self._rows, list(rows)
        if self.chosen is not None and self.chosen >= len(rows):
            self.chosen = None
        if len(before) != len(self._rows):
            self.first = min(self.first, self._last_first())
            self.invalidate()
            return
        for index in self._visible():
            if before[index] != self._rows[index]:
                self.invalidate(self._row_box(index))

    def _visible(self) -> range:
        return range(self.first, min(len(self._rows), self.first + self.shown))

    def _last_first(self) -> int:
        return max(0, len(self._rows) - self.shown)

    def _row_box(self, index: int) -> Rect:
        top = self.box.top + self._header + 4 + (index - self.first) * self._row_height
        return Rect(self.box.left + 4, top, self.box.right - 4, top + self._row_height)

    # drawing

    def draw(self, canvas: Canvas) -> None:
        box = self.box
        self.draw_ring(canvas)
        canvas.rounded(box, theme.RADIUS, theme.FIELD, theme.BORDER)
        if self._header:
            self._draw_header(canvas)
        if not self._rows and self._empty:
            font = sans(theme.BODY)
            left = box.left + (box.width - font.width(self._empty)) // 2
            top = (box.top + self._header + box.bottom - font.height) // 2
            canvas.text(left, top, self._empty, font, theme.MUTED)
        for index in self._visible():
            self._draw_row(canvas, index)
        self._draw_bar(canvas)

    def _draw_header(self, canvas: Canvas) -> None:
        box, font = self.box, sans(theme.SMALL, MEDIUM)
        titles = tuple(column.title for column in self._columns)
        self._draw_cells(canvas, box.top + (_HEADER - font.height) // 2 + 1, titles, font, theme.MUTED)
        canvas.fill(Rect(box.left + 1, box.top + _HEADER, box.right - 1, box.top + _HEADER + 1), theme.BORDER)

    def _draw_row(self, canvas: Canvas, index: int) -> None:
        row = self._row_box(index)
        if not row.overlaps(canvas.area):
            return
        if index == self.chosen:
            canvas.rounded(row, theme.RADIUS - 2, theme.ACCENT_SOFT)
        top = row.top + (row.height - self._font.height) // 2
        self._draw_cells(canvas, top, self._rows[index], self._font, theme.TEXT)

    def _draw_cells(self, canvas: Canvas, top: int, cells: Sequence[str], font: Font, colour: Colour) -> None:
        left = self.box.left + _INDENT
        for column, cell in zip(self._columns, cells, strict=False):
            text = font.fit(cell, column.width - 8) if cell else ""
            at = left + column.width - 8 - font.width(text) if column.right else left
            canvas.text(at, top, text, font, colour)
            left += column.width

    def _draw_bar(self, canvas: Canvas) -> None:
        if len(self._rows) <= self.shown:
            return
        top, bottom = self.box.top + self._header + 6, self.box.bottom - 6
        height = max(24, (bottom - top) * self.shown // len(self._rows))
        at = top + (bottom - top - height) * self.first // max(1, self._last_first())
        canvas.rounded(Rect.at(self.box.right - _BAR - 4, at, _BAR, height), _BAR // 2, theme.STRONG_BORDER)

    # scrolling and choosing

    def scroll_to(self, first: int) -> None:
        first = min(self._last_first(), max(0, first))
        if first != self.first:
            self.first = first
            self.invalidate()

    def choose(self, index: int) -> None:
        """Choose a row, as a click does."""
        if self._on_choose is None or not 0 <= index < len(self._rows):
            return
        if index != self.chosen:
            self.chosen = index
            self.invalidate()
        if index < self.first:
            self.scroll_to(index)
        elif index >= self.first + self.shown:
            self.scroll_to(index - self.shown + 1)
        self._on_choose(index)

    def open(self) -> None:
        """Open the chosen row, as Enter does."""
        if self._on_open is not None and self.chosen is not None:
            self._on_open(self.chosen)

    def on_press(self, x: int, y: int) -> None:
        for index in self._visible():
            if self._row_box(index).has(x, y):
                (self.open if index == self.chosen else partial(self.choose, index))()
                return

    def on_wheel(self, steps: int) -> None:
        self.scroll_to(self.first + steps * _WHEEL_ROWS)

    def on_key(self, key: Key) -> bool:
        if key.name == "Enter" and self._on_open is not None:
            self.open()
            return True
        step = {"Up": -1, "Down": 1, "PageUp": -self.shown, "PageDown": self.shown}.get(key.name)
        if step is None or not key.pressed or key.alt:
            return False
        if self._on_choose is None:
            self.scroll_to(self.first + step)
        elif self._rows:
            now = self.chosen if self.chosen is not None else -1 if step > 0 else len(self._rows)
            self.choose(min(len(self._rows) - 1, max(0, now + step)))
        return True
