"""What a person sees on the canvas is what the viewer says the machine shows, in every pixel."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.browser import Viewer, wait_until_equal
from tests.e2e.conftest import GatewayFor
from tests.e2e.oracle import screenshot
from tests.e2e.picture import colours
from tests.e2e.program import ticks
from tests.e2e.xspice import Xspice

pytestmark = pytest.mark.e2e


def test_the_canvas_shows_what_x_programs_draw_on_the_screen_and_on_surfaces(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    screen = cleanup.enter_context(Xspice(tmp_path / "xspice"))
    viewer.open(gateway_for(screen).link)
    viewer.wait_for_first_frame()
    screen.show("xclock", "-geometry", "200x200+900+50", "-update", "1")
    screen.show("xlogo", "-render", "-geometry", "300x300+1500+100")
    screen.show("xterm", "-geometry", "100x40+20+20", "-e", "sh", "-c", "ls -la /usr/bin | head -300; sleep 100")
    for _ in ticks(30, 0.5):
        if "SURFACE" in viewer.counters().get("byType", {}):
            break
    screen.freeze()
    expected = viewer.wait_until_agrees(lambda: screenshot(screen), "presented-snapshot")
    assert colours(expected) > 3
    wait_until_equal(viewer.presented, expected, "presented-canvas")
