"""`Grid`: a terminal's cells, of which only those that changed are drawn, and scrolled ones are moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

from gateway.machines.demo.limits import MAX_PASTE
from gateway.machines.demo.terminal.screen import History, Row
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Colour, rgb
from gateway.machines.demo.toolkit.fonts import mono
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets import Widget
from gateway.server.display.region import Rect

CELL_WIDTH: Final = 9
CELL_HEIGHT: Final = 19
_SIZE: Final = 15
_PADDING: Final = 8
_WHEEL_LINES: Final = 3

COLOURS: Final[dict[str, Colour]] = {
    name: rgb(value)
    for name, value in {
        "black": "#2b3245",
        "red": "#ff7b7b",
        "green": "#7ee2a8",
        "brown": "#ffd479",
        "blue": "#82aaff",
        "magenta": "#d9a3ff",
        "cyan": "#7fdbe6",
        "white": "#d7dce8",
        "brightblack": "#7a849c",
        "brightred": "#ffa3a3",
        "brightgreen": "#a8f0c6",
        "brightbrown": "#ffe3a3",
        "brightblue": "#aec6ff",
        "brightmagenta": "#e8c6ff",
        "bfightmagenta": "#e8c6ff",  # so it is spelt in pyte 0.8
        "brightcyan": "#b0eef5",
        "brightwhite": "#ffffff",
    }.items()
}
SEQUENCES: Final[dict[str, str]] = {
    "Enter": "\r",
    "Tab": "\t",
    "Backspace": "\x7f",
    "Escape": "\x1b",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Home": "\x1b[1~",
    "End": "\x1b[4~",
    "Insert": "\x1b[2~",
    "Delete": "\x1b[3~",
    "PageUp": "\x1b[5~",
    "PageDown": "\x1b[6~",
}
"""What keys without a character send (terminfo entry ``linux``)."""


class _Look(NamedTuple):
    """How a cell looks, its character aside."""

    ink: Colour
    ground: Colour
    bold: bool
    underlined: bool


class Grid(Widget):
    """`on_input` is told what the keys say, `on_pasted` what is pasted."""

    focusable = True
    cursor = "text"
    pastes = True

    def __init__(
        self,
        left: int,
        top: int,
        columns: int,
        rows: int,
        on_input: Callable[[str], None],
        on_pasted: Callable[[str], None],
    ) -> None:
        width, height = columns * CELL_WIDTH + 2 * _PADDING, rows * CELL_HEIGHT + 2 * _PADDING
        super().__init__(Rect.at(left, top, width, height))
        self.columns, self.rows = columns, rows
        self._screen = History(columns, rows)
        self._on_input = on_input
        self._on_pasted = on_pasted
        self._back = 0
        self._drawn: list[Row] = [self._screen.row(at) for at in range(rows)]
        self._caret: tuple[int, int] | None = None

    @property
    def extent(self) -> Rect:
        return self.box

    def feed(self, text: str) -> None:
        """Characters and escape sequences, as a program writes them."""
        self._screen.feed(text)
        self.invalidate(Rect(0, 0, 0, 0))  # what changed is found when it is drawn

    def lines(self) -> list[str]:
        """What the program wrote last, without blanks at the ends."""
        return self._texts(0)

    def shown_lines(self) -> list[str]:
        """What is seen: perhaps lines of the past."""
        return self._texts(self._back)

    def _texts(self, back: int) -> list[str]:
        rows = [self._screen.row(at, back) for at in range(self.rows)]
        return ["".join(cell.data for cell in row).rstrip() for row in rows]

    # drawing

    def prepare(self, scroll: Callable[[Rect, int], None]) -> None:
        """Before it is drawn: move what scrolled and invalidate what differs."""
        screen = self._screen
        lines, screen.scrolled = screen.scrolled, 0
        if screen.dirty:
            if 0 < lines < self.rows and not self._back:
                self._scroll(lines, scroll)
            for at in sorted(screen.dirty):
                self._redraw(at)
            screen.dirty.clear()
        y = screen.cursor.y + self._back
        caret = None if screen.cursor.hidden or y >= self.rows else (screen.cursor.x, y)
        if caret != self._caret:
            self._invalidate_caret()
            self._caret = caret
            self._invalidate_caret()

    def _scroll(self, lines: int, scroll: Callable[[Rect, int], None]) -> None:
        """Cells move up, the caret's picture among them; the rows below them are not drawn yet."""
        scroll(self.box.inset(_PADDING), lines * CELL_HEIGHT)
        self._drawn = self._drawn[lines:] + [[] for _ in range(lines)]
        if self._caret is not None and self._caret[1] >= lines:
            self._caret = (self._caret[0], self._caret[1] - lines)
            self._invalidate_caret()
        self._caret = None

    def _redraw(self, at: int) -> None:
        if at >= self.rows:
            return
        row, before = self._screen.row(at, self._back), self._drawn[at]
        if row == before:
            return
        self._drawn[at] = row
        changed = [column for column in range(self.columns) if not before or row[column] != before[column]]
        self.invalidate(self._cells(at, changed[0], changed[-1] + 1))

    def _invalidate_caret(self) -> None:
        if self._caret is not None:
            x, y = self._caret
            self.invalidate(self._cells(y, x, x + 1))

    def _cells(self, row: int, start: int, end: int) -> Rect:
        left, top = self.box.left + _PADDING, self.box.top + _PADDING
        return Rect.at(left + start * CELL_WIDTH, top + row * CELL_HEIGHT, (end - start) * CELL_WIDTH, CELL_HEIGHT)

    def draw(self, canvas: Canvas) -> None:
        canvas.fill(self.box, theme.DARK)
        for at, row in enumerate(self._drawn):
            if row and self._cells(at, 0, self.columns).overlaps(canvas.area):
                for start, text, look in runs(row):
                    self._draw_run(canvas, self._cells(at, start, start + len(text)), text, look)
        self._draw_caret(canvas)

    def _draw_run(self, canvas: Canvas, box: Rect, text: str, look: _Look) -> None:
        if not box.overlaps(canvas.area):
            return
        if look.ground != theme.DARK:
            canvas.fill(box, look.ground)
        if text.strip():
            font = mono(_SIZE, 700 if look.bold else 450)
            canvas.within(box).text(box.left, box.top - 1, text, font, look.ink)
        if look.underlined:
            canvas.fill(Rect(box.left, box.bottom - 2, box.right, box.bottom - 1), look.ink)

    def _draw_caret(self, canvas: Canvas) -> None:
        if self._caret is None or not self._drawn[self._caret[1]]:
            return
        x, y = self._caret
        box = self._cells(y, min(x, self.columns - 1), min(x, self.columns - 1) + 1)
        if not self.focused:
            canvas.fill(Rect(box.left, box.bottom - 3, box.right, box.bottom), COLOURS["brightblack"])
            return
        canvas.fill(box, COLOURS["brightblue"])
        char = self._drawn[y][min(x, self.columns - 1)].data
        canvas.within(box).text(box.left, box.top - 1, char, mono(_SIZE), theme.DARK)

    # keys

    def on_key(self, key: Key) -> bool:
        if key.shift and key.name in ("PageUp", "PageDown"):
            self._look_back(self._back + (self.rows - 1) * (1 if key.name == "PageUp" else -1))
            return True
        text = key_sequence(key)
        if text:
            self._look_back(0)
            self._on_input(text)
        return bool(text)

    def on_wheel(self, steps: int) -> None:
        self._look_back(self._back - steps * _WHEEL_LINES)

    def wants_paste(self, key: Key) -> bool:
        return (key.shift and key.ctrl and key.name == "v") or super().wants_paste(key)

    def on_paste(self, text: str) -> None:
        self._look_back(0)
        self._on_pasted(text[:MAX_PASTE].replace("\n", "\r"))

    def _look_back(self, lines: int) -> None:
        """Show so many lines of the past."""
        lines = max(0, min(lines, len(self._screen.past)))
        if lines != self._back:
            self._back = lines
            self._screen.dirty.update(range(self.rows))
            self.invalidate(Rect(0, 0, 0, 0))


