"""The terminal's cells, and the toy shell in it."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.machines.demo.apps.terminal import Terminal
from gateway.machines.demo.terminal.grid import Grid, key_sequence
from gateway.machines.demo.terminal.toy import FILES, ToyShell
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.server.core import Core
from gateway.server.display.region import Rect
from gateway.server.server import SpiceServer
from tests.machines.demo.serving import ServingDemo


class Told:
    """A toy shell, and what it wrote."""

    def __init__(self) -> None:
        self.text = ""
        self.ticking = False
        server = SpiceServer(Core(), "toy")
        server.init()
        self.shell = ToyShell(server, self._write, self._tick)

    def _write(self, text: str) -> None:
        self.text += text

    def _tick(self, wanted: bool) -> None:
        self.ticking = wanted

    def run(self, line: str) -> str:
        """What a command writes."""
        self.text = ""
        for key in line:
            self.shell.type(key)
        self.shell.type("\r")
        return self.text


async def test_toy_lists_and_shows_its_files() -> None:
    told = Told()
    assert all(name in told.run("ls") for name in FILES)
    assert "finger comes up" in told.run("cat haiku.txt")
    assert "no such file" in told.run("cat /etc/passwd")


async def test_toy_refuses_what_it_does_not_know() -> None:
    told = Told()
    assert "no such command" in told.run("rm -rf /")
    assert "no such command" in told.run("__init__ x")


async def test_toy_edits_its_line_and_remembers_the_last() -> None:
    told = Told()
    assert "\r\nhello\r\n" in told.run("echo hellp\x7fo")
    told.shell.type("\x1b[A")
    assert "\r\nhello\r\n" in told.run("")


async def test_toy_takes_no_line_without_end() -> None:
    told = Told()
    assert len(told.run("echo " + "x" * 10_000)) < 1000


async def test_toy_scrolls_a_line_a_tick_until_it_is_done_or_stopped() -> None:
    told = Told()
    told.run("scroll 3")
    for _ in range(3):
        assert told.ticking
        told.shell.tick()
    told.shell.tick()
    assert not told.ticking
    assert told.text.count("quick brown fox") == 3
    told.run("top")
    told.shell.type("q")
    assert not told.ticking


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (Key("a", "A"), "A"),
        (Key("c", ctrl=True), "\x03"),
        (Key("Enter"), "\r"),
        (Key("Up"), "\x1b[A"),
        (Key("f", alt=True), "\x1bf"),
        (Key("F5"), ""),
    ],
)
def test_keys_say_what_a_terminal_says(key: Key, text: str) -> None:
    assert key_sequence(key) == text


async def test_scrolling_text_moves_pixels_and_comes_out_right() -> None:
    async with ServingDemo() as core:
        app = core.demo.app("terminal")
        assert isinstance(app, Terminal)
        grid = app.widgets[0]
        assert isinstance(grid, Grid)
        copies: list[tuple[Rect, int]] = []
        for number in range(40):
            grid.feed(f"\x1b[3{number % 8}mline {number}\r\n")
            app.prepare()
            copies += [(shift.box, shift.rows) for shift in app.shifts]
            app.shifts.clear()
            app.render()
        assert copies
        assert app.lines[-2] == "line 39"
        drawn = app.pixels.copy()
        grid.invalidate(app.content)
        app.render()
        assert np.array_equal(drawn, app.pixels)


async def test_wheel_shows_lines_of_the_past_and_a_key_the_newest() -> None:
    async with ServingDemo() as core:
        app = core.demo.show("terminal")
        grid = app.widgets[0]
        assert isinstance(grid, Grid)
        for number in range(60):
            grid.feed(f"line {number}\r\n")
        core.demo.desktop.flush()
        newest = app.pixels.copy()
        grid.on_wheel(-3)
        core.demo.desktop.flush()
        assert not np.array_equal(app.pixels, newest)
        assert grid.shown_lines()[0] == "line 28"
        for _ in range(100):
            grid.on_wheel(-3)
        assert "toy shell" in grid.shown_lines()[0]
        grid.on_wheel(1000)
        core.demo.desktop.flush()
        assert np.array_equal(app.pixels, newest)
        grid.on_key(Key("PageUp", shift=True))
        grid.on_key(Key("x", "x"))
        assert grid.shown_lines()[-2] == "line 59"


async def test_copied_text_is_pasted_as_if_it_were_typed() -> None:
    async with ServingDemo() as core:
        app = core.demo.show("terminal")
        grid = app.widgets[0]
        assert isinstance(grid, Grid)
        core.demo.agent.clipboard.copy("echo pasted\n")
        for code in (0x1D, 0x2A, 0x2F):
            core.demo.seat.push(code)
        assert "pasted" in grid.lines()
