"""CURSOR: clients are told how the pointer looks and where it is, and only what is new to them."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.server.channels.cursor import CursorCache
from gateway.server.display.cursor import Cursor, data_size
from gateway.server.display.worker import Monitor, QXLWorker
from gateway.server.interfaces import TabletInterface
from gateway.spice.enums import ChannelType, CursorFlags, CursorType, MouseButtonMask
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_CURSOR_WIDTH, MAX_MONITORS
from gateway.spice.messages import common
from gateway.spice.messages import cursor as messages
from gateway.spice.messages.shapes import Point16
from tests.server.channels.test_display import adapter_of
from tests.serving_core import ClientChannel, ServingCore, Session

NO_CURSOR = messages.Cursor(CursorFlags.NONE)


def picture(unique: int = 0, side: int = 8, type_: CursorType = CursorType.ALPHA) -> Cursor:
    return Cursor(type_, side, side, 1, 2, bytes(data_size(type_, side, side)), unique)


def wire(cursor: Cursor, flags: CursorFlags) -> messages.Cursor:
    header = messages.CursorHeader(cursor.unique, cursor.type, cursor.width, cursor.height, 1, 2)
    return messages.Cursor(flags, header, b"" if flags & CursorFlags.FROM_CACHE else cursor.data)


async def opened(session: Session) -> tuple[ClientChannel, messages.Init]:
    channel = await session.link(ChannelType.CURSOR, acks=True)
    return channel, await channel.expect(messages.Init)


async def test_client_learns_at_once_how_the_pointer_stands() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        session = await client.begin()
        _, init = await opened(session)
        assert init == messages.Init(Point16(0, 0), 0, 0, 1, NO_CURSOR)
        worker.set_cursor(picture(7), 30, 40)
        worker.cursor_trail(5, 6)
        worker.hide_cursor()
        _, init = await opened(await client.begin())
        assert init == messages.Init(Point16(30, 40), 5, 6, 0, wire(picture(7), CursorFlags.CACHE_ME))


async def test_client_is_told_of_every_change() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        channel, _ = await opened(await client.begin())
        worker.set_cursor(picture(), 1, 2)
        assert await channel.expect(messages.Set) == messages.Set(Point16(1, 2), 1, wire(picture(), CursorFlags(0)))
        worker.move_cursor(3, 40000)
        assert await channel.expect(messages.Move) == messages.Move(Point16(3, 0x7FFF))
        worker.hide_cursor()
        await channel.expect(messages.Hide)
        worker.move_cursor(5, 6)
        assert (await channel.expect(messages.Set)).visible
        worker.cursor_trail(2, 3)
        assert await channel.expect(messages.Trail) == messages.Trail(2, 3)
        worker.set_cursor(None)
        assert await channel.expect(messages.Set) == messages.Set(Point16(5, 6), 1, NO_CURSOR)


@pytest.mark.parametrize("type_", list(CursorType))
async def test_cursors_of_every_type_are_sent_and_then_named(type_: CursorType) -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        channel, _ = await opened(await client.begin())
        one, two = picture(1, 9, type_), picture(2, 9, type_)
        told = []
        for cursor in (one, two, one):
            worker.set_cursor(cursor)
            told.append((await channel.expect(messages.Set)).cursor)
    assert told == [
        wire(one, CursorFlags.CACHE_ME),
        wire(two, CursorFlags.CACHE_ME),
        wire(one, CursorFlags.FROM_CACHE),
    ]


async def test_reset_forgets_the_pointer_and_the_cache() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        channel, _ = await opened(await client.begin())
        worker.set_cursor(picture(1))
        await channel.expect(messages.Set)
        worker.reset_cursor()
        await channel.expect(messages.InvalAll)
        await channel.expect(messages.Reset)
        worker.set_cursor(picture(1))
        assert (await channel.expect(messages.Set)).cursor.flags == CursorFlags.CACHE_ME


async def test_client_without_room_is_told_the_newest_only() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        channel = await (await client.begin()).link(ChannelType.CURSOR)
        ack = await channel.expect(common.SetAck)
        await channel.send(common.AckSync(ack.generation))
        await channel.expect(messages.Init)
        for x in range(200):
            worker.move_cursor(x, x)
        room = 2 * ack.window - 2
        for x in range(room):
            assert (await channel.expect(messages.Move)).position.x == x + 1
        await channel.send(common.Ack())
        assert (await channel.expect(messages.Move)).position == Point16(199, 199)


class Tablet(TabletInterface):
    def position(self, x: int, y: int, display_id: int, buttons: MouseButtonMask) -> None: ...
    def wheel(self, steps: int, buttons: MouseButtonMask) -> None: ...
    def buttons(self, buttons: MouseButtonMask) -> None: ...


async def test_client_that_leads_the_pointer_is_not_told_where_it_is() -> None:
    async with ServingCore() as core, core.client() as client:
        worker: QXLWorker = adapter_of(core).worker
        core.server.add_interface(Tablet())
        session = await client.begin()
        channel, _ = await opened(session)
        worker.move_cursor(1, 1)
        worker.set_cursor(picture())
        assert (await channel.expect(messages.Set)).position == Point16(1, 1)
        worker.hide_cursor()
        await channel.expect(messages.Hide)
        worker.move_cursor(2, 2)
        assert (await channel.expect(messages.Set)).position == Point16(2, 2)


def test_cache_gives_up_the_cursor_that_was_not_used_for_longest() -> None:
    cache = CursorCache(most_pictures=2, most_pixels=1000)
    for unique in (1, 2, 1, 3):
        cache.take(picture(unique))
    assert cache.evict() == [2]
    assert cache.take(picture(1)) is CursorFlags.FROM_CACHE
    assert cache.take(picture(9, side=40)) == CursorFlags(0)


def test_cache_is_bounded_in_pixels() -> None:
    cache = CursorCache(most_pictures=100, most_pixels=150)
    for unique in (1, 2, 3):
        cache.take(picture(unique))
    assert cache.evict() == [1]


@pytest.mark.parametrize("type_", [CursorType.ALPHA, CursorType.COLOR32])
async def test_client_takes_the_largest_cursor_that_a_machine_can_make(type_: CursorType) -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        channel, _ = await opened(await client.begin())
        worker.set_cursor(picture(1, MAX_CURSOR_WIDTH, type_))
        shown = await channel.expect(messages.Set)
        assert len(shown.cursor.data) == data_size(type_, MAX_CURSOR_WIDTH, MAX_CURSOR_WIDTH)


async def test_numbers_that_no_message_holds_are_refused_before_any_client_meets_them() -> None:
    async with ServingCore() as core, core.client() as client:
        worker = adapter_of(core).worker
        surface = worker.create_primary_surface(64, 64)
        for length, frequency in ((-1, 0), (0, 0x10000)):
            with pytest.raises(UsageError, match="u16"):
                worker.cursor_trail(length, frequency)
        with pytest.raises(UsageError, match="u64"):
            Cursor(CursorType.ALPHA, 1, 1, 0, 0, bytes(4), 1 << 64)
        with pytest.raises(UsageError, match="u32"):
            worker.monitors_config([Monitor(-1, surface.bounds)])
        with pytest.raises(UsageError, match="at most"):
            worker.monitors_config([Monitor(0, surface.bounds)], MAX_MONITORS + 1)
        _, init = await opened(await client.begin())
        assert (init.trail_length, init.trail_frequency) == (0, 0)


def test_cursor_is_made_of_a_picture_with_alpha() -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[1, 2] = (255, 100, 0, 128)
    one, two = Cursor.from_rgba(rgba, 1, 3), Cursor.from_rgba(rgba)
    assert (one.type, one.width, one.height, one.hot_x, one.hot_y) == (CursorType.ALPHA, 4, 4, 1, 3)
    assert one.data[24:28] == bytes((0, 50, 128, 128)), "premultiplied, blue first"
    assert one.unique and one.unique != two.unique


@pytest.mark.parametrize(
    ("width", "height", "hot", "size"), [(0, 1, 0, 4), (2000, 1, 0, 8000), (2, 2, 2, 16), (2, 2, 0, 15), (2, 2, 0, 17)]
)
def test_machine_cannot_make_a_cursor_that_clients_do_not_take(width: int, height: int, hot: int, size: int) -> None:
    with pytest.raises(UsageError):
        Cursor(CursorType.ALPHA, width, height, hot, 0, bytes(size))
