"""Keys and pointers of the viewer arrive in the Linux guest, as its kernel sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e import keys
from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.keys import EV_ABS, EV_KEY, EV_REL, LINUX_KEYS, Keyboard
from tests.e2e.program import wait_for
from tests.e2e.qemu import LinuxQemu

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 1024, 768
KEYBOARD, TABLET, MOUSE = "keyboard", "Tablet", "Mouse"
#: QEMU's tablet reports positions in 0..32767, whatever the screen's size.
TABLET_RANGE = 32767


@pytest.fixture
def machine(tmp_path: Path, cleanup: ExitStack, guests: SavedGuests) -> LinuxQemu:
    return cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))


@pytest.fixture
def opened(machine: LinuxQemu, gateway_for: GatewayFor, viewer: Viewer) -> Viewer:
    """The viewer with the machine's picture, its keyboard taken by a click."""
    return _open(machine, gateway_for, viewer)


@pytest.fixture
def small(browser: Browser) -> Iterator[Viewer]:
    """A window in which the machine's picture does not fit."""
    with Viewer(browser, {"width": 700, "height": 480}) as somebody:
        yield somebody


def test_typed_text_appears_in_the_guest(machine: LinuxQemu, opened: Viewer) -> None:
    text = "Hello, spicegate 1.0! ~`@#$%^&*()_+-={}|[]\\:\";'<>?,./"
    keyboard = Keyboard(opened.page)
    for character in text + "\n":  # one at a time: QEMU's keyboard holds no more than a few keys
        for _ in range(keyboard.type(character)):
            machine.next_event(KEYBOARD, EV_KEY, value=0)
    assert machine.next_report("typed") == text


def test_guest_sees_every_key_of_the_keyboard(machine: LinuxQemu, opened: Viewer) -> None:
    keyboard = Keyboard(opened.page)
    seen: dict[str, int] = {}
    for code in LINUX_KEYS:
        keyboard.press(code)
        seen[code] = machine.next_event(KEYBOARD, EV_KEY, value=1).code
        machine.next_event(KEYBOARD, EV_KEY, seen[code], value=0)
    assert seen == LINUX_KEYS


def test_ctrl_alt_del_from_the_keyboard_reaches_the_guest(machine: LinuxQemu, opened: Viewer) -> None:
    Keyboard(opened.page).chord("ControlLeft", "AltLeft", "Delete")
    for code in ("Delete", "AltLeft", "ControlLeft"):
        machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS[code], value=0)
    machine.next_report("ctrl-alt-del")


def test_ctrl_alt_del_from_the_toolbar_reaches_the_guest(machine: LinuxQemu, opened: Viewer) -> None:
    opened.send_ctrl_alt_del()
    machine.next_report("ctrl-alt-del")


def test_guest_sees_keys_released_when_the_window_loses_focus(machine: LinuxQemu, opened: Viewer) -> None:
    keyboard = Keyboard(opened.page)
    for code in ("ShiftLeft", "KeyA"):
        keyboard.down(code)
        machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS[code], value=1)
    opened.page.evaluate("window.dispatchEvent(new Event('blur'))")
    released = {machine.next_event(KEYBOARD, EV_KEY, value=0).code for _ in range(2)}
    assert released == {LINUX_KEYS["ShiftLeft"], LINUX_KEYS["KeyA"]}


def test_absolute_pointer_reaches_the_exact_pixel(machine: LinuxQemu, opened: Viewer) -> None:
    for x, y in ((0, 0), (1023, 767), (512, 384), (17, 701), (1001, 3)):
        opened.page.mouse.move(*opened.point(x, y))
        _expect_position(machine, x, y)


def test_absolute_pointer_is_exact_when_the_picture_is_scaled(
    machine: LinuxQemu, gateway_for: GatewayFor, small: Viewer
) -> None:
    _open(machine, gateway_for, small)
    box = small.canvas_box()
    assert box["width"] < WIDTH
    for part_x, part_y in ((0.1, 0.9), (0.5, 0.5), (0.93, 0.07), (0.31, 0.77)):
        left, top = round(box["x"] + part_x * box["width"]), round(box["y"] + part_y * box["height"])
        small.page.mouse.move(left, top)
        _expect_position(
            machine,
            int((left - box["x"]) * WIDTH / box["width"]),
            int((top - box["y"]) * HEIGHT / box["height"]),
        )


def test_buttons_and_wheel_reach_the_guest(machine: LinuxQemu, opened: Viewer) -> None:
    mouse = opened.page.mouse
    mouse.move(*opened.point(300, 300))
    mouse.down(button="left")
    machine.next_event(TABLET, EV_KEY, keys.BTN_LEFT, value=1)
    mouse.up(button="left")
    machine.next_event(TABLET, EV_KEY, keys.BTN_LEFT, value=0)
    mouse.click(*opened.point(300, 300), button="right")
    machine.next_event(TABLET, EV_KEY, keys.BTN_RIGHT, value=1)
    mouse.click(*opened.point(300, 300), button="middle")
    machine.next_event(TABLET, EV_KEY, keys.BTN_MIDDLE, value=1)
    mouse.wheel(0, 120)
    assert machine.next_event(TABLET, EV_REL, keys.REL_WHEEL).value == -1
    mouse.wheel(0, -120)
    assert machine.next_event(TABLET, EV_REL, keys.REL_WHEEL).value == 1


def test_relative_pointer_reaches_the_guest(machine: LinuxQemu, gateway_for: GatewayFor, exact: Viewer) -> None:
    opened = _open(machine, gateway_for, exact)
    machine.qmp.execute("device_del", id="tablet")
    expect(opened.page.get_by_text("Click the picture to give the machine your mouse.")).to_be_visible()
    opened.page.mouse.click(*opened.point(500, 400))
    wait_for("pointer lock", lambda: opened.page.evaluate("document.pointerLockElement !== null"))
    x, y = opened.point(500, 400)
    opened.page.mouse.move(x + 40, y - 25)
    assert _moved(machine, 40, -25) == (40, -25)


def _open(machine: LinuxQemu, gateway_for: GatewayFor, viewer: Viewer) -> Viewer:
    gateway = gateway_for(machine)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.wait_for_input()
    viewer.page.mouse.click(*viewer.point(600, 500))
    machine.next_event(TABLET, EV_KEY, keys.BTN_LEFT, value=0)
    return viewer


def _expect_position(machine: LinuxQemu, x: int, y: int) -> None:
    assert machine.next_event(TABLET, EV_ABS, keys.ABS_X).value == x * TABLET_RANGE // WIDTH
    assert machine.next_event(TABLET, EV_ABS, keys.ABS_Y).value == y * TABLET_RANGE // HEIGHT


def _moved(machine: LinuxQemu, x: int, y: int) -> tuple[int, int]:
    """How far the mouse has come when it is at least this far along each axis."""
    total = [0, 0]
    while abs(total[0]) < abs(x) or abs(total[1]) < abs(y):
        event = machine.next_event(MOUSE, EV_REL)
        total[event.code] += event.value
    return total[0], total[1]
