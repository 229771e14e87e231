"""Debian's spice-html5, unmodified and from a web site of its own, works against the gateway with a ticket."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from gateway.spice.enums import LinkErr
from tests.e2e.browser import Visitor, canvas_pixels, wait_until_equal
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.demo_gateway import DemoGateway
from tests.e2e.gateway import MACHINE, Gateway
from tests.e2e.keys import EV_KEY, LINUX_KEYS, code_of
from tests.e2e.oracle import drawn_pattern
from tests.e2e.program import PATIENCE, ticks
from tests.e2e.qemu import LinuxQemu
from tests.e2e.static_site import StaticSite

pytestmark = pytest.mark.e2e

SPICE_HTML5 = Path("/usr/share/spice-html5")
SCREEN = "#spice-screen canvas"
KEYBOARD = "keyboard"


def test_spice_html5_shows_the_machine_and_types_in_it(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, browser: Browser
) -> None:
    site = cleanup.enter_context(StaticSite(SPICE_HTML5))
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl", "auto_lz"))
    gateway = gateway_for(machine, "--allowed-origin", site.origin)
    visitor = cleanup.enter_context(Visitor(browser))
    visitor.page.goto(address(site, gateway, gateway.ticket(gateway.enter())))
    visitor.page.wait_for_selector(SCREEN)
    machine.ask("clear")
    visitor.page.hover(SCREEN)
    wait_for_keys(visitor, lambda: shift_came(machine))
    for character in "spice html5\n":
        visitor.page.keyboard.type(character)
        machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS[code_of(character)], value=0)
    assert machine.next_report("typed") == "spice html5"
    expected = drawn_pattern(machine, 192)
    wait_until_equal(lambda: canvas_pixels(visitor.page, SCREEN), expected, "spice-html5")


def test_ticket_opens_one_session_only(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, browser: Browser
) -> None:
    site = cleanup.enter_context(StaticSite(SPICE_HTML5))
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))
    gateway = gateway_for(machine, "--allowed-origin", site.origin)
    opened = address(site, gateway, gateway.ticket(gateway.enter()))
    first = cleanup.enter_context(Visitor(browser))
    first.page.goto(opened)
    first.page.wait_for_selector(SCREEN)
    second = cleanup.enter_context(Visitor(browser))
    refusal = f"link error {LinkErr.PERMISSION_DENIED:d}"
    with second.page.expect_console_message(lambda message: refusal in message.text):
        second.page.goto(opened)


def wait_for_keys(visitor: Visitor, came: Callable[[], bool]) -> None:
    """Until keys arrive: spice-html5 drops those that come before its INPUTS channel is open."""
    for _ in ticks(PATIENCE, 0):
        visitor.page.keyboard.press("Shift")
        for _ in ticks(1):
            if came():
                return
    raise TimeoutError(f"no key arrives; its console: {list(visitor.console)}")


def shift_came(machine: LinuxQemu) -> bool:
    try:
        machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS["ShiftLeft"], value=0, timeout=0.5)
    except TimeoutError:
        return False
    return True


def address(site: StaticSite, gateway: Gateway | DemoGateway, console_ticket: str, machine: str = MACHINE) -> str:
    """spice-html5's page, told to connect through the gateway."""
    where = {"host": "127.0.0.1", "port": gateway.port, "path": f"ws/{machine}", "password": console_ticket}
    return f"{site.origin}/spice_auto.html?{urlencode(where)}"
