"""The worked example runs as it stands."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from gateway.spice.enums import ChannelType
from gateway.spice.limits import GLZ_WINDOW_PIXELS, IMAGE_CACHE_PIXELS
from gateway.spice.messages.display import Init, SurfaceCreate
from gateway.spice.messages.draw import DrawCopy
from tests.serving_core import CoreClient

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "clock.py"


async def test_clock_is_seen_by_a_client() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), "0"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = urlsplit(process.stdout.readline().strip()).port
        assert port is not None
        async with CoreClient(port) as client:
            display = await (await client.begin()).link(ChannelType.DISPLAY, acks=True)
            await display.send(Init(1, IMAGE_CACHE_PIXELS, 1, GLZ_WINDOW_PIXELS))
            surface = await display.wait_for(SurfaceCreate)
            assert (surface.width, surface.height) == (320, 120)
            await display.wait_for(DrawCopy)
    finally:
        process.kill()
        process.communicate()


def test_clock_stays_a_short_example() -> None:
    text = EXAMPLE.read_text()
    start = next(node.lineno for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    assert len([line for line in text.splitlines()[start - 1 :] if line.strip()]) <= 40
