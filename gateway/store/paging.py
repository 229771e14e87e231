"""Keyset paging: a page begins after the last key of the one before, so that rows which come and go disturb nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from gateway.store.errors import BadCursor
from gateway.store.records import Page

T = TypeVar("T")

PAGE_ROWS: Final = 50
MAX_PAGE_ROWS: Final = 500
_MAX_CURSOR: Final = 256


def rows_of(limit: int) -> int:
    """How many rows to give when `limit` are asked for."""
    return max(1, min(limit, MAX_PAGE_ROWS))


def number_cursor(cursor: str | None) -> int | None:
    """A cursor over a numbered table. Raises `BadCursor`."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadCursor("This page does not exist: begin again with the first one.")
    return int(cursor)


def text_cursor(cursor: str | None) -> str:
    """A cursor over a table with names; the empty text stands before all of them. Raises `BadCursor`."""
    if cursor is not None and len(cursor) > _MAX_CURSOR:
        raise BadCursor("This page does not exist: begin again with the first one.")
    return cursor or ""


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], int | str]) -> Page[T]:
    """A page from up to `limit` + 1 rows: the one too many says that there is another page."""
    items = tuple(rows[:limit])
    return Page(items, str(key(items[-1])) if len(rows) > limit else None)
