"""The viewer's own controls, used by a person with a keyboard, in front of the Linux guest."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.keys import EV_KEY, LINUX_KEYS, Keyboard
from tests.e2e.program import established, wait_for
from tests.e2e.qemu import LinuxQemu

pytestmark = pytest.mark.e2e

KEYBOARD = "keyboard"
CHANNELS = 5
"""MAIN, DISPLAY, INPUTS, CURSOR and PLAYBACK."""


@pytest.fixture
def machine(tmp_path: Path, cleanup: ExitStack, guests: SavedGuests) -> LinuxQemu:
    return cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))


@pytest.fixture
def opened(machine: LinuxQemu, gateway_for: GatewayFor, viewer: Viewer) -> Viewer:
    viewer.open(gateway_for(machine).link)
    viewer.wait_for_first_frame()
    viewer.wait_for_input()
    return viewer


def button(viewer: Viewer, name: str) -> Locator:
    return viewer.page.get_by_role("button", name=name, exact=True)


def test_picture_has_the_keyboard_from_the_beginning(machine: LinuxQemu, opened: Viewer) -> None:
    expect(opened.page.get_by_role("application")).to_be_focused()
    Keyboard(opened.page).press("KeyQ")
    assert machine.next_event(KEYBOARD, EV_KEY, value=1).code == LINUX_KEYS["KeyQ"]


def test_toolbar_is_opened_walked_and_left_by_keyboard(opened: Viewer) -> None:
    toolbar = opened.page.get_by_role("toolbar")
    expect(toolbar).to_be_hidden()
    Keyboard(opened.page).chord("ControlLeft", "AltLeft", "ShiftLeft")
    expect(button(opened, "Ctrl")).to_be_focused()
    opened.page.keyboard.press("ArrowRight")
    expect(button(opened, "Alt")).to_be_focused()
    opened.page.keyboard.press("End")
    expect(button(opened, "Disconnect")).to_be_focused()
    opened.page.keyboard.press("ArrowRight")
    expect(button(opened, "Ctrl")).to_be_focused()
    opened.page.keyboard.press("Escape")
    expect(toolbar).to_be_hidden()
    expect(opened.page.get_by_role("application")).to_be_focused()


def test_key_held_from_the_toolbar_stays_down_until_it_is_let_go(machine: LinuxQemu, opened: Viewer) -> None:
    button(opened, "Open the toolbar").click()
    button(opened, "Ctrl").click()
    machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS["ControlLeft"], value=1)
    expect(button(opened, "Ctrl")).to_have_attribute("aria-pressed", "true")
    Keyboard(opened.page).press("KeyL")
    machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS["KeyL"], value=0)
    button(opened, "Ctrl").click()
    machine.next_event(KEYBOARD, EV_KEY, LINUX_KEYS["ControlLeft"], value=0)


def test_person_who_disconnects_is_offered_to_reconnect_on_the_same_page(machine: LinuxQemu, opened: Viewer) -> None:
    # Chromium complains of WebSockets that are closed before they are open.
    wait_for("all channels", lambda: established(machine.port) == CHANNELS)
    opened.page.evaluate("window.untouched = true")
    button(opened, "Open the toolbar").click()
    button(opened, "Disconnect").click()
    expect(opened.page.get_by_role("alert").filter(visible=True)).to_have_text("Disconnected.")
    expect(opened.page.get_by_role("link", name="Home")).to_be_visible()
    expect(button(opened, "Reconnect")).to_be_focused()
    opened.page.keyboard.press("Enter")
    expect(opened.page.locator("spice-viewer[data-state=connected]")).to_be_visible()
    assert opened.page.evaluate("window.untouched") is True
    assert opened.complaints == []


def test_every_control_says_what_it_is(opened: Viewer) -> None:
    button(opened, "Open the toolbar").click()
    expect(button(opened, "Disconnect")).to_be_visible()
    names = [control.inner_text() or control.get_attribute("aria-label") for control in _controls(opened)]
    assert len(names) == len(set(names)) >= 13
    assert all(names)


def _controls(viewer: Viewer) -> list[Locator]:
    return viewer.page.get_by_role("button").all()
