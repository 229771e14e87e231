"""`History`: a terminal's screen that remembers the lines which left it, and which nothing that is written breaks."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable
from typing import Any, cast

import pyte

from gateway.machines.demo.limits import MAX_SCROLLBACK

Row = list[Any]
"""Characters with their looks (pyte's Char), one a column."""

_ERASE_LINE = (0, 1, 2)
_ERASE_DISPLAY = (0, 1, 2, 3)


class History(pyte.Screen):
    """`scrolled` counts the lines by which the whole of it moved up; whoever draws it sets it back."""

    def __init__(self, columns: int, lines: int) -> None:
        self.scrolled = 0
        self.past: deque[Row] = deque(maxlen=MAX_SCROLLBACK)
        super().__init__(columns, lines)
        self._stream = pyte.Stream(cast(pyte.Screen, _Forgiving(self)))

    def feed(self, text: str) -> None:
        """Characters and escape sequences, as a program writes them."""
        self._stream.feed(text)

    def index(self) -> None:
        whole = self.margins is None or self.margins == (0, self.lines - 1)
        if whole and self.cursor.y == self.lines - 1:
            self.scrolled += 1
            self.past.append(self.row(0))
        super().index()

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        if how in _ERASE_LINE:
            super().erase_in_line(how, private)

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        if how in _ERASE_DISPLAY:
            super().erase_in_display(how, *args, **kwargs)

    def row(self, at: int, back: int = 0) -> Row:
        """What is seen in a row when so many lines of the past are."""
        if at < back:
            return self.past[len(self.past) - back + at]
        line = self.buffer[at - back]
        return [line[column] for column in range(self.columns)]


class _Forgiving:
    """Stands between a stream and its screen: pyte calls a method with whatever numbers a sequence has.

    Numbers too many are dropped, as terminals do, and private sequences that mean nothing here have no effect.
    """

    def __init__(self, screen: pyte.Screen) -> None:
        self._screen = screen

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._screen, name)
        return _forgiving(member) if name in pyte.Stream.events else member


def _forgiving(method: Callable[..., None]) -> Callable[..., None]:
    kinds = inspect.signature(method).parameters
    takes_any = any(kind.kind is kind.VAR_POSITIONAL for kind in kinds.values())
    takes_private = "private" in kinds or any(kind.kind is kind.VAR_KEYWORD for kind in kinds.values())
    numbers = [name for name, kind in kinds.items() if kind.kind is kind.POSITIONAL_OR_KEYWORD and name != "private"]

    def call(*args: Any, **kwargs: Any) -> None:
        if kwargs and not takes_private:
            return
        method(*(args if takes_any else args[: len(numbers)]), **kwargs)

    return call
