"""A video on a machine of our core plays in spice-gtk, with every codec that it decodes, and ends exactly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.codecs.image import Pixels
from gateway.server.channels.display import DisplayClient
from gateway.server.display.region import Rect
from gateway.spice.enums import ChannelType, VideoCodecType
from tests.codecs.image.scenes import desktop, photo
from tests.e2e import picture
from tests.e2e.core_machine import CoreMachine
from tests.e2e.program import PATIENCE, ticks
from tests.e2e.screens import Screen
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 640, 480
BOX = Rect.at(100, 80, 320, 240)
FPS = 30
BIT, BITS = 16, 8
"""A frame's number stands in its corner, in squares of so many pixels."""

MOST = 1 << BITS
ENOUGH = 20
"""Frames of one stream that are looked at."""

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


class Film:
    """Frame after frame, until somebody has `seen_enough`."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.streamed_from: int | None = None
        """The count of the first frame of a stream at the only client; None: there is none (yet)."""
        self.played = 0
        self.seen_enough = False

    async def play(self) -> None:
        while not self.seen_enough:
            self.screen.surface.copy(BOX, frame(self.played % MOST))
            self.played += 1
            await asyncio.sleep(1 / FPS)
            if not self._streams():
                self.streamed_from = None
            elif self.streamed_from is None:
                self.streamed_from = self.played

    def count_of(self, number: int) -> int:
        """Of the latest frame with this number."""
        return self.played - 1 - (self.played - 1 - number) % MOST

    def _streams(self) -> bool:
        display = self.screen.machine.server.find_channel(ChannelType.DISPLAY, 0)
        assert display is not None
        accounts = [client.account for client in display.clients if isinstance(client, DisplayClient)]
        return any(shown.streamed for account in accounts for shown in account.pictures.values())


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
        film = Film(screen)
        playing = machine.begin(film.play())
        differences = watch(person, film)
        film.seen_enough = True
        playing.result(PATIENCE)
        person.wait_until_shows(screen.pixels(), f"video-{codec.name}")
    assert np.median(differences) > 0, "these are no stream's frames: each is exact"
    assert max(differences) < NEAR, "these are not the machine's frames"


def watch(person: SpiceGtk, film: Film) -> list[float]:
    """How much the frames of one stream differ from the machine's."""
    differences: dict[int, float] = {}
    start = None
    for _ in ticks(PATIENCE, 0):
        person.expect("display-invalidate", x=BOX.left, y=BOX.top)
        shown = seen(person)
        number = number_of(shown)
        if film.streamed_from != start:
            start, differences = film.streamed_from, {}
        if start is not None and (count := film.count_of(number)) >= start:
            differences[count] = float(np.abs(shown.astype(int) - frame(number)[:, :, 2::-1]).mean())
        if len(differences) >= ENOUGH:
            return list(differences.values())
    raise AssertionError(f"only {len(differences)} frames of a stream came")
