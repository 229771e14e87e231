"""What commands print for people: texts as they are, whatever is in them, and nothing cut off."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

_NARROW: Final = 10
"""Characters a column below which nobody reads a table."""
_WIDEST: Final = 10_000
_MOMENT: Final = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$")
"""Times as the API tells them, which is more exactly than people want to know."""


def table(*columns: str, title: str | None = None, show_header: bool = True) -> Table:
    """An empty table with these columns. What is too long for one goes on in its next line: no id is half an id."""
    heads = [Column(name, overflow="fold") for name in columns]
    return Table(*heads, title=Text(title) if title is not None else None, show_header=show_header)


def print_table(shown: Table) -> None:
    """On a terminal as wide as that is; what reads a pipe gets each row on one line."""
    console = Console()
    if not _is_bounded(console):
        console = Console(width=max(console.width, _width(console, shown)))
    console.print(shown)


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; on terminals that are too narrow for its columns a small one for each row."""
    shown = table(*columns)
    for row in rows:
        add_row(shown, row)
    console = Console()
    is_narrow = _is_bounded(console) and console.width < min(len(columns) * _NARROW, _width(console, shown))
    if not (rows and is_narrow):
        print_table(shown)
        return
    for row in rows:
        console.print(fields_table(zip(columns, row, strict=True)))


def fields_table(fields: Iterable[tuple[str, Any]]) -> Table:
    """Names and values below each other."""
    shown = table("field", "value", show_header=False)
    for field in fields:
        add_row(shown, field)
    return shown


def _is_bounded(console: Console) -> bool:
    """Whether lines must not be longer than the console is wide."""
    return console.is_terminal or "COLUMNS" in os.environ


def _width(console: Console, shown: Table) -> int:
    """The characters that a table takes when nothing in it is folded."""
    return Measurement.get(console, console.options.update(width=_WIDEST), shown).maximum


def add_row(rows: Table, values: Sequence[Any]) -> None:
    """Put values into a table. They are texts of others: brackets in them are brackets."""
    rows.add_row(*(Text(cell(value)) for value in values))


def cell(value: Any) -> str:
    """A value in a table."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={cell(item)}" for name, item in value.items()) or "–"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(cell(item) for item in value) or "–"
    return _MOMENT.sub(r"\1 \2Z", str(value))
