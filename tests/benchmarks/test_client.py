"""The measuring client of the benchmarks: what it counts, and how it reports streams."""

from __future__ import annotations

import asyncio

import numpy as np

from benchmarks.core.channels import DRAWINGS
from benchmarks.core.client import Address, Client, Received
from benchmarks.core.scenes import Box
from benchmarks.core.stream_report import Clock, StreamWatch
from gateway.server.display.region import Rect
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import KeyboardInterface, QXLInterface
from gateway.spice import codec
from gateway.spice.enums import ClipType, StreamFlags, VideoCodecType
from gateway.spice.messages import display, shapes
from gateway.spice.wire import Message
from tests.serving_core import ServingCore

PASSWORD = "a secret"
AREA = Box(40, 40, 56, 56)
STREAM = 3


class Screen(QXLInterface):
    def on_attached(self, worker: QXLWorker) -> None:
        self.surface = worker.create_primary_surface(320, 200)


class Keys(KeyboardInterface):
    """Each key that goes down shows a block within `AREA`."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def push_scan_code(self, code: int) -> None:
        if code < 0x80:
            self._screen.surface.copy(Rect(*AREA), np.full((16, 16, 4), 200, np.uint8))


def watch_a_key(port: int) -> tuple[float, Received]:
    with Client(Address(port, PASSWORD)) as client:
        client.pump(lambda: client.display.counts["surface_create"] == 1)
        before = client.received()
        return client.key_to_picture(AREA), client.received().since(before)


async def test_client_sees_the_picture_that_answers_its_key() -> None:
    async with ServingCore(password=PASSWORD) as core:
        screen = Screen()
        core.server.add_interface(screen)
        core.server.add_interface(Keys(screen))
        seconds, found = await asyncio.to_thread(watch_a_key, core.port)
    assert seconds > 0
    assert found.updates == 1
    assert found.octets > 0


def test_drawings_are_the_messages_that_begin_with_a_box() -> None:
    assert {104, 302, 304, 318} <= DRAWINGS
    assert not DRAWINGS & {101, 122, 123, 314}


class Server:
    """A stream that asked for reports, and what it was told."""

    def __init__(self, window: int, timeout: int) -> None:
        self.time = 100.0
        self.reports: list[Message] = []
        clock = Clock(lambda: self.time)
        clock.set(5000)
        self.watch = StreamWatch(clock, self.reports.append)
        everywhere = shapes.Rect(top=0, left=0, bottom=720, right=1280)
        size = (1280, 720, 1280, 720)
        self._tell("stream_create", display.StreamCreate(
            0, STREAM, StreamFlags.TOP_DOWN, VideoCodecType.VP8, 0, *size, everywhere, shapes.Clip(ClipType.NONE)
        ))  # fmt: skip
        self._tell("stream_activate_report", display.StreamActivateReport(STREAM, 77, window, timeout))

    def _tell(self, name: str, message: Message) -> None:
        self.watch.on_message(name, codec.marshal(message))

    def show(self, at: int) -> None:
        self._tell("stream_data", display.StreamData(display.StreamDataHeader(STREAM, at), b"a picture"))


def test_client_reports_a_stream_after_as_many_pictures_as_asked_for() -> None:
    server = Server(window=2, timeout=10_000)
    server.show(5040)
    assert not server.reports
    server.show(5080)
    assert server.reports == [display.StreamReport(STREAM, 77, 5040, 5080, 2, 0, 80, 0xFFFFFFFF)]
    assert server.watch.frames == {"VP8": 2}


def test_client_reports_a_stream_when_the_time_is_over() -> None:
    server = Server(window=100, timeout=500)
    server.show(5040)
    server.time += 0.5
    server.show(5600)
    assert len(server.reports) == 1


def test_client_reports_three_late_pictures_at_once() -> None:
    server = Server(window=100, timeout=10_000)
    for at in (4990, 4991, 4992):
        assert not server.reports
        server.show(at)
    assert server.reports == [display.StreamReport(STREAM, 77, 4990, 4992, 3, 3, -8, 0xFFFFFFFF)]
    assert server.watch.late == 3
