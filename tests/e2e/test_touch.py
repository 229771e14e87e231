"""The viewer under fingers: taps, drags, scrolling, zoom, and the device's own keyboard."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, CDPSession

from gateway.machines.demo.apps.drawing import Drawing
from gateway.machines.demo.apps.terminal import Terminal
from tests.e2e.browser import Viewer
from tests.e2e.demo_gateway import DemoGateway
from tests.e2e.program import PATIENCE, ticks, wait_for

pytestmark = pytest.mark.e2e

Place = tuple[float, float]


class Hand:
    """Fingers on somebody's screen."""

    def __init__(self, viewer: Viewer) -> None:
        self._session: CDPSession = viewer.context.new_cdp_session(viewer.page)

    def down(self, *fingers: Place) -> None:
        self._touch("touchStart", fingers)

    def move(self, *fingers: Place) -> None:
        self._touch("touchMove", fingers)

    def up(self) -> None:
        self._touch("touchEnd", ())

    def _touch(self, kind: str, fingers: tuple[Place, ...]) -> None:
        points: list[dict[str, Any]] = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def gateway(cleanup: ExitStack) -> DemoGateway:
    return cleanup.enter_context(DemoGateway())


@pytest.fixture
def phone(browser: Browser, cleanup: ExitStack, gateway: DemoGateway) -> Viewer:
    viewer = cleanup.enter_context(Viewer(browser, {"width": 844, "height": 390}, touch=True))
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.wait_for_input()
    return viewer


def scale(viewer: Viewer) -> float:
    """CSS pixels for each of the machine's."""
    return viewer.canvas_box()["width"] / 1280


def terminal(gateway: DemoGateway) -> Terminal:
    def bring_up() -> Terminal:
        app = gateway.demo.show("terminal")
        assert isinstance(app, Terminal)
        return app

    return gateway.call(bring_up)


def text(gateway: DemoGateway, app: Terminal) -> str:
    return "\n".join(gateway.call(lambda: app.lines))


def test_tap_opens_an_application_and_a_finger_draws_in_it(gateway: DemoGateway, phone: Viewer) -> None:
    desktop = gateway.demo.desktop
    at = next(index for index, item in enumerate(desktop.dock.items) if item.icon == "drawing")
    tile = gateway.call(lambda: desktop.dock.tile(at))
    phone.page.touchscreen.tap(*phone.point((tile.left + tile.right) // 2, (tile.top + tile.bottom) // 2))
    wait_for("drawing board", lambda: any(isinstance(window, Drawing) for window in gateway.call(desktop.windows.copy)))
    board = gateway.demo.app("drawing")
    hand, (x, y) = Hand(phone), (board.left + 200, board.top + 240)
    around = np.s_[y - 8 : y + 8, x + 40 : x + 80]
    before = gateway.pixels()[around].copy()
    (start_x, start_y), step = phone.point(x, y), 10 * scale(phone)
    for _ in ticks(PATIENCE, 0):  # a finger that rests is the other button: on a busy computer it may have rested
        hand.down((start_x, start_y))
        for number in range(1, 13):
            hand.move((start_x + number * step, start_y))
        hand.up()
        for _ in ticks(2):
            if (gateway.pixels()[around] != before).any():
                return
    raise AssertionError("no line under the finger")


def test_two_fingers_scroll_the_machine_then_zoom_the_picture_and_move_it(gateway: DemoGateway, phone: Viewer) -> None:
    shell = terminal(gateway)
    phone.page.keyboard.type("help\nhelp\nhelp\n")
    wait_for("help, three times", lambda: text(gateway, shell).count("an empty window") == 3)
    first_row = np.s_[shell.top + 40 : shell.top + 66, shell.left : shell.left + shell.width]
    below = gateway.pixels()[first_row].copy()
    hand, (x, y) = Hand(phone), phone.point(shell.left + 200, shell.top + 100)
    hand.down((x, y), (x + 60, y))
    for step in range(1, 40):
        hand.move((x, y + 4 * step), (x + 60, y + 4 * step))
    hand.up()
    wait_for("lines of before", lambda: (gateway.pixels()[first_row] != below).any())

    before = scale(phone)
    hand.down((400, 200), (440, 200))
    for step in range(1, 12):
        hand.move((400 - 6 * step, 200), (440 + 6 * step, 200))
    hand.up()
    wait_for("a larger picture", lambda: scale(phone) > 2 * before)
    place = phone.canvas_box()
    hand.down((400, 200), (440, 200))
    for step in range(1, 12):
        hand.move((400 + 4 * step, 200), (440 + 4 * step, 200))
    hand.up()
    wait_for("the picture's left", lambda: phone.canvas_box()["x"] > place["x"])


def test_on_screen_keyboard_types_on_the_machine(gateway: DemoGateway, phone: Viewer) -> None:
    shell = terminal(gateway)
    phone.page.get_by_role("button", name="Open the toolbar").tap()
    phone.page.get_by_role("button", name="Keyboard").tap()
    session = phone.context.new_cdp_session(phone.page)
    session.send("Input.insertText", {"text": "echo It\u2019s A "})
    session.send("Input.imeSetComposition", {"text": "tset", "selectionStart": 4, "selectionEnd": 4})
    session.send("Input.insertText", {"text": "test"})
    session.send("Input.insertText", {"text": "\n"})
    wait_for("what was written", lambda: "\nIt's A test" in text(gateway, shell))


def test_touchpad_that_is_pinched_makes_the_picture_larger_and_smaller(phone: Viewer) -> None:
    session, before = phone.context.new_cdp_session(phone.page), scale(phone)
    ctrl = 2

    def pinch(distance: int) -> None:
        place = {"x": 420, "y": 200, "deltaX": 0, "deltaY": distance}
        session.send("Input.dispatchMouseEvent", {"type": "mouseWheel", "modifiers": ctrl, **place})

    for _ in range(5):
        pinch(-20)
    wait_for("a larger picture", lambda: scale(phone) > 2.5 * before)
    for _ in range(8):
        pinch(20)
    wait_for("the picture as it was", lambda: scale(phone) == before)
