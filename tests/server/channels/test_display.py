"""DISPLAY: whatever the machine draws, every client comes to see it, to the pixel."""

from __future__ import annotations

import numpy as np

from gateway.codecs.image import Pixels
from gateway.server.display.region import Rect
from gateway.server.display.surface import Surface
from gateway.server.display.worker import Monitor, QXLWorker
from gateway.server.interfaces import QXLInterface
from gateway.spice.enums import ChannelType, DisplayCap, ImageType
from gateway.spice.messages import display, draw
from tests.screen import LinkedScreen
from tests.serving_core import ServingCore

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
    random = np.random.default_rng(seed)
    colours = random.integers(0, 256, (surface.height // 4 + 1, surface.width // 8 + 1, 4), np.uint8)
    surface.pixels[:] = np.kron(colours, np.ones((4, 8, 1), np.uint8))[: surface.height, : surface.width]
    surface.damage(surface.bounds)


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
    from gateway.server.display.ops import base, no_mask

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
    from gateway.server.display.ops import base, no_mask
    from gateway.spice.enums import ImageFlags, ImageScaleMode, Ropd
    from gateway.spice.messages.shapes import Image, ImageDescriptor
    from gateway.spice.messages.shapes import Surface as SurfaceImage

    descriptor = ImageDescriptor(0, ImageType.SURFACE, ImageFlags(0), source.width, source.height)
    image = Image(descriptor, SurfaceImage(source.id))
    data = draw.Copy(image, source.bounds.wire, Ropd.OP_PUT, ImageScaleMode.NEAREST, no_mask())
    return draw.DrawCopy(base(0, box), data)


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


async def test_picture_that_comes_again_is_taken_from_the_cache() -> None:
    async with ServingCore() as core, core.client() as client:
        surface = adapter_of(core).worker.create_primary_surface(640, 480)
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4)
        await screen.until(display.Mark)
        window = Rect.at(64, 64, 256, 128)
        one, two = window_of(window, 1), window_of(window, 2)
        for picture in (one, two, one, two):
            surface.copy(window, picture)
            await screen.until_equal(surface)
    assert screen.store.hits == 2


def window_of(rect: Rect, seed: int) -> Pixels:
    colours = np.random.default_rng(seed).integers(0, 256, (rect.height // 4, rect.width // 8, 4), np.uint8)
    return np.kron(colours, np.ones((4, 8, 1), np.uint8))


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
