"""Chromium's canvas equals spice-gtk's picture of the same still QEMU screen, pixel for pixel."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.browser import Viewer, wait_until_equal
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.oracle import drawn_pattern, screenshot
from tests.e2e.picture import Pixels, colours
from tests.e2e.qemu import FirmwareQemu, LinuxQemu, Vga

pytestmark = pytest.mark.e2e

VGAS: list[Vga] = ["qxl", "std"]
COMPRESSIONS = ["auto_glz", "auto_lz", "quic", "glz", "lz", "off"]
#: What must have come where the choice leaves none.
IMAGE_TYPES = {
    "quic": "QUIC", "glz": "GLZ_RGB", "zlib-glz": "ZLIB_GLZ_RGB", "lz": "LZ_RGB", "off": "BITMAP", "lz4": "LZ4",
}  # fmt: skip
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
    shown = viewer.wait_until_agrees(lambda: screenshot(machine), f"firmware-{vga}-{compression}")
    assert colours(shown) > 1
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
    _draw_and_compare(machine, viewer, f"linux-{vga}-{compression}")
    if compression in IMAGE_TYPES:
        viewer.wait_for_image_type(IMAGE_TYPES[compression])


@pytest.mark.parametrize("vga", VGAS)
def test_viewer_that_prefers_lz4_gets_and_shows_it(
    vga: Vga, tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", vga, "off"))
    gateway = gateway_for(machine)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.prefer_compression("lz4")
    _draw_and_compare(machine, viewer, f"linux-{vga}-lz4")
    viewer.wait_for_image_type(IMAGE_TYPES["lz4"])


@pytest.mark.parametrize("vga", VGAS)
def test_what_is_on_the_page_is_what_spice_gtk_shows(
    vga: Vga, tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, exact: Viewer
) -> None:
    """The canvas itself, photographed: the other tests read the surface that is presented on it."""
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", vga))
    gateway = gateway_for(machine)
    exact.open(gateway.link)
    exact.wait_for_first_frame()
    expected = _draw_and_compare(machine, exact, f"surface-{vga}")
    exact.hide_all_but_the_picture()
    wait_until_equal(exact.photograph, expected, f"page-{vga}")


def _draw_and_compare(machine: LinuxQemu, viewer: Viewer, name: str) -> Pixels:
    """Has the guest scroll and draw while the viewer watches; the picture that both show in the end."""
    machine.ask("clear")
    machine.ask("lines 100")
    expected = drawn_pattern(machine, PICTURE_FROM)
    viewer.wait_until_shows(expected, name)
    assert viewer.complaints == []
    return expected
