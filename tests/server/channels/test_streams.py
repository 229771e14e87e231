"""DISPLAY's streams: what keeps changing is sent as video, to each client in a codec that it plays."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.server.display.region import Rect
from gateway.server.display.surface import Surface
from gateway.server.display.videos import STALLED
from gateway.spice.enums import DisplayCap, VideoCodecType
from gateway.spice.messages import display, draw
from gateway.spice.messages.display import StreamReport
from tests.screen import LinkedScreen
from tests.server.channels.test_display import LZ4, adapter_of, scribble
from tests.stepped_core import SteppedCore, SteppedServingCore

BOX = Rect.at(32, 16, 160, 128)
MULTI: list[int] = [*LZ4, DisplayCap.MULTI_CODEC, DisplayCap.STREAM_REPORT]
CODEC_CAPS = {
    VideoCodecType.MJPEG: DisplayCap.CODEC_MJPEG,
    VideoCodecType.VP8: DisplayCap.CODEC_VP8,
    VideoCodecType.VP9: DisplayCap.CODEC_VP9,
    VideoCodecType.H264: DisplayCap.CODEC_H264,
}
ALL_CODECS: list[int] = [*MULTI, *CODEC_CAPS.values()]


class Film:
    """A film of 30 pictures a second that runs in a window of the machine's screen."""

    def __init__(self, core: SteppedCore, surface: Surface) -> None:
        self.surface = surface
        self._core = core
        self._number = 0

    def show(self, *visible: Rect, box: Rect = BOX) -> None:
        """Draw the next picture where it is visible."""
        self._core.advance(1 / 30)
        self._number += 1
        y, x = np.mgrid[0 : box.height, 0 : box.width]
        waves = [np.sin((x + 3 * self._number) / 17), np.sin((y - self._number) / 23), np.sin((x + y) / 31)]
        picture = np.stack([*(128 + 100 * wave for wave in waves), np.zeros(x.shape)], axis=2).astype(np.uint8)
        for rect in visible or (box,):
            self.surface.pixels[rect.slices] = picture[rect.moved(-box.left, -box.top).slices]
        self.surface.damage(*(visible or (box,)), box=box)

    async def until_stream(self, screen: LinkedScreen) -> display.StreamCreate:
        """Run until the client is told of a stream."""
        while True:
            self.show()
            while not isinstance(message := await screen.step(), draw.DrawCopy | display.StreamCreate):
                pass
            if isinstance(message, display.StreamCreate):
                return message

    async def run(self, screen: LinkedScreen, pictures: int, *visible: Rect) -> None:
        """So many pictures, each of which comes as a frame."""
        for _ in range(pictures):
            self.show(*visible)
            await screen.until(display.StreamData)

    async def stop(self, screen: LinkedScreen) -> None:
        """Stand still until the client is told that there is no video any more."""
        self._core.advance(2 * STALLED)
        await screen.until(display.StreamDestroy)


@pytest.mark.parametrize("codec", list(CODEC_CAPS))
async def test_video_is_played_in_the_codec_that_the_client_has(codec: VideoCodecType) -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        scribble(surface)
        screen = await LinkedScreen.open(await client.begin(), caps=[*MULTI, CODEC_CAPS[codec]])
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        create = await film.until_stream(screen)
        assert create.codec_type is codec
        await screen.until(display.StreamData)
        await film.run(screen, 10)
        (stream,) = screen.streams.values()
        assert stream.times == sorted(stream.times) and len(stream.times) == 11
        now = core.server.mm_time()
        assert now < stream.times[-1] < now + 500
        assert screen.error(surface) < 8
        await film.stop(screen)
        await screen.until_equal(surface)
    kinds = [type(message) for message in screen.seen]
    during = kinds[kinds.index(display.StreamCreate) : kinds.index(display.StreamDestroy)]
    assert draw.DrawCopy not in during


async def test_client_chooses_among_codecs() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=ALL_CODECS)
        film = Film(core.core, surface)
        assert (await film.until_stream(screen)).codec_type is VideoCodecType.H264
        await screen.channel.send(display.PreferredVideoCodecType([VideoCodecType.H265, VideoCodecType.VP8]))
        assert (await screen.until(display.StreamDestroy)).id == 0
        assert (await film.until_stream(screen)).codec_type is VideoCodecType.VP8


async def test_old_client_is_sent_mjpeg_and_asked_for_no_reports() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        assert (await film.until_stream(screen)).codec_type is VideoCodecType.MJPEG
        await film.run(screen, 3)
        (stream,) = screen.streams.values()
        assert stream.report_id is None


