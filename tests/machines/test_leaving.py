"""Clients that leave a machine's channel while it opens: the machine is left only when it bears it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.spice import codec
from gateway.spice.enums import ChannelType
from gateway.spice.framing import MINI_HEADER, frame
from gateway.spice.limits import GLZ_WINDOW_PIXELS
from gateway.spice.messages import display
from gateway.spice.messages.common import AckSync, SetAck
from tests.peers import Browser, FakeMachine, Gone, MachineChannel, soon
from tests.running import DISPLAY_INIT, SESSION_ID, RunningGateway, open_session

PROTOCOL = 4004
INIT = 101


@pytest.fixture
async def machine() -> AsyncIterator[FakeMachine]:
    async with FakeMachine() as machine:
        yield machine


@pytest.fixture
async def browser(machine: FakeMachine) -> AsyncIterator[Browser]:
    async with RunningGateway({"office": machine.url}) as gateway:
        browser = await gateway.browser()
        await open_session(browser, machine)
        yield browser


async def left_in_peace(far: MachineChannel) -> None:
    """The machine has its INIT, whole and sound, and nobody hangs up before it has gone on."""
    await far.send(SetAck(1, 20))
    assert (await far.expect(display.Init)).glz_dictionary_window_size == GLZ_WINDOW_PIXELS
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await far.receive()
    await far.send(display.InvalAllPalettes())
    with pytest.raises(Gone):
        await far.receive()


@pytest.mark.parametrize("sent", [b"", frame(INIT, codec.marshal(DISPLAY_INIT), True, 1)[:9]], ids=["none", "half"])
async def test_machine_gets_init_for_a_client_that_leaves_without(
    browser: Browser, machine: FakeMachine, sent: bytes
) -> None:
    near = await browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.DISPLAY)
    if sent:
        await near.pipe.write(sent)
    near.vanish()
    await left_in_peace(far)


async def test_machine_that_has_its_init_gets_no_other(browser: Browser, machine: FakeMachine) -> None:
    near = await browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.DISPLAY)
    await near.send(DISPLAY_INIT)
    await far.expect(display.Init)
    near.vanish()
    await far.send(SetAck(1, 20))
    await far.send(display.InvalAllPalettes())
    with pytest.raises(Gone):
        await far.receive()


async def test_machine_that_took_its_ticket_is_not_left_before_it_began(browser: Browser, machine: FakeMachine) -> None:
    machine.ticket_shown.clear()
    machine.may_grant.clear()
    async with asyncio.TaskGroup() as group:
        link = group.create_task(browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID))
        await soon(machine.ticket_shown.wait())
        link.cancel()
    browser.vanish()
    machine.may_grant.set()
    await left_in_peace(await machine.linked(ChannelType.DISPLAY))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (display.Init(1, 20_000_000, 1, 1 << 26), "GLZ window"),
        (display.Init(1, 20_000_000, 1, -1), "GLZ window"),
        (display.StreamReport(1, 1, 0, 0, 0, 0, 0, 0), "before INIT"),
    ],
    ids=["window", "negative window", "report"],
)
async def test_machine_never_hears_what_it_would_not_survive_before_init(
    browser: Browser, machine: FakeMachine, message: display.Init, words: str
) -> None:
    near = await browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.DISPLAY)
    await near.send(message)
    gone = await near.gone()
    assert gone.code == PROTOCOL
    assert words in gone.reason
    await left_in_peace(far)


async def test_client_that_never_says_init_is_told(browser: Browser, machine: FakeMachine) -> None:
    near = await browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.DISPLAY)
    with pytest.raises(Gone) as gone:
        for _ in range(1000):
            await near.send(AckSync(1))
        await near.receive()
    assert gone.value.code == PROTOCOL
    assert "INIT does not come" in gone.value.reason
    await left_in_peace(far)


async def test_client_that_acknowledges_before_init_is_heard_in_order(browser: Browser, machine: FakeMachine) -> None:
    near = await browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.DISPLAY)
    for at in frame(1, codec.marshal(AckSync(7)), True, 1) + frame(INIT, codec.marshal(DISPLAY_INIT), True, 2):
        await near.pipe.write(bytes([at]))
    assert await far.expect(AckSync) == AckSync(7)
    assert await far.expect(display.Init) == DISPLAY_INIT


async def test_channel_that_said_nothing_yet_is_left_at_its_first_word(browser: Browser, machine: FakeMachine) -> None:
    near = await browser.link(ChannelType.CURSOR, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.CURSOR)
    near.vanish()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await far.receive()
    await far.send(SetAck(1, 20))
    with pytest.raises(Gone):
        await far.receive()


async def test_hostile_machine_is_left_at_once(browser: Browser, machine: FakeMachine) -> None:
    near = await browser.link(ChannelType.CURSOR, connection_id=SESSION_ID)
    far = await machine.linked(ChannelType.CURSOR)
    near.vanish()
    await far.pipe.write(MINI_HEADER.pack(9999, 0))
    with pytest.raises(Gone):
        await far.receive()
