"""Chromium's canvas equals spice-gtk's picture of the same still QEMU screen, pixel for pixel."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.guest import pattern
from tests.e2e.oracle import screenshot
from tests.e2e.picture import Pixels, colours
from tests.e2e.qemu import FirmwareQemu, Vga

pytestmark = pytest.mark.e2e

VGAS: list[Vga] = ["qxl", "std"]
COMPRESSIONS = ["auto_glz", "auto_lz", "quic", "glz", "lz", "off"]
#: From this row down the guest's screen shows `guest/pattern.py`, above it console text that has scrolled.
PICTURE_FROM = 192


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("vga", VGAS)
def test_viewer_shows_the_firmware_screen_as_spice_gtk_does(
    vga: Vga, compression: str, tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(FirmwareQemu(tmp_path / "qemu", vga, compression))
    gateway = gateway_for(machine)
    machine.wait_for_screen()
    viewer.open(gateway.link)
    machine.freeze()
    expected = screenshot(machine.port, machine.password)
    assert colours(expected) > 1
    viewer.wait_until_shows(expected, f"firmware-{vga}-{compression}")
    assert viewer.complaints == []


@pytest.mark.parametrize("compression", [*COMPRESSIONS, "zlib-glz"])
@pytest.mark.parametrize("vga", VGAS)
def test_viewer_follows_the_linux_guest_as_it_draws_and_scrolls(
    vga: Vga, compression: str, tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor,
    viewer: Viewer,
) -> None:  # fmt: skip
    option, extra = ("glz", ",zlib-glz-wan-compression=always") if compression == "zlib-glz" else (compression, "")
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", vga, option, spice=extra))
    gateway = gateway_for(machine)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    machine.ask("clear")
    machine.ask("lines 100")
    machine.ask(f"picture {PICTURE_FROM}")
    machine.freeze()
    expected = screenshot(machine.port, machine.password)
    assert np.array_equal(expected[PICTURE_FROM:], _pattern()[PICTURE_FROM:]), "the guest drew something else"
    viewer.wait_until_shows(expected, f"linux-{vga}-{compression}")
    assert viewer.complaints == []


def _pattern() -> Pixels:
    bgrx = np.frombuffer(pattern.picture(), np.uint8).reshape(pattern.HEIGHT, pattern.WIDTH, 4)
    return bgrx[:, :, 2::-1]
