"""The pointer and the keys reach what they mean."""

from __future__ import annotations

from gateway.machines.demo.toolkit.seat import Seat
from gateway.machines.demo.toolkit.widgets import Button, TextField
from gateway.machines.demo.toolkit.window import Window
from gateway.server.display.region import Rect
from tests.machines.demo.toolkit.screens import Shown

TITLE = 40
ENTER, TAB, ESCAPE, ALT, F4, F6, SHIFT, RIGHT = 0x1C, 0x0F, 0x01, 0x38, 0x3E, 0x40, 0x2A, 0x4D
SUPER = (0xE0, 0x5B)


class Person:
    """Somebody at a desktop with two windows, each with a button and a field."""

    def __init__(self) -> None:
        self.shown = Shown()
        self.cursors: list[str] = []
        self.done: list[str] = []
        self.seat = Seat(self.shown.desktop, self.cursors.append)
        self.first, self.second = self._window("first", 30, 30), self._window("second", 150, 120)

    def _window(self, name: str, left: int, top: int) -> Window:
        window = Window(name, "welcome", 240, 160)
        window.add(
            Button(Rect.at(20, 20, 100, 32), "Do it", lambda: self.done.append(name)),
            TextField(Rect.at(20, 70, 180, 32), lambda text: self.done.append(f"{name}: {text}")),
        )
        self.shown.desktop.open(window, left, top)
        return window

    def click(self, x: int, y: int) -> None:
        self.seat.point(x, y)
        self.seat.hold(True)
        self.seat.hold(False)

    def press(self, *codes: int) -> None:
        """Keys one after the other, held until the last is down."""
        for code in codes:
            self.seat.push(code)
        for code in reversed(codes):
            if code != 0xE0:
                self.seat.push(code | 0x80)


async def test_click_reaches_the_upper_window_and_raises_a_lower() -> None:
    person = Person()
    person.click(200, 190)  # the second's button, over the first window
    assert person.done == ["second"]
    person.click(60, 100)  # the first's button, beside the second window
    assert person.done == ["second", "first"]
    assert person.shown.desktop.windows[-1] is person.first
    assert person.first.active
    assert not person.second.active


async def test_button_let_go_outside_does_nothing() -> None:
    person = Person()
    person.seat.point(200, 190)
    person.seat.hold(True)
    person.seat.point(600, 400)
    person.seat.hold(False)
    assert not person.done


async def test_title_bar_moves_its_window_and_keeps_it_in_reach() -> None:
    person = Person()
    person.seat.point(200, 130)
    person.seat.hold(True)
    person.seat.point(230, 150)
    assert (person.second.left, person.second.top) == (180, 140)
    person.seat.point(0, 479)
    person.seat.hold(False)
    assert person.second.top <= 480 - TITLE
    assert person.second.left + person.second.width >= 80


async def test_cross_closes_and_line_minimises() -> None:
    person = Person()
    desktop = person.shown.desktop
    for window, name in ((person.second, "close"), (person.first, "minimise")):
        button = window.buttons[name]
        person.click(window.left + button.left + 5, window.top + button.top + 5)
    assert desktop.windows == []
    assert desktop.minimised == [person.first]


async def test_tab_goes_through_a_window_and_keys_reach_its_focus() -> None:
    person = Person()
    person.press(TAB)
    person.press(ENTER)
    person.press(TAB)
    person.press(SHIFT, 0x23)
    person.press(0x17)
    person.press(ENTER)
    assert person.done == ["second", "second: Hi"]


async def test_alt_tab_and_f6_go_through_the_windows() -> None:
    person = Person()
    person.press(ALT, TAB)
    assert person.first.active
    person.press(F6)
    assert person.second.active


async def test_alt_f4_closes_and_alt_arrow_moves() -> None:
    person = Person()
    person.press(ALT, 0xE0, RIGHT)
    assert person.second.left == 166
    person.press(ALT, F4)
    assert person.shown.desktop.windows == [person.first]


async def test_super_key_opens_the_dock_for_arrows_and_enter() -> None:
    person = Person()
    person.press(*SUPER)
    person.press(0xE0, RIGHT)
    person.press(ENTER)
    assert person.shown.launched == ["video"]
    person.press(*SUPER)
    person.press(ESCAPE)
    assert person.shown.desktop.dock.lit is None


async def test_dock_opens_what_is_clicked() -> None:
    person = Person()
    tile = person.shown.desktop.dock.tile(2)
    person.click(tile.left + 3, tile.top + 3)
    assert person.shown.launched == ["terminal"]


async def test_keys_go_to_the_window_while_the_pointer_rests_on_the_dock() -> None:
    person = Person()
    tile = person.shown.desktop.dock.tile(2)
    person.press(TAB)
    person.click(tile.left + 3, tile.top + 3)
    person.press(ENTER)
    assert person.shown.launched == ["terminal"]
    assert person.done == ["second"]


async def test_dock_that_keys_choose_in_stays_lit_while_the_pointer_moves_beside_it() -> None:
    person = Person()
    dock = person.shown.desktop.dock
    person.press(*SUPER)
    person.press(0xE0, RIGHT)
    person.seat.point(300, 20)
    assert dock.lit == 1
    person.click(300, 20)
    assert dock.lit is None
    person.press(*SUPER)
    person.press(*SUPER)
    assert dock.lit is None


async def test_pointer_takes_the_shape_of_what_it_is_over() -> None:
    person = Person()
    person.seat.point(200, 240)
    person.seat.point(200, 190)
    person.seat.point(500, 20)
    assert person.cursors == ["text", "hand", "arrow"]


async def test_pointer_stays_on_the_screen() -> None:
    person = Person()
    person.seat.point(-20, 9000)
    assert (person.seat.x, person.seat.y) == (0, 479)