def key_sequence(key: Key) -> str:
    """What a terminal sends for a key; empty for none."""
    if key.text:
        return key.text
    if key.ctrl and len(key.name) == 1 and "@" <= key.name.upper() <= "_":
        return chr(ord(key.name.upper()) & 0x1F)
    if key.alt and len(key.name) == 1:
        return "\x1b" + key.name
    return SEQUENCES.get(key.name, "")


def runs(row: Row) -> Iterator[tuple[int, str, _Look]]:
    """Neighbours that look alike: the column, the text, the look. What is not one character wide stands alone."""
    column = 0
    for (look, alone), cells in groupby(row, lambda cell: (look_of(cell), len(cell.data) != 1 and cell.data)):
        data = [cell.data for cell in cells]
        if alone is False:
            yield column, "".join(data), look
        elif alone:
            yield column, data[0][:1], look
        column += len(data)


def look_of(cell: Any) -> _Look:
    """The colours of a cell (pyte's Char)."""
    ink = colour_of(cell.fg, theme.DARK_TEXT)
    ground = colour_of(cell.bg, theme.DARK)
    if cell.reverse:
        ink, ground = ground, ink
    return _Look(ink, ground, cell.bold, cell.underscore)


def colour_of(name: str, default: Colour) -> Colour:
    """A colour by pyte's name, or six hexadecimal digits."""
    if name == "default":
        return default
    if name in COLOURS:
        return COLOURS[name]
    try:
        return rgb(name)
    except ValueError:
        return default
