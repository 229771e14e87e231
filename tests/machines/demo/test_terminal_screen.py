"""A terminal's screen takes whatever programs write."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.machines.demo.limits import MAX_SCROLLBACK
from gateway.machines.demo.terminal.screen import History

COLUMNS, ROWS = 20, 5

numbers = st.lists(st.sampled_from(["", "0", "1", "5", "7", "38", "48", "2", "99999", "25", "1049"]), max_size=5)
sequences = st.builds(
    lambda start, numbers, end: f"\x1b[{start}{';'.join(numbers)}{end}",
    st.sampled_from(["", "", "?", ">", "!", "="]),
    numbers,
    st.sampled_from("@ABCDEFGHIJKLMPXZ`abcdefghilmnpqrstuvwxyz{|}~"),
)
escapes = st.builds("\x1b{}{}".format, st.sampled_from("cDEMHZ78#()%]PX^_=>N"), st.sampled_from("80BG\\\x07"))
texts = st.sampled_from(["hello", "\r", "\n", "\t", "\b", "\x0e", "\x0f", "世界", "e\u0301", "\x9b1m", "\u0301"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(sequences, escapes, texts), max_size=12))
def test_no_sequence_breaks_the_screen(parts: list[str]) -> None:
    screen = History(COLUMNS, ROWS)
    for part in parts:
        screen.feed(part)
    assert all(len(screen.row(row)) == COLUMNS for row in range(ROWS))
    assert 0 <= screen.cursor.x <= COLUMNS
    assert 0 <= screen.cursor.y < ROWS


def text_of(screen: History, row: int, back: int = 0) -> str:
    return "".join(cell.data for cell in screen.row(row, back)).rstrip()


def test_lines_that_leave_are_remembered_and_no_more_than_that() -> None:
    screen = History(COLUMNS, ROWS)
    for number in range(MAX_SCROLLBACK + 100):
        screen.feed(f"line {number}\r\n")
    assert len(screen.past) == MAX_SCROLLBACK
    newest = MAX_SCROLLBACK + 99
    assert [text_of(screen, row, 2) for row in range(ROWS)] == [f"line {newest - 5 + row}" for row in range(ROWS)]


def test_scrolling_inside_margins_is_not_remembered() -> None:
    screen = History(COLUMNS, ROWS)
    screen.feed("\x1b[2;4r\x1b[4;1H" + "\n" * 10)
    assert not screen.past
    assert not screen.scrolled
