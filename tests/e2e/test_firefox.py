"""Firefox shows what Chromium shows."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.browser import wait_until_equal
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.firefox import FirefoxViewer
from tests.e2e.oracle import drawn_pattern

pytestmark = pytest.mark.e2e


def test_firefox_shows_the_linux_guest_as_spice_gtk_does(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))
    gateway = gateway_for(machine)
    viewer = cleanup.enter_context(FirefoxViewer(tmp_path / "firefox", gateway.link))
    machine.ask("clear")
    machine.ask("lines 100")
    expected = drawn_pattern(machine, 192)
    wait_until_equal(viewer.snapshot, expected, "firefox")
