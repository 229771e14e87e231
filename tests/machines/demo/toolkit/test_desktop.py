"""Whatever happens on the desktop, what the screen was told is what a full repaint gives, pixel for pixel."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest

from gateway.machines.demo.toolkit.desktop import Desktop
from gateway.machines.demo.toolkit.seat import Seat
from gateway.machines.demo.toolkit.widgets import (
    Button,
    Checkbox,
    Column,
    Label,
    ListView,
    Meter,
    Slider,
    Status,
    TextArea,
    TextField,
    Tone,
)
from gateway.machines.demo.toolkit.window import Window
from gateway.server.display.region import Rect
from tests.machines.demo.toolkit.screens import Shown


def furnished(title: str) -> Window:
    """A window with one of everything."""
    window = Window(title, "welcome", 300, 260)
    window.add(
        Label(Rect.at(12, 8, 200, 20), "A label"),
        Button(Rect.at(12, 34, 80, 30), "Button", lambda: None, icon="play"),
        Checkbox(Rect.at(100, 34, 120, 30), "Checkbox", lambda _: None),
        Slider(Rect.at(12, 70, 120, 30), 0.3, lambda _: None),
        Meter(Rect.at(140, 80, 120, 12)),
        TextField(Rect.at(12, 106, 200, 32), lambda _: None),
        TextArea(Rect.at(12, 146, 120, 60), lambda _: None),
        Status(Rect.at(12, 214, 200, 30), "Status"),
        ListView(Rect.at(140, 146, 130, 60), [Column("", 120)], on_choose=lambda _: None),
    )
    rows = window.widgets[-1]
    assert isinstance(rows, ListView)
    rows.show([(f"row {number}",) for number in range(12)])
    return window


def happen(shown: Shown, seat: Seat, chance: random.Random, windows: list[Window]) -> None:
    """Something that a person or a program may do."""
    desktop = shown.desktop
    match chance.randrange(9):
        case 0 if len(windows) < 4:
            windows.append(furnished(f"Window {len(windows)}"))
            desktop.open(windows[-1], chance.randrange(-50, 500), chance.randrange(0, 400))
        case 1 if desktop.windows:
            desktop.close(chance.choice(desktop.windows))
        case 2 if desktop.windows:
            desktop.minimise(chance.choice(desktop.windows))
        case 3 if desktop.minimised:
            desktop.restore(chance.choice(desktop.minimised))
        case 4 if desktop.windows:
            window = chance.choice(desktop.windows)
            desktop.move(window, window.left + chance.randrange(-60, 60), window.top + chance.randrange(-60, 60))
        case 5 | 6:
            seat.point(chance.randrange(640), chance.randrange(480))
            seat.hold(chance.random() < 0.5)
        case 7:
            for code in (0x0F, 0x1E, 0x39, 0x50):
                seat.push(code)
                seat.push(code | 0x80)
        case _ if desktop.windows:
            change(chance.choice(desktop.windows), chance)


def change(window: Window, chance: random.Random) -> None:
    """A program shows something else."""
    for widget in window.widgets:
        match widget:
            case Label():
                widget.text = f"It is {chance.randrange(100)}"
            case Meter():
                widget.show(chance.random())
            case Status():
                widget.show(f"State {chance.randrange(9)}", chance.choice(list(Tone)))
            case TextArea():
                widget.show("word " * chance.randrange(20))
    if chance.random() < 0.5:
        window.scroll(Rect(20, 10, 280, 110), 7)
        window.invalidate(Rect(20, 10, 280, 110))
    window.invalidate_group(Rect(30, 30, 200, 120))


@pytest.mark.parametrize("seed", range(12))
async def test_repainting_what_changed_equals_repainting_all(seed: int) -> None:
    chance, shown = random.Random(seed), Shown()
    seat, windows = Seat(shown.desktop, lambda _: None), [furnished("First")]
    shown.desktop.open(windows[0], 40, 30)
    for step in range(60):
        for _ in range(chance.randrange(1, 4)):
            happen(shown, seat, chance, windows)
        shown.desktop.flush()
        assert shown.is_right(), f"step {step}"
    shown.desktop.close_down()


async def test_window_that_nothing_covers_is_moved_by_a_copy() -> None:
    shown = Shown()
    window = furnished("Moved")
    shown.desktop.open(window, 100, 40)
    shown.desktop.flush()
    shown.screen.forget()
    shown.desktop.move(window, 110, 46)
    shown.desktop.flush()
    assert shown.screen.copies == [(window.frame, 100, 40)]
    assert sum(box.width * box.height for box in shown.screen.damaged) < window.width * window.height / 2
    assert shown.is_right()


async def test_window_under_another_is_not_moved_by_a_copy() -> None:
    shown = Shown()
    window, other = furnished("Below"), furnished("Above")
    shown.desktop.open(window, 100, 40)
    shown.desktop.open(other, 200, 90)
    shown.desktop.flush()
    shown.screen.forget()
    shown.desktop.move(window, 90, 40)
    shown.desktop.flush()
    assert not shown.screen.copies
    assert shown.is_right()


async def test_moving_picture_keeps_its_place_while_a_window_hides_a_part() -> None:
    shown = Shown()
    window, other = furnished("Film"), furnished("Above")
    shown.desktop.open(window, 20, 20)
    shown.desktop.open(other, 150, 150)
    shown.desktop.flush()
    shown.screen.forget()
    box = Rect(10, 10, 290, 250)
    window.invalidate_group(box)
    shown.desktop.flush()
    assert shown.screen.groups == [box.moved(window.left, window.top + 40)]
    assert sum(piece.width * piece.height for piece in shown.screen.damaged) < box.width * box.height
    assert shown.is_right()


async def test_resting_desktop_draws_nothing() -> None:
    shown = Shown()
    shown.desktop.open(furnished("Still"), 20, 20)
    shown.desktop.flush()
    shown.screen.forget()
    shown.desktop.flush()
    assert not shown.screen.damaged
    assert not shown.screen.copies


async def test_changes_of_one_turn_are_drawn_together_in_the_next() -> None:
    shown = Shown()
    window = furnished("Busy")
    shown.desktop.open(window, 20, 20)
    flushed = asyncio.Event()
    shown.screen.forget()
    for widget in window.widgets:
        widget.invalidate()
    asyncio.get_running_loop().call_later(0.05, flushed.set)
    await flushed.wait()
    assert shown.is_right()


async def test_window_that_is_drawn_strip_by_strip_is_the_one_that_is_drawn_at_once() -> None:
    whole, parts = furnished("Slow"), furnished("Slow")
    whole.render()
    boxes = []
    while not parts.is_drawn:
        boxes += parts.render(lambda: False)
    assert len(boxes) > 3 and sum(box.area for box in boxes) == parts.width * parts.height
    assert np.array_equal(parts.pixels, whole.pixels)


async def test_rows_that_scroll_before_they_are_drawn_are_drawn_where_they_went() -> None:
    window = furnished("Scrolled")
    window.render()
    lower = Rect.at(0, 120, window.width, 60)
    window.invalidate(lower)
    window.scroll(Rect(0, 0, window.width, window.content.height), 40)
    window.pixels[:] = 1
    window.render()
    told = lower.moved(0, window.height - window.content.height)
    assert (window.pixels[told.top - 40 : told.bottom, :, :3] != 1).all()


async def test_others_have_the_loop_while_a_window_is_drawn() -> None:
    shown = Shown()
    shown.desktop.slice = 0.0
    window = furnished("Slow")
    shown.desktop.open(window, 20, 20)
    turns = 0
    while not window.is_drawn:
        turns += 1
        await asyncio.sleep(0)
    assert turns > 3
    shown.desktop.flush()
    assert shown.is_right()


async def test_new_windows_stand_above_the_dock_as_far_as_they_can() -> None:
    shown = Shown()
    dock = shown.desktop.dock.panel
    windows = [furnished(f"Window {number}") for number in range(8)]
    for window in windows:
        shown.desktop.open(window)
    assert all(window.frame.bottom < dock.top for window in windows)
    tall = Window("Tall", "welcome", 200, 420)
    shown.desktop.open(tall)
    assert tall.top == 0


async def test_smaller_screen_brings_windows_into_sight_and_a_larger_one_back_to_their_place() -> None:
    shown = Shown()
    window = furnished("Far out")
    shown.desktop.open(window, 330, 150)
    smaller, larger = Shown(500, 400), Shown(800, 600)
    attach_like(shown.desktop, smaller)
    assert shown.desktop.bounds.holds(window.frame)
    attach_like(shown.desktop, larger)
    assert (window.left, window.top) == (330, 150)


def attach_like(desktop: Desktop, other: Shown) -> None:
    """Put a desktop onto another's screen."""
    wallpaper = np.zeros_like(other.screen.pixels)
    desktop.attach(other.screen, wallpaper, [Rect(0, 0, wallpaper.shape[1], wallpaper.shape[0])])
    desktop.flush()
