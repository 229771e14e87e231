"""Real X programs on Xspice's 1920×1080 screen, seen and used in Chromium."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor
from tests.e2e.guest import pattern
from tests.e2e.keys import Keyboard
from tests.e2e.oracle import screenshot
from tests.e2e.picture import colours
from tests.e2e.program import PATIENCE, ticks
from tests.e2e.xspice import HEIGHT, WIDTH, Xspice

pytestmark = pytest.mark.e2e

XTERM = ("xterm", "-fn", "fixed")
COMPRESSIONS = ["auto_glz", "auto_lz", "quic", "glz", "lz", "off"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_viewer_shows_x_programs_as_spice_gtk_does(
    compression: str, tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    screen = cleanup.enter_context(Xspice(tmp_path / "xspice", compression))
    gateway = gateway_for(screen)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    _draw(screen, tmp_path)
    screen.freeze()
    shown = viewer.wait_until_agrees(lambda: screenshot(screen), f"xspice-{compression}")
    assert shown.shape == (HEIGHT, WIDTH, 3)
    assert colours(shown) > 1000
    assert viewer.complaints == []


def test_typed_text_reaches_an_x_program(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    screen = cleanup.enter_context(Xspice(tmp_path / "xspice"))
    gateway = gateway_for(screen)
    typed = tmp_path / "typed"
    screen.show(*XTERM, "-geometry", "80x24+0+0", "-e", "sh", "-c", f"read -r line; echo $line > {typed}")
    _wait_for_window(screen, "xterm")
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.wait_for_input()
    viewer.page.mouse.move(*viewer.point(100, 100))
    _wait_for_pointer(screen, 100, 100)
    viewer.page.mouse.click(*viewer.point(100, 100))
    Keyboard(viewer.page).type("From the Browser: 100%\n")
    screen.wait_until("the typed line", lambda: typed.exists() and typed.read_text() == "From the Browser: 100%\n")


def test_pointer_reaches_the_exact_pixel_of_the_x_screen(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    screen = cleanup.enter_context(Xspice(tmp_path / "xspice"))
    gateway = gateway_for(screen)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.wait_for_input()
    box = viewer.canvas_box()
    assert box["width"] < WIDTH, "the picture is scaled"
    for part_x, part_y in ((0.02, 0.03), (0.5, 0.5), (0.97, 0.95)):
        left, top = round(box["x"] + part_x * box["width"]), round(box["y"] + part_y * box["height"])
        viewer.page.mouse.move(left, top)
        x = int((left - box["x"]) * WIDTH / box["width"])
        y = int((top - box["y"]) * HEIGHT / box["height"])
        _wait_for_pointer(screen, x, y)


def _draw(screen: Xspice, home: Path) -> None:
    """A clock, an image, a terminal that scrolls, and a window that is moved."""
    image = home / "pattern.png"
    rows = pattern.picture()
    Image.frombytes("RGB", (pattern.WIDTH, pattern.HEIGHT), rows, "raw", "BGRX").save(image)
    done = home / "done"
    screen.show("xclock", "-geometry", "300x300+1500+50")
    screen.show("display", "-geometry", "+700+200", str(image))
    lines = "for n in $(seq 300); do echo $n the quick brown fox jumps over the lazy dog; done"
    script = f"{lines}; touch {done}; exec sleep 600"
    screen.show(*XTERM, "-geometry", "100x50+20+20", "-bg", "navy", "-fg", "wheat", "-e", "sh", "-c", script)
    for name in ("xclock", "display", "xterm"):
        _wait_for_window(screen, name)
    screen.wait_until("the terminal's last line", done.exists)
    for step in range(0, 200, 20):
        _xdotool(screen, "search", "--sync", "--class", "xterm", "windowmove", "--sync", str(40 + step), str(60 + step))


def _wait_for_window(screen: Xspice, name: str) -> None:
    _xdotool(screen, "search", "--sync", "--onlyvisible", "--class", name)


def _wait_for_pointer(screen: Xspice, x: int, y: int) -> None:
    found = ""
    for _ in ticks(PATIENCE):
        found = _xdotool(screen, "getmouselocation")
        if found.startswith(f"x:{x} y:{y} "):
            return
    raise AssertionError(f"the pointer is at {found}, expected x:{x} y:{y}")


def _xdotool(screen: Xspice, *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments],
        env={"DISPLAY": screen.display, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout
