"""INPUTS: what a client's hands do to the machine's devices."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from gateway.server.interfaces import KeyboardInterface, MouseInterface, TabletInterface
from gateway.server.pipe_client import MOST_A_TURN
from gateway.spice import codec
from gateway.spice.enums import ChannelType, InputsCap, KeyboardModifierFlags, MouseButton, MouseButtonMask, MouseMode
from gateway.spice.framing import frame
from gateway.spice.messages import inputs, main
from tests.peers import soon
from tests.serving_core import ServingCore

Note = tuple[object, ...]
NONE = MouseButtonMask(0)
FLOOD = 5000


class Desk(KeyboardInterface):
    """A keyboard that notes what is pressed; `leds_now` are its lamps."""

    def __init__(self, notes: asyncio.Queue[Note]) -> None:
        self.notes = notes
        self.leds_now = KeyboardModifierFlags(0)

    def push_scan_code(self, code: int) -> None:
        self.notes.put_nowait(("code", code))

    def leds(self) -> KeyboardModifierFlags:
        return self.leds_now


class Mouse(MouseInterface):
    def __init__(self, notes: asyncio.Queue[Note]) -> None:
        self.notes = notes

    def motion(self, dx: int, dy: int, dz: int, buttons: MouseButtonMask) -> None:
        self.notes.put_nowait(("motion", dx, dy, dz, buttons))

    def buttons(self, buttons: MouseButtonMask) -> None:
        self.notes.put_nowait(("mouse buttons", buttons))


class Tablet(TabletInterface):
    def __init__(self, notes: asyncio.Queue[Note]) -> None:
        self.notes = notes

    def position(self, x: int, y: int, display_id: int, buttons: MouseButtonMask) -> None:
        self.notes.put_nowait(("position", x, y, display_id, buttons))

    def wheel(self, steps: int, buttons: MouseButtonMask) -> None:
        self.notes.put_nowait(("wheel", steps, buttons))

    def buttons(self, buttons: MouseButtonMask) -> None:
        self.notes.put_nowait(("tablet buttons", buttons))


async def take(notes: asyncio.Queue[Note], count: int) -> list[Note]:
    return [await soon(notes.get()) for _ in range(count)]


async def test_machine_gets_scancodes_byte_by_byte() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Desk(notes))
        channel = await (await client.begin()).link(ChannelType.INPUTS, caps=[InputsCap.KEY_SCANCODE])
        await channel.expect(inputs.Init)
        await channel.send(inputs.KeyDown(0x1E))
        await channel.send(inputs.KeyUp(0x9E))
        await channel.send(inputs.KeyDown(0x48E0))
        await channel.send(inputs.KeyScancode(b"\xe0\xc8\x10\x90"))
        codes = [code for _, code in await take(notes, 8)]
    assert codes == [0x1E, 0x9E, 0xE0, 0x48, 0xE0, 0xC8, 0x10, 0x90]


async def test_server_releases_the_keys_and_buttons_of_a_client_that_leaves() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Desk(notes))
        core.server.add_interface(Mouse(notes))
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        await channel.send(inputs.KeyDown(0x1E))
        await channel.send(inputs.KeyDown(0x5BE0))
        await channel.send(inputs.MousePress(MouseButton.LEFT, NONE))
        await take(notes, 4)
        channel.wire.vanish()
        rest = await take(notes, 4)
    assert rest == [("code", 0x9E), ("code", 0xE0), ("code", 0xDB), ("mouse buttons", NONE)]


async def test_client_that_presses_keys_of_no_keyboard_has_the_server_remember_none() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Desk(notes))
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        for number in range(100):
            await channel.send(inputs.KeyDown(0x01010101 + number))
        await channel.send(inputs.KeyDown(0x1E))
        await take(notes, 401)
        channel.wire.vanish()
        assert await take(notes, 1) == [("code", 0x9E)]
        assert notes.empty()


class Clocked(KeyboardInterface):
    """Counts the keys of each turn of the loop."""

    def __init__(self) -> None:
        self.turn = 0
        self.keys: Counter[int] = Counter()
        self.enough = asyncio.Event()

    def push_scan_code(self, code: int) -> None:
        self.keys[self.turn] += 1
        if self.keys.total() == FLOOD:
            self.enough.set()

    async def count_turns(self) -> None:
        while not self.enough.is_set():
            self.turn += 1
            await asyncio.sleep(0)


async def test_others_have_their_turn_while_a_client_floods_the_machine_with_keys() -> None:
    async with ServingCore() as core, core.client() as client:
        keyboard = Clocked()
        core.server.add_interface(keyboard)
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        key = frame(101, codec.marshal(inputs.KeyDown(0x1E)), mini=True, serial=0)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keyboard.count_turns())
            await channel.wire.pipe.write(key * FLOOD)
            await soon(keyboard.enough.wait())
        assert max(keyboard.keys.values()) <= MOST_A_TURN
        for _ in range(4):
            await channel.send(inputs.MouseMotion(1, 1, NONE))
        await channel.expect(inputs.MouseMotionAck)


async def test_scancode_ends_at_a_zero_byte() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Desk(notes))
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        for code in (0, 0x1E00, 0x1F001E):
            await channel.send(inputs.KeyDown(code))
        await channel.send(inputs.KeyUp(0x9E))
        assert await take(notes, 2) == [("code", 0x1E), ("code", 0x9E)]


class Sticky(Desk):
    """A keyboard that fails when a key is let go."""

    def push_scan_code(self, code: int) -> None:
        super().push_scan_code(code)
        if code & 0x80:
            raise RuntimeError("the key sticks")


async def test_client_whose_keys_cannot_be_released_leaves_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Sticky(notes))
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        await channel.send(inputs.KeyDown(0x1E))
        await take(notes, 1)
        channel.wire.vanish()
        await take(notes, 1)
        assert core.server.inputs.clients == []
    assert "the key sticks" in caplog.text


async def test_server_presses_the_lock_key_that_the_client_sees_otherwise() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        desk = Desk(notes)
        desk.leds_now = KeyboardModifierFlags.NUM_LOCK
        core.server.add_interface(desk)
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        assert (await channel.expect(inputs.Init)).keyboard_modifiers == KeyboardModifierFlags.NUM_LOCK
        await channel.send(inputs.KeyModifiers(KeyboardModifierFlags.NUM_LOCK | KeyboardModifierFlags.CAPS_LOCK))
        assert await take(notes, 2) == [("code", 0x3A), ("code", 0xBA)]
        desk.leds_now |= KeyboardModifierFlags.CAPS_LOCK
        core.server.keyboard_leds_changed()
        assert (await channel.expect(inputs.KeyModifiers)).modifiers == desk.leds_now


async def test_pointer_follows_the_mouse_mode() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Mouse(notes))
        session = await client.begin()
        channel = await session.link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        await channel.send(inputs.MouseMotion(3, -4, MouseButtonMask.RIGHT))
        assert await take(notes, 1) == [("motion", 3, -4, 0, MouseButtonMask.RIGHT)]

        core.server.add_interface(Tablet(notes))
        told = await session.main.wait_for(main.MouseModes)
        assert told == main.MouseModes(MouseMode.SERVER | MouseMode.CLIENT, MouseMode.CLIENT)
        await channel.send(inputs.MousePosition(100, 200, NONE, 1))
        await channel.send(inputs.MousePress(MouseButton.DOWN, MouseButtonMask.DOWN))
        await channel.send(inputs.MouseRelease(MouseButton.DOWN, NONE))
        await channel.send(inputs.MousePress(MouseButton.EXTRA, NONE))
        assert await take(notes, 3) == [
            ("position", 100, 200, 1, NONE),
            ("wheel", 1, NONE),
            ("tablet buttons", MouseButtonMask.EXTRA),
        ]


async def test_server_acknowledges_every_fourth_motion() -> None:
    async with ServingCore() as core, core.client() as client:
        channel = await (await client.begin()).link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        for _ in range(8):
            await channel.send(inputs.MouseMotion(1, 0, NONE))
        await channel.expect(inputs.MouseMotionAck)
        await channel.expect(inputs.MouseMotionAck)
