from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store import SqliteStore
from gateway.store.errors import BadCursor
from gateway.store.paging import MAX_PAGE_ROWS, PAGE_ROWS, number_cursor, rows_of, text_cursor
from gateway.store.records import AuditFilter, User
from tests.store.rows import NOW, a_user, note


@given(st.integers(0, 40), st.integers(1, 45), st.lists(st.integers(0, 5), max_size=8))
@settings(max_examples=25, deadline=None)
def test_pages_give_each_row_once_while_rows_come_and_go(rows: int, limit: int, removals: list[int]) -> None:
    async def walk(store: SqliteStore) -> None:
        stay: list[User] = []
        go: list[User] = []
        for number in range(rows):
            user = await a_user(store, f"u{number:03}", "viewer" if number % 3 else "user")
            (go if number % 5 == 4 else stay).append(user)
        seen: list[str] = []
        after: str | None = None
        turn = 0
        while True:
            page = await store.users.page(after, limit)
            seen += [user.name for user in page.items]
            assert len(page.items) <= limit
            if turn < len(removals) and removals[turn] < len(go):
                await store.users.remove(go.pop(removals[turn]).id, note=note())
            turn += 1
            if page.next is None:
                break
            after = page.next
        assert seen == sorted(set(seen)), "in order, none twice"
        assert {user.name for user in stay} <= set(seen), "none left out"

    asyncio.run(in_store(walk))


@given(st.integers(0, 30), st.integers(1, 12))
@settings(max_examples=25, deadline=None)
def test_pages_of_a_growing_table_newest_first_give_what_was_there_once(rows: int, limit: int) -> None:
    async def walk(store: SqliteStore) -> None:
        for number in range(rows):
            await store.audit.add(note(at=NOW + number))
        page = await store.audit.page(AuditFilter(), None, limit)
        seen = [entry.at for entry in page.items]
        while page.next is not None:
            await store.audit.add(note(at=NOW + 1000))
            page = await store.audit.page(AuditFilter(), page.next, limit)
            seen += [entry.at for entry in page.items]
        assert seen == [NOW + number for number in reversed(range(rows))]

    asyncio.run(in_store(walk))


async def in_store(walk: Callable[[SqliteStore], Awaitable[None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "s.db")
        try:
            await walk(store)
        finally:
            await store.close()


@pytest.mark.parametrize("cursor", ["", "-1", "x", "1.5", "9" * 30, "²", "1 OR 1=1"])
async def test_a_cursor_that_no_page_gave_is_refused(store: SqliteStore, cursor: str) -> None:
    with pytest.raises(BadCursor):
        number_cursor(cursor)
    with pytest.raises(BadCursor):
        await store.audit.page(AuditFilter(), cursor)


def test_a_text_cursor_is_bounded() -> None:
    assert text_cursor(None) == ""
    with pytest.raises(BadCursor):
        text_cursor("x" * 257)


async def test_nobody_gets_more_than_so_many_rows(store: SqliteStore) -> None:
    assert [rows_of(n) for n in (-1, 0, 1, MAX_PAGE_ROWS + 1)] == [1, 1, 1, MAX_PAGE_ROWS]
    for _ in range(PAGE_ROWS + 1):
        await store.audit.add(note())
    page = await store.audit.page(AuditFilter())
    assert len(page.items) == PAGE_ROWS
    assert page.next is not None
