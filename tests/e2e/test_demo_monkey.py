"""Whatever somebody does in the browser, the browser and spice-gtk show the demo machine's framebuffer."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from gateway.machines.demo.apps.video import Video
from gateway.machines.demo.limits import DEFAULT_HEIGHT, DEFAULT_WIDTH
from tests.e2e.browser import Viewer
from tests.e2e.demo_gateway import DemoGateway, wait_until_same
from tests.e2e.keys import Keyboard
from tests.e2e.program import wait_for
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

DEEDS = 60


class Monkey:
    """Clicks, drags, types and turns the wheel, by a seed."""

    def __init__(self, seed: int, gateway: DemoGateway, person: Viewer) -> None:
        self._chance = random.Random(seed)
        self._gateway, self._mouse, self._keyboard = gateway, person.page.mouse, Keyboard(person.page)
        self._deeds: list[Callable[[], None]] = [self._click, self._drag, self._type, self._turn, self._open]

    def act(self) -> None:
        self._chance.choice(self._deeds)()

    def leave(self) -> None:
        """Go to the corner; everything before has arrived then."""
        self._mouse.move(1, 1)
        seat = self._gateway.demo.seat
        wait_for("pointer in the corner", lambda: (seat.x, seat.y) == (1, 1))

    def _point(self) -> tuple[int, int]:
        return self._chance.randrange(DEFAULT_WIDTH), self._chance.randrange(DEFAULT_HEIGHT)

    def _click(self) -> None:
        self._mouse.click(*self._point())

    def _drag(self) -> None:
        self._mouse.move(*self._point())
        self._mouse.down()
        self._mouse.move(*self._point(), steps=self._chance.randrange(1, 8))
        self._mouse.up()

    def _type(self) -> None:
        self._keyboard.type("ls hello\n"[: self._chance.randrange(1, 10)])

    def _turn(self) -> None:
        self._mouse.wheel(0, self._chance.choice((-120, 120)))

    def _open(self) -> None:
        dock = self._gateway.demo.desktop.dock
        tile = self._gateway.call(lambda: dock.tile(self._chance.randrange(len(dock.items))))
        self._mouse.click(tile.left + 5, tile.top + 5)


def come_to_rest(gateway: DemoGateway) -> None:
    """Stop what moves by itself."""
    video = gateway.demo.app("video")
    assert isinstance(video, Video)
    if video.playing:
        video.toggle()
    for name in ("clock", "channels", "microphone"):
        gateway.demo.desktop.close(gateway.demo.app(name))


@pytest.mark.parametrize("seed", [1, 4])
def test_both_clients_show_the_framebuffer_after_a_monkey(seed: int, browser: Browser, cleanup: ExitStack) -> None:
    gateway = cleanup.enter_context(DemoGateway())
    person = cleanup.enter_context(Viewer(browser, {"width": DEFAULT_WIDTH, "height": DEFAULT_HEIGHT}))
    way_in = {"host": "127.0.0.1", "port": str(gateway.address.port), "password": gateway.ticket()}
    native = cleanup.enter_context(SpiceGtk(**way_in)).opened("display")
    person.open(gateway.link)
    person.wait_for_first_frame()
    person.wait_for_input()
    monkey = Monkey(seed, gateway, person)
    for _ in range(DEEDS):
        monkey.act()
    monkey.leave()
    gateway.call(lambda: come_to_rest(gateway))
    wait_until_same(person.presented, gateway, f"monkey-{seed}-browser")
    wait_until_same(native.picture, gateway, f"monkey-{seed}-native")
