"""Every drawing operation, mixed at random, drawn as spice-gtk draws it: pixel for pixel."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.spice.enums import SurfaceFmt
from tests.e2e.browser import Viewer
from tests.e2e.drawing_machine import DrawingMachine, Scribble
from tests.e2e.gateway import Gateway
from tests.e2e.oracle import screenshot
from tests.e2e.program import PATIENCE, ticks

pytestmark = pytest.mark.e2e

DRAWINGS = 150


@pytest.mark.parametrize("seed", range(1, 4))
@pytest.mark.parametrize("revealed", ["colours", "colours of ARGB", "alpha of ARGB"])
def test_viewer_draws_every_operation_as_spice_gtk_does(
    seed: int, revealed: str, tmp_path: Path, cleanup: ExitStack, viewer: Viewer
) -> None:
    scribble = Scribble(seed, SurfaceFmt.FMT_32_ARGB if "ARGB" in revealed else SurfaceFmt.FMT_32_xRGB)
    messages = scribble.messages(scribble.kinds, DRAWINGS, alpha="alpha" in revealed)
    machine = cleanup.enter_context(DrawingMachine(messages))
    gateway = cleanup.enter_context(Gateway(tmp_path / "gateway", machine.url, machine.password))
    expected = screenshot(machine)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.wait_until_shows(expected, f"drawing-{revealed.replace(' ', '-')}-{seed}")
    counters = next(said for _ in ticks(PATIENCE, 0.2) if (said := viewer.counters()).get("updates"))
    assert (counters["ignored"], counters["unknown"]) == ({}, {})
    assert viewer.complaints == []