async def test_what_hangs_over_a_video_is_clipped_out_of_it_and_exact() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=[*MULTI, DisplayCap.CODEC_VP8])
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        await film.until_stream(screen)
        await film.run(screen, 3)
        menu = Rect.at(100, 40, 60, 50)
        screen.seen.clear()
        surface.fill(menu, 0x112233)
        while draw.DrawFill not in map(type, screen.seen):
            await screen.step()
        kinds = [type(message) for message in screen.seen]
        assert kinds.index(display.StreamClip) < kinds.index(draw.DrawFill), "no late frame is drawn over the menu"
        around = [
            Rect(BOX.left, BOX.top, BOX.right, menu.top),
            Rect(BOX.left, menu.top, menu.left, menu.bottom),
            Rect(menu.right, menu.top, BOX.right, menu.bottom),
            Rect(BOX.left, menu.bottom, BOX.right, BOX.bottom),
        ]
        (stream,) = screen.streams.values()
        assert stream.visible == around
        await film.run(screen, 3, *around)
        assert (screen.primary[menu.slices] == 0x112233).all()
        assert screen.error(surface) < 8
        await film.run(screen, 1)
        while stream.visible != [BOX]:  # the frame may have been an earlier one's
            await screen.step()


async def test_reports_of_the_client_are_heeded() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=[*MULTI, DisplayCap.CODEC_VP8])
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        await film.until_stream(screen)
        await film.run(screen, 2)
        (stream,) = screen.streams.values()
        assert stream.report_id is not None
        before = stream.times[-1] - core.server.mm_time()
        await screen.channel.send(StreamReport(0, stream.report_id, 0, 0, 5, 0, -300, 0))
        while stream.times[-1] - core.server.mm_time() < before + 200:
            await film.run(screen, 1)


async def test_client_that_cannot_play_a_stream_gets_another_codec_and_at_last_pixels() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        caps: list[int] = [*MULTI, DisplayCap.CODEC_VP8, DisplayCap.CODEC_MJPEG]
        screen = await LinkedScreen.open(await client.begin(), caps=caps)
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        for codec in (VideoCodecType.VP8, VideoCodecType.MJPEG):
            create = await film.until_stream(screen)
            assert create.codec_type is codec
            await screen.channel.send(StreamReport(create.id, 0, 0, 0, 0, 0xFFFFFFFF, 0, 0))
            await screen.until(display.StreamDestroy)
        await screen.until_equal(surface)
        film.show()
        await screen.until_equal(surface)
        assert not screen.streams


async def test_late_reports_of_a_stream_that_could_not_be_played_do_not_end_the_next() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        caps: list[int] = [*MULTI, DisplayCap.CODEC_VP8, DisplayCap.CODEC_MJPEG]
        screen = await LinkedScreen.open(await client.begin(), caps=caps)
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        create = await film.until_stream(screen)
        unplayable = StreamReport(create.id, 0, 0, 0, 0, 0xFFFFFFFF, 0, 0)
        await screen.channel.send(unplayable)
        await screen.until(display.StreamDestroy)
        assert (await film.until_stream(screen)).codec_type is VideoCodecType.MJPEG
        for _ in range(5):
            await screen.channel.send(unplayable)
            await film.run(screen, 1)


async def test_streams_end_before_their_surface() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        surface = worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=[*MULTI, DisplayCap.CODEC_VP8])
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        await film.until_stream(screen)
        await film.run(screen, 2)
        larger = worker.create_primary_surface(400, 300)
        await screen.until(display.StreamDestroy)
        await screen.until(display.SurfaceDestroy)
        await screen.until_equal(larger)


@pytest.mark.parametrize("sized", [True, False])
async def test_video_whose_window_is_moved_goes_on(sized: bool) -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        caps: list[int] = [*MULTI, DisplayCap.CODEC_VP8, *([DisplayCap.SIZED_STREAM] if sized else [])]
        screen = await LinkedScreen.open(await client.begin(), caps=caps)
        await screen.until(display.Mark)
        film = Film(core.core, surface)
        await film.until_stream(screen)
        await film.run(screen, 3)
        for step in range(1, 4):
            surface.pixels[BOX.moved(8 * step - 8, 0).slices] = 90
            film.show(box=BOX.moved(8 * step, 0))
            surface.damage(BOX.moved(8 * step - 8, 0))
            await screen.until(display.StreamDataSized if sized else display.StreamCreate)
        film.show(box=BOX.moved(24, 0))
        await screen.until(display.StreamDataSized if sized else display.StreamData)
        assert screen.error(surface) < 8
        uncovered = Rect.at(BOX.left, BOX.top, 24, BOX.height)
        while not (screen.primary[uncovered.slices] & 0xFF == 90).all():
            await screen.step()
        assert screen.streams
        await film.stop(screen)
        await screen.until_equal(surface)


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_is_drawn_about_a_video_all_is_exact_in_the_end(seed: int) -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=[*MULTI, DisplayCap.CODEC_VP8])
        await screen.until(display.Mark)
        film, random = Film(core.core, surface), np.random.default_rng(seed)
        await film.until_stream(screen)
        for _ in range(40):
            x, y, width, height, kind = (int(number) for number in random.integers(0, (260, 200, 100, 80, 4)))
            rect = Rect.at(x, y, width + 1, height + 1) & surface.bounds
            if kind == 0:
                surface.fill(rect, int(random.integers(1 << 24)))
            elif kind == 1:
                surface.copy_bits(rect, int(random.integers(300)), int(random.integers(220)))
            elif kind == 2:
                surface.pixels[rect.slices] = random.integers(0, 256, 4)
                surface.damage(rect)
            film.show()
            await screen.until(display.StreamData)
        await film.stop(screen)
        await screen.until_equal(surface)
