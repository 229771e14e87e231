"""A video on a machine of our core plays in spice-gtk, with every codec that it decodes, and ends exactly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.codecs.image import Pixels
from gateway.server.display.region import Rect
from gateway.spice.enums import VideoCodecType
from tests.codecs.image.scenes import desktop, photo
from tests.e2e import picture
from tests.e2e.core_machine import CoreMachine
from tests.e2e.screens import Screen
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 640, 480
BOX = Rect.at(100, 80, 320, 240)
FPS = 30
BIT, BITS = 16, 8
"""A frame's number stands in its corner, in squares of so many pixels."""

FRAMES = 90
LATEST_START = 35
"""The number of the frame from which on there is a stream; until then there are pictures."""

CODECS = [VideoCodecType.MJPEG, VideoCodecType.VP8, VideoCodecType.VP9, VideoCodecType.H264]
NEAR = 12.0
"""Of 255: how much a decoded frame may differ from the machine's, on average."""


def frame(number: int) -> Pixels:
    """A photograph that moves, with its number."""
    pixels = np.roll(photo(BOX.width, BOX.height), 5 * number, axis=1).copy()
    for bit in range(BITS):
        pixels[:BIT, bit * BIT : (bit + 1) * BIT] = 255 if number >> bit & 1 else 0
    return pixels


def number_of(shown: picture.Pixels) -> int:
    squares = shown[4 : BIT - 4, : BITS * BIT].reshape(BIT - 8, BITS, BIT, 3)[:, :, 4:-4].mean(axis=(0, 2, 3))
    return sum(1 << bit for bit in range(BITS) if squares[bit] > 127)


async def play(screen: Screen) -> None:
    for number in range(FRAMES):
        screen.surface.copy(BOX, frame(number))
        await asyncio.sleep(1 / FPS)


def seen(person: SpiceGtk) -> picture.Pixels:
    shown = person.picture()
    assert shown is not None
    return shown[BOX.slices]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name.lower())
def test_video_plays_and_its_last_picture_becomes_exact(codec: VideoCodecType, machine: CoreMachine) -> None:
    screen = Screen(machine, WIDTH, HEIGHT)
    screen.draw(desktop(WIDTH, HEIGHT))
    with SpiceGtk(**machine.way_in) as person:
        person.opened("display").wait_until_shows(screen.pixels(), "video-before")
        person.do("prefer_codec", kind=int(codec))
        playing = machine.begin(play(screen))
        differences: dict[int, float] = {}
        while not playing.done():
            person.expect("display-invalidate", x=BOX.left, y=BOX.top)
            shown = seen(person)
            number = number_of(shown)
            differences[number] = float(np.abs(shown.astype(int) - frame(number)[:, :, 2::-1]).mean())
        person.wait_until_shows(screen.pixels(), f"video-{codec.name}")
    streamed = [difference for number, difference in differences.items() if number > LATEST_START]
    assert len(streamed) >= 10, "a busy computer shows fewer of them, but it shows some (benchmarks/core counts all)"
    assert np.median(streamed) > 0, "these are no stream's frames: each is exact"
    assert max(streamed) < NEAR, "these are not the machine's frames"
