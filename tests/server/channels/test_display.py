"""DISPLAY: whatever the machine draws, every client comes to see it, to the pixel."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from gateway.codecs.image import Pixels
from gateway.server.channels.display import DisplayChannel, DisplayClient
from gateway.server.channels.main import MainClient
from gateway.server.display.ops import base, no_mask
from gateway.server.display.region import Rect
from gateway.server.display.sender import MOST_TOGETHER, MOST_WHOLE
from gateway.server.display.surface import Surface
from gateway.server.display.worker import Monitor, QXLWorker
from gateway.server.interfaces import QXLInterface
from gateway.spice.enums import (
    BitmapFlags,
    BitmapFmt,
    ChannelType,
    CompositeFlags,
    DisplayCap,
    ImageCompression,
    ImageFlags,
    ImageScaleMode,
    ImageType,
    Ropd,
    VideoCodecType,
)
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_PICTURE_OPS, MAX_PIPE_BYTES
from gateway.spice.messages import common, display, draw
from gateway.spice.messages.shapes import BinaryData, BitmapData, Image, ImageDescriptor, Point16
from gateway.spice.messages.shapes import Surface as SurfaceImage
from gateway.spice.wire import Message
from tests.screen import ImageStore, LinkedScreen
from tests.serving_core import ServingCore
from tests.stepped_core import SteppedServingCore

OFF = ImageCompression.OFF
LZ4: list[int] = [DisplayCap.LZ4_COMPRESSION, DisplayCap.MONITORS_CONFIG]


class Adapter(QXLInterface):
    """A display adapter whose machine is the test."""

    worker: QXLWorker

    def __init__(self, id_: int = 0) -> None:
        self.id = id_

    def on_attached(self, worker: QXLWorker) -> None:
        self.worker = worker


def adapter_of(core: ServingCore, id_: int = 0) -> Adapter:
    adapter = Adapter(id_)
    core.server.add_interface(adapter)
    return adapter


def scribble(surface: Surface, seed: int = 1) -> None:
    """Draw something that is neither of one colour nor a photograph."""
    scribble_unseen(surface, seed)
    surface.damage(surface.bounds)


def scribble_unseen(surface: Surface, seed: int) -> None:
    """The same, without saying so."""
    random = np.random.default_rng(seed)
    colours = random.integers(0, 256, (surface.height // 4 + 1, surface.width // 8 + 1, 4), np.uint8)
    surface.pixels[:] = np.kron(colours, np.ones((4, 8, 1), np.uint8))[: surface.height, : surface.width]


def bitmap_of(surface: Surface) -> draw.DrawCopy:
    """A drawing of all that is on a surface."""
    width, height, data = surface.width, surface.height, surface.pixels.tobytes()
    bitmap = BitmapData(BitmapFmt.FMT_32BIT, BitmapFlags.TOP_DOWN, width, height, width * 4, None, None, data)
    image = Image(ImageDescriptor(0, ImageType.BITMAP, ImageFlags(0), width, height), bitmap)
    copy = draw.Copy(image, surface.bounds.wire, Ropd.OP_PUT, ImageScaleMode.INTERPOLATE, no_mask())
    return draw.DrawCopy(base(surface.id, surface.bounds), copy)


async def test_client_begins_with_the_whole_picture() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        surface = worker.create_primary_surface(200, 100)
        scribble(surface)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        assert screen.shows(surface)
    kinds = [type(message) for message in screen.seen]
    assert kinds == [display.SurfaceCreate, display.MonitorsConfig, draw.DrawCopy, display.Mark]
    assert screen.monitors == display.MonitorsConfig(1, [display.Head(0, 0, 200, 100, 0, 0, 0)])


async def test_picture_larger_than_the_pipe_arrives() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(2400, 1600)
        surface.pixels[:] = np.random.default_rng(1).integers(0, 256, surface.pixels.shape, np.uint8)
        assert surface.pixels.nbytes > MAX_PIPE_BYTES
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        assert screen.shows(surface)


async def test_client_gets_only_what_changed() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(640, 480)
        scribble(surface)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        surface.pixels[100:110, 200:220, 0] ^= 0xFF
        surface.damage(surface.bounds)
        message = await screen.until(draw.DrawCopy)
        assert screen.shows(surface)
        assert message.data.src_bitmap is not None
    box = message.base.box
    assert 192 <= box.left < box.right <= 224 and 96 <= box.top < box.bottom <= 112


async def test_operations_stay_operations() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(640, 480)
        scribble(surface)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        surface.copy_bits(Rect.at(0, 0, 640, 464), 0, 16)
        surface.fill(Rect.at(0, 464, 640, 16), 0x102030)
        surface.copy(Rect.at(8, 464, 8, 16), np.full((16, 8, 4), 7, np.uint8))
        await screen.until_equal(surface)
    kinds = [type(message) for message in screen.seen[4:]]
    assert kinds[:2] == [draw.CopyBits, draw.DrawFill]
    assert set(kinds[2:]) <= {draw.DrawCopy, draw.DrawFill}


async def test_drawing_of_the_machine_is_done_by_the_client() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(64, 64)
        scribble(surface)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        box = Rect.at(10, 10, 20, 20)
        surface.pixels[box.slices] ^= np.array([255, 255, 255, 0], np.uint8)
        surface.draw(invers(box))
        await screen.until_equal(surface)
    assert [type(message) for message in screen.seen[4:]] == [draw.DrawInvers]


async def test_large_drawings_of_one_turn_arrive() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(800, 600)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        for seed in range(12):  # of 1.9 MB each
            scribble_unseen(surface, seed)
            surface.draw(bitmap_of(surface))
        await screen.until_equal(surface)


async def test_first_picture_of_a_screen_that_is_too_large_for_one_message_comes_in_parts() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(16384, MOST_WHOLE // 16384 + 20)
        surface.pixels[::7, ::300] = 9
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4, compression=ImageCompression.LZ4)
        await screen.until(display.Mark)
        await screen.until_equal(surface)


async def test_drawing_on_what_the_client_has_not_is_sent_as_pixels() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(64, 64)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        scribble(surface)
        box = Rect.at(10, 10, 20, 20)
        surface.pixels[box.slices] ^= np.array([255, 255, 255, 0], np.uint8)
        surface.draw(invers(box))
        await screen.until_equal(surface)
    assert draw.DrawInvers not in map(type, screen.seen)


def invers(box: Rect) -> draw.DrawInvers:
    return draw.DrawInvers(base(0, box), draw.Masked(no_mask()))


async def test_offscreen_surface_is_drawn_from() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        primary, other = worker.create_primary_surface(64, 64), worker.create_surface(32, 16, alpha=True)
        scribble(other)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        await screen.until_equal(other)
        box = Rect.at(8, 8, 32, 16)
        primary.pixels[box.slices] = other.pixels
        primary.draw(surface_copy(other, box))
        await screen.until_equal(primary)
        assert [type(message) for message in screen.seen[-1:]] == [draw.DrawCopy]
        other.destroy()
        await screen.until(display.SurfaceDestroy)
    assert set(screen.surfaces) == {0}


def surface_copy(source: Surface, box: Rect) -> draw.DrawCopy:
    descriptor = ImageDescriptor(0, ImageType.SURFACE, ImageFlags(0), source.width, source.height)
    image = Image(descriptor, SurfaceImage(source.id))
    data = draw.Copy(image, source.bounds.wire, Ropd.OP_PUT, ImageScaleMode.NEAREST, no_mask())
    return draw.DrawCopy(base(0, box), data)


@pytest.mark.parametrize("able", [True, False])
async def test_composite_is_drawn_by_clients_that_can_and_sent_as_pixels_to_others(able: bool) -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(64, 64)
        caps: list[int] = [*LZ4, *([DisplayCap.COMPOSITE] if able else [])]
        screen = await LinkedScreen.open(await client.begin(), caps=caps)
        await screen.until(display.Mark)
        box = Rect.at(10, 10, 20, 20)
        surface.pixels[box.slices] = 99
        point = Point16(0, 0)
        composite = draw.Composite(CompositeFlags(0), None, None, None, None, point, point)
        surface.draw(draw.DrawComposite(base(0, box), composite))
        if able:
            await screen.channel.expect(draw.DrawComposite)
        else:
            await screen.until_equal(surface)


async def test_primary_surface_changes_its_size() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        scribble(worker.create_primary_surface(64, 64))
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        surface = worker.create_primary_surface(100, 50)
        scribble(surface)
        worker.monitors_config([Monitor(0, Rect.at(0, 0, 50, 50)), Monitor(1, Rect.at(50, 0, 50, 50))], 4)
        await screen.until(display.Mark)
        assert screen.shows(surface)
    assert screen.monitors is not None and screen.monitors.max_allowed == 4
    assert [(head.monitor_id, head.x) for head in screen.monitors.heads] == [(0, 0), (1, 50)]


async def test_drawing_reads_what_was_drawn_on_its_source_in_the_same_turn() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        primary, source = worker.create_primary_surface(64, 48), worker.create_surface(40, 30)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until_equal(source)
        for seed in range(3):
            scribble(source, seed)
            primary.pixels[source.bounds.slices] = source.pixels
            primary.draw(surface_copy(source, source.bounds))
            await screen.until_equal(primary)


async def test_drawing_that_no_client_could_read_is_refused_before_anybody_is_told() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        primary, source = worker.create_primary_surface(64, 48), worker.create_surface(40, 30)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        drawing = surface_copy(source, source.bounds)
        source.destroy()
        with pytest.raises(UsageError, match="there is no surface"):
            primary.draw(drawing)
        drawing.data.src_area.left = 1 << 40
        with pytest.raises(UsageError, match="does not fit the wire"):
            primary.draw(drawing)
        scribble(primary)
        await screen.until_equal(primary)


async def test_surface_that_has_the_number_of_one_before_has_pixels_of_its_own() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        for seed in range(4):
            primary, other = worker.create_primary_surface(64, 48), worker.create_surface(40, 30)
            scribble(primary, seed)
            scribble(other, seed + 100)
            await screen.until_equal(primary)
            await screen.until_equal(other)
            other.destroy()


async def test_picture_that_comes_again_is_taken_from_the_cache() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(640, 480)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        window = Rect.at(64, 64, 128, 128)  # in one piece, however fast the link looks
        one, two = window_of(window, 1), window_of(window, 2)
        for picture in (one, two, one, two):
            surface.copy(window, picture)
            await screen.until_equal(surface)
    assert screen.store.hits == 2


def window_of(rect: Rect, seed: int) -> Pixels:
    colours = np.random.default_rng(seed).integers(0, 256, (rect.height // 4, rect.width // 8, 4), np.uint8)
    return np.kron(colours, np.ones((4, 8, 1), np.uint8))


async def test_adapter_that_goes_with_pictures_unsent_leaves_no_gap_for_the_others_to_refer_to() -> None:
    async with ServingCore() as core, core.client() as client:
        stays, goes = adapter_of(core, 0), adapter_of(core, 1)
        surface, large = (adapter.worker.create_primary_surface(512, 512) for adapter in (stays, goes))
        session = await client.begin()
        screens = [
            await LinkedScreen.open(session, id_, caps=LZ4, glz_window=1 << 20, compression=ImageCompression.GLZ)
            for id_ in (0, 1)
        ]
        for screen in screens:
            await screen.until(display.Mark)
        one, two = (connection_of(core, id_) for id_ in (0, 1))
        assert one.glz is not None and two.glz is not None and one.glz.window is two.glz.window
        before = two.account.changes
        scribble(large)
        while two.account.changes == before:
            await asyncio.sleep(0)
        core.server.remove_interface(goes)  # a thread has the picture, and it has its number
        assert one.glz is None
        scribble(surface)
        await screens[0].until_equal(surface)


async def test_pictures_of_an_adapter_that_comes_again_go_on_in_the_clients_dictionary() -> None:
    async with SteppedServingCore() as core, core.client() as client:
        session, numbers = await client.begin(), []
        for seed in range(3):
            adapter = adapter_of(core)
            scribble(adapter.worker.create_primary_surface(128, 128), seed)
            channel = await session.link(ChannelType.DISPLAY, caps=LZ4, acks=True)
            await channel.send(display.PreferredCompression(ImageCompression.GLZ))
            await channel.send(display.Init(1, 0, 1, 1 << 20))
            image = (await channel.wait_for(draw.DrawCopy)).data.src_bitmap
            assert image is not None and image.descriptor.type is ImageType.GLZ_RGB
            assert isinstance(image.u, BinaryData)
            numbers.append(int.from_bytes(image.u.data[21:29], "big"))
            await channel.wait_for(display.Mark)
            core.server.remove_interface(adapter)
    assert numbers == [0, 1, 2]


async def test_client_that_leaves_with_pictures_in_its_connection_has_no_dictionary_any_more() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        scribble(adapter_of(core).worker.create_primary_surface(128, 128))
        channel = await session.link(ChannelType.DISPLAY, caps=LZ4, acks=True)
        await channel.send(display.Init(1, 0, 1, 1 << 20))
        await channel.wait_for(draw.DrawCopy)
        channel.wire.vanish()
        while core.server.channels[2].clients:
            await asyncio.sleep(0)
        screen = await LinkedScreen.open(session, caps=LZ4, glz_window=1 << 20, compression=ImageCompression.GLZ)
        await screen.until(display.Mark)
        assert connection_of(core, 0).glz is None


async def test_several_adapters_have_channels_of_their_own() -> None:
    async with ServingCore() as core, core.client() as client:
        adapters = [adapter_of(core, id_) for id_ in range(2)]
        surfaces = [adapter.worker.create_primary_surface(64, 32) for adapter in adapters]
        session = await client.begin()
        assert [(c.type, c.id) for c in session.channels.channels if c.type == ChannelType.DISPLAY] == [(2, 0), (2, 1)]
        for id_, surface in enumerate(surfaces):
            scribble(surface, id_)
            screen = await LinkedScreen.open(session, id_, caps=LZ4)
            await screen.until_equal(surface)
        core.server.remove_interface(adapters[1])
        assert core.server.find_channel(ChannelType.DISPLAY, 1) is None


async def test_displays_of_a_client_share_its_cache_and_its_dictionary() -> None:
    async with ServingCore() as core, core.client() as client:
        surfaces = [adapter_of(core, id_).worker.create_primary_surface(256, 128) for id_ in range(2)]
        session, store = await client.begin(), ImageStore(40_000)
        screens = []
        for id_ in range(2):
            screens.append(await LinkedScreen.open(session, id_, caps=LZ4, cache=store, glz_window=1 << 20))
            await screens[id_].until(display.Mark)
        one, two = (connection_of(core, id_) for id_ in range(2))
        assert one.cache is two.cache is not None
        assert one.glz is not None and two.glz is not None and one.glz.window is two.glz.window
        window = Rect.at(0, 0, 192, 128)
        for seed in range(4):
            for surface, screen in zip(surfaces, screens, strict=True):
                surface.copy(window, window_of(window, seed))
                await screen.until_equal(surface)
    assert len(store.images) <= 3


def connection_of(core: ServingCore, id_: int = 0) -> DisplayClient:
    channel = core.server.find_channel(ChannelType.DISPLAY, id_)
    assert isinstance(channel, DisplayChannel)
    return next(channel.connections)


async def test_slow_client_disturbs_nobody_and_gets_the_newest_picture() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(256, 256)
        slow = await LinkedScreen.open(await client.begin(), caps=LZ4, compression=OFF)
        slow_end = connection_of(core)
        fast = await LinkedScreen.open(await client.begin(), caps=LZ4, compression=OFF)
        for number in range(150):
            scribble(surface, number)
            surface.fill(Rect.at(0, 0, 8, 8), number)
            await fast.until_equal(surface)
        for number in range(3 * MAX_PICTURE_OPS):
            surface.fill(Rect.at(number % 250, 0, 3, 1), number)
        await fast.until_equal(surface)
        assert slow_end.account.ops <= MAX_PICTURE_OPS
        assert len(slow_end.pipe) < MOST_TOGETHER, "what is left of one write"
        assert slow_end.counters.bytes_out < 20 * surface.pixels.size
        await slow.until_equal(surface)


async def test_photograph_comes_quickly_over_a_slow_link_and_exactly_later(tmp_path: Path) -> None:
    async with ServingCore(unix=tmp_path / "spice.sock") as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        surface.pixels[:] = np.random.default_rng(1).integers(0, 256, surface.pixels.shape, np.uint8)
        session = await client.begin()
        main = core.server.main.clients[0]
        assert isinstance(main, MainClient)
        main.flow.round_trip = 0.1  # as if the client were far away: of a Unix socket the kernel knows nothing else
        screen = await LinkedScreen.open(session, caps=LZ4, compression=ImageCompression.AUTO_LZ)
        assert await image_of(screen) is ImageType.JPEG
        assert await image_of(screen) in (ImageType.QUIC, ImageType.LZ_RGB)


async def image_of(screen: LinkedScreen) -> ImageType:
    """The type of the next picture, which is not looked at."""
    message = await screen.channel.wait_for(draw.DrawCopy)
    assert message.data.src_bitmap is not None
    return message.data.src_bitmap.descriptor.type


async def test_client_may_change_its_mind_about_compression() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        wanted = {
            ImageCompression.OFF: ImageType.BITMAP,
            ImageCompression.LZ4: ImageType.LZ4,
            ImageCompression.LZ: ImageType.LZ_RGB,
        }
        for seed, (compression, kind) in enumerate(wanted.items()):
            await screen.channel.send(display.PreferredCompression(compression))
            await heard(core)
            scribble(surface, seed)
            await screen.until_equal(surface)
            last = screen.seen[-1]
            assert isinstance(last, draw.DrawCopy) and last.data.src_bitmap is not None
            assert last.data.src_bitmap.descriptor.type is kind


async def heard(core: ServingCore) -> None:
    """Wait for the turn of the loop in which the server reads what the client said."""
    connection = connection_of(core)
    before = connection.counters.messages_in
    while connection.counters.messages_in == before:
        await asyncio.sleep(0)


FAULTS: list[Message] = [
    display.Init(1, 1000, 1, 0),
    display.GlDrawDone(),
]


@pytest.mark.parametrize("message", FAULTS, ids=lambda message: type(message).__name__)
async def test_server_lets_a_client_go_that_says_what_makes_no_sense(message: Message) -> None:
    async with ServingCore() as core, core.client() as client:
        adapter_of(core).worker.create_primary_surface(64, 64)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.channel.send(message)
        await screen.channel.wait_for(common.Disconnecting)
        assert not core.server.find_channel(ChannelType.DISPLAY, 0).clients  # type: ignore[union-attr]


@pytest.mark.parametrize(("number", "payload"), [(101, b"\1"), (102, bytes(31)), (103, b""), (105, b"\2\1"), (99, b"")])
async def test_server_lets_a_client_go_that_sends_malformed_messages(number: int, payload: bytes) -> None:
    async with ServingCore() as core, core.client() as client:
        adapter_of(core)
        channel = await (await client.begin()).link(ChannelType.DISPLAY, acks=True)
        await channel.wire.send_raw(number, payload)
        await channel.wait_for(common.Disconnecting)


async def test_client_that_only_prefers_things_before_its_init_is_heard() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(64, 64)
        scribble(surface)
        channel = await (await client.begin()).link(ChannelType.DISPLAY, caps=LZ4, acks=True)
        await channel.send(display.PreferredCompression(ImageCompression.OFF))
        await channel.send(display.PreferredVideoCodecType([VideoCodecType.VP8]))
        await channel.send(display.Init(1, 0, 1, 0))
        message = await channel.wait_for(draw.DrawCopy)
        assert message.data.src_bitmap is not None
        assert message.data.src_bitmap.descriptor.type is ImageType.BITMAP


async def test_client_that_does_not_begin_is_let_go() -> None:
    async with ServingCore() as core, core.client() as client:
        adapter_of(core)
        channel = await (await client.begin()).link(ChannelType.DISPLAY, acks=True)
        connection_of(core).on_late()
        await channel.expect(common.Disconnecting)


async def test_picture_is_the_same_for_a_client_that_comes_later() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(320, 240)
        first = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await first.until(display.Mark)
        for seed in range(3):
            scribble(surface, seed)
            surface.copy_bits(Rect.at(0, 0, 320, 200), 0, 40)
            later = await LinkedScreen.open(await client.begin(), caps=LZ4)
            await later.until(display.Mark)
            await later.until_equal(surface)
            await first.until_equal(surface)


@pytest.mark.parametrize("size", [(0, 0), (-1, 8), (1 << 20, 1), (16384, 16384)])
async def test_screen_stays_as_it_was_when_a_new_one_cannot_be(size: tuple[int, int]) -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        surface = worker.create_primary_surface(64, 48)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        with pytest.raises(UsageError):
            worker.create_primary_surface(*size)
        assert worker.primary is surface
        scribble(surface)
        await screen.until_equal(surface)


async def test_machine_cannot_make_surfaces_that_clients_do_not_take() -> None:
    async with ServingCore() as core:
        worker = adapter_of(core).worker
        for width, height in ((0, 10), (20_000, 10), (16_000, 16_000)):
            with pytest.raises(UsageError):
                worker.create_primary_surface(width, height)
        with pytest.raises(UsageError):
            worker.monitors_config([])
        surface = worker.create_primary_surface(64, 64)
        with pytest.raises(UsageError):
            worker.monitors_config([Monitor(0, Rect.at(0, 0, 65, 64))])
        worker.destroy_primary_surface()
        with pytest.raises(UsageError):
            surface.damage(surface.bounds)
        with pytest.raises(UsageError):
            worker.destroy_primary_surface()
