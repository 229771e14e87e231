"""What spice-gtk's user does with keyboard and pointer reaches the devices of a machine on our core."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.spice.enums import KeyboardModifierFlags, MouseButton, MouseButtonMask, MouseMode
from tests.e2e.core_machine import CoreMachine
from tests.e2e.noted_devices import NotedKeyboard, NotedMouse, NotedTablet
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

A, RIGHT_CTRL = 0x1E, 0x11D
HELD = MouseButtonMask.LEFT | MouseButtonMask.SIDE


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


@pytest.fixture
def person(machine: CoreMachine) -> Iterator[SpiceGtk]:
    with SpiceGtk(**machine.way_in) as client:
        yield client


def test_keys_arrive_as_scancodes_in_their_order(machine: CoreMachine, person: SpiceGtk) -> None:
    machine.add(NotedKeyboard(machine.notes))
    person.opened("main", "inputs")
    person.do("key_press", code=A)
    person.do("key_release", code=A)
    person.do("key_press_and_release", code=RIGHT_CTRL)
    codes = [code for _, code in machine.notes.take(6, "scan")]
    assert codes == [A, A | 0x80, 0xE0, 0x1D, 0xE0, 0x9D]


def test_key_held_by_a_client_that_vanishes_is_let_go(machine: CoreMachine, person: SpiceGtk) -> None:
    machine.add(NotedKeyboard(machine.notes))
    person.opened("inputs").do("key_press", code=A)
    machine.notes.expect("scan", A)
    person.__exit__()
    machine.notes.expect("scan", A | 0x80)


def test_lock_keys_follow_the_client_and_their_lights_the_machine(machine: CoreMachine, person: SpiceGtk) -> None:
    keyboard = machine.add(NotedKeyboard(machine.notes))
    person.opened("inputs").do("lock_keys", locks=int(KeyboardModifierFlags.CAPS_LOCK))
    assert machine.notes.take(2, "scan") == [("scan", 0x3A), ("scan", 0xBA)]
    keyboard.lit = KeyboardModifierFlags.CAPS_LOCK
    machine.call(machine.server.keyboard_leds_changed)
    person.expect("inputs-modifiers", **{"key-modifiers": int(KeyboardModifierFlags.CAPS_LOCK)})


def test_mouse_without_a_tablet_moves_by_steps_and_gets_its_acks(machine: CoreMachine, person: SpiceGtk) -> None:
    machine.add(NotedMouse(machine.notes))
    person.opened("inputs").expect("main-mouse-update", **{"mouse-mode": int(MouseMode.SERVER)})
    for _ in range(40):  # many more than go without an ack
        person.do("motion", dx=3, dy=-2, buttons=int(MouseButtonMask.RIGHT))
    moved = [0, 0]
    while moved != [120, -80]:  # the library adds up what waits for an ack
        _, dx, dy, dz, buttons = machine.notes.expect("mouse")
        moved = [moved[0] + dx, moved[1] + dy]
        assert (dz, buttons) == (0, MouseButtonMask.RIGHT)


def test_tablet_stands_where_the_pointer_does(machine: CoreMachine, person: SpiceGtk) -> None:
    machine.add(NotedMouse(machine.notes))
    machine.add(NotedTablet(machine.notes))
    person.opened("inputs").expect("main-mouse-update", **{"mouse-mode": int(MouseMode.CLIENT)})
    person.do("position", x=611, y=13, display=0, buttons=int(HELD))
    assert machine.notes.expect("tablet") == ("tablet", 611, 13, 0, HELD)


def test_every_button_and_the_wheel_arrive(machine: CoreMachine, person: SpiceGtk) -> None:
    machine.add(NotedTablet(machine.notes))
    person.opened("inputs").expect("main-mouse-update", **{"mouse-mode": int(MouseMode.CLIENT)})
    for name in ("LEFT", "MIDDLE", "RIGHT", "SIDE", "EXTRA"):
        button, mask = MouseButton[name], MouseButtonMask[name]
        person.do("button_press", button=int(button), buttons=int(mask))
        person.do("button_release", button=int(button), buttons=0)
        assert machine.notes.take(2, "tablet buttons") == [("tablet buttons", mask), ("tablet buttons", 0)]
    for button, step in ((MouseButton.UP, -1), (MouseButton.DOWN, 1)):
        person.do("button_press", button=int(button))
        person.do("button_release", button=int(button))
        assert machine.notes.expect("tablet wheel") == ("tablet wheel", step, 0)


def test_mouse_mode_follows_the_tablet_and_the_client(machine: CoreMachine, person: SpiceGtk) -> None:
    machine.add(NotedMouse(machine.notes))
    person.opened("inputs")
    tablet = machine.add(NotedTablet(machine.notes))
    person.expect("main-mouse-update", **{"mouse-mode": int(MouseMode.CLIENT)})
    person.do("mouse_mode", mode=int(MouseMode.SERVER))
    person.expect("main-mouse-update", **{"mouse-mode": int(MouseMode.SERVER)})
    person.do("mouse_mode", mode=int(MouseMode.CLIENT))
    person.expect("main-mouse-update", **{"mouse-mode": int(MouseMode.CLIENT)})
    machine.remove(tablet)
    person.expect("main-mouse-update", **{"mouse-mode": int(MouseMode.SERVER)})
