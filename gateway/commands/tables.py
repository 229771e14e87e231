"""What commands print for people: texts as they are, whatever is in them, and nothing cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Column, Table
from rich.text import Text


def table(*columns: str, title: str | None = None, show_header: bool = True) -> Table:
    """An empty table with these columns. What is too long for one goes on in its next line: no id is half an id."""
    heads = [Column(name, overflow="fold") for name in columns]
    return Table(*heads, title=Text(title) if title is not None else None, show_header=show_header)


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
    return str(value)
