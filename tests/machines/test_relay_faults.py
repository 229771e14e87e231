"""Hostile, broken and vanishing peers: a clear close on that channel, bounded memory, the others untouched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from struct import pack

import pytest

from gateway.server.transport import Transport
from gateway.spice.enums import ChannelType, LinkErr
from gateway.spice.framing import MINI_HEADER
from gateway.spice.limits import PING_SECONDS, RECEIVE_BYTES
from gateway.spice.messages.common import Ping, SetAck
from gateway.spice.messages.inputs import KeyDown
from tests.peers import Browser, BrowserChannel, Channel, FakeMachine, Gone, MachineChannel, soon
from tests.running import SESSION_ID, RunningGateway, open_channel, open_session

AWAY, REFUSED, NOT_ALLOWED, PROTOCOL, CLOSED, TAKEN_OVER = range(4001, 4007)


@pytest.fixture
async def machine() -> AsyncIterator[FakeMachine]:
    async with FakeMachine() as machine:
        yield machine


@pytest.fixture
async def gateway(machine: FakeMachine) -> AsyncIterator[RunningGateway]:
    async with RunningGateway({"office": machine.url}) as gateway:
        yield gateway


@pytest.fixture
async def browser(gateway: RunningGateway) -> Browser:
    return await gateway.browser()


Session = tuple[BrowserChannel, MachineChannel]


@pytest.fixture
async def session(browser: Browser, machine: FakeMachine) -> Session:
    return await open_session(browser, machine)


async def still_works(near: Channel, far: Channel) -> None:
    """The channel still carries messages."""
    await far.send(Ping(99, 99, b"still there"))
    assert (await near.expect(Ping)).data == b"still there"


# machines


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (MINI_HEADER.pack(9999, 0), "message 9999 is not allowed"),
        (MINI_HEADER.pack(4, 0xFFFFFFFF), "cannot have 4294967295 bytes"),
        (MINI_HEADER.pack(3, 4), "cannot have 4 bytes"),
    ],
)
async def test_channel_of_a_hostile_machine_is_closed_and_the_others_stay(
    browser: Browser, machine: FakeMachine, session: Session, header: bytes, words: str
) -> None:
    near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
    await far.pipe.write(header)
    gone = await near.gone()
    assert gone.code == PROTOCOL
    assert gone.reason.startswith("The machine sent malformed data")
    assert words in gone.reason
    await far.gone()
    await still_works(*session)


async def test_malformed_channels_list_ends_the_session(session: Session) -> None:
    near, far = session
    await far.send_raw(104, pack("<I", 1000) + bytes(8))
    assert (await near.gone()).code == PROTOCOL


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(64), b"REDQ" + b"\xff" * 60])
async def test_machine_that_speaks_something_else_is_told_so(garbage: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)
        await reader.read(1)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        url = f"spice://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with RunningGateway({"office": url}) as gateway:
            gone = await (await gateway.browser()).refusal(ChannelType.MAIN)
    assert gone.code == PROTOCOL
    assert gone.reason.startswith("The machine's link failed")


async def test_machine_that_never_answers_the_link_is_away() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        url = f"spice://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with RunningGateway({"office": url}, link_seconds=0.2) as gateway:
            gone = await (await gateway.browser()).refusal(ChannelType.MAIN)
    assert (gone.code, gone.reason) == (AWAY, "The machine does not answer.")


async def test_machine_that_is_away_is_told_and_found_when_it_is_back(browser: Browser, machine: FakeMachine) -> None:
    machine.vanish()
    gone = await browser.refusal(ChannelType.MAIN)
    assert (gone.code, gone.reason) == (AWAY, "The machine is not reachable (connection refused).")
    await machine.appear()
    await open_session(browser, machine)


async def test_machine_that_vanishes_closes_every_channel_of_the_session(
    gateway: RunningGateway, browser: Browser, machine: FakeMachine, session: Session
) -> None:
    main, _ = session
    display, _ = await open_channel(browser, machine, ChannelType.DISPLAY)
    inputs, _ = await open_channel(browser, machine, ChannelType.INPUTS)
    machine.vanish()
    for near in (main, display, inputs):
        gone = await near.gone()
        assert (gone.code, gone.reason) == (CLOSED, "The machine closed the session.")
    assert gateway.machine().server.clients == []


async def test_session_ends_when_the_machine_closes_main(
    browser: Browser, machine: FakeMachine, session: Session
) -> None:
    _, far = session
    display, far_display = await open_channel(browser, machine, ChannelType.DISPLAY)
    await far.close()
    assert (await display.gone()).code == CLOSED
    await far_display.gone()


async def test_session_that_another_one_takes_over_is_told_so(
    browser: Browser, machine: FakeMachine, session: Session
) -> None:
    near, far = session
    display, far_display = await open_channel(browser, machine, ChannelType.DISPLAY)
    newcomer, _ = await open_session(browser, machine, session_id=2)
    far_display.vanish()
    assert (await display.gone()).code == TAKEN_OVER
    far.vanish()
    gone = await near.gone()
    assert gone.code == TAKEN_OVER
    assert "opened elsewhere" in gone.reason
    machine.vanish()
    assert (await newcomer.gone()).code == CLOSED


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (LinkErr.PERMISSION_DENIED, "password"),
        (LinkErr.NEED_UNSECURED, "without TLS"),
        (LinkErr.CHANNEL_NOT_AVAILABLE, "does not have this channel"),
        (LinkErr.VERSION_MISMATCH, "another version"),
        (LinkErr.ERROR, "refused the link"),
    ],
)
async def test_machines_refusal_is_told(browser: Browser, machine: FakeMachine, code: LinkErr, words: str) -> None:
    machine.refusals = [code]
    gone = await browser.refusal(ChannelType.MAIN)
    assert gone.code == REFUSED
    assert words in gone.reason


async def test_wrong_machine_password_is_told_without_the_password(machine: FakeMachine) -> None:
    machine.password = "right"
    async with RunningGateway({"office": machine.url}, password="hush") as gateway:
        gone = await (await gateway.browser()).refusal(ChannelType.MAIN)
    assert gone.code == REFUSED
    assert "password" in gone.reason
    assert "hush" not in gone.reason


# browsers


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", bytes(200), b"REDQ" + b"\xff" * 100])
async def test_garbage_instead_of_a_link_is_refused_and_the_machine_never_dialled(
    browser: Browser, machine: FakeMachine, garbage: bytes
) -> None:
    pipe = await browser.open()
    await pipe.write(garbage)
    with pytest.raises(Gone) as gone:
        while True:
            await pipe.read()
    assert gone.value.code == PROTOCOL
    assert machine.connections == 0


async def test_slow_loris_meets_the_deadline(machine: FakeMachine) -> None:
    async with RunningGateway({"office": machine.url}, link_seconds=0.2) as gateway:
        pipe = await (await gateway.browser()).open()
        await pipe.write(b"REDQ\x02\0\0\0")
        with pytest.raises(Gone) as gone:
            while True:
                await pipe.read()
    assert gone.value.reason == "The link was not completed in time."


@pytest.mark.parametrize("header", [MINI_HEADER.pack(9999, 0), MINI_HEADER.pack(101, 1 << 20)])
async def test_hostile_browser_loses_its_channel_and_the_machine_sees_none_of_it(
    browser: Browser, machine: FakeMachine, session: Session, header: bytes
) -> None:
    near, far = await open_channel(browser, machine, ChannelType.INPUTS)
    await far.send(SetAck(1, 20))
    await near.expect(SetAck)
    await near.send(KeyDown(30))
    await far.expect(KeyDown)
    await near.pipe.write(header)
    gone = await near.gone()
    assert gone.code == PROTOCOL
    assert gone.reason.startswith("The client sent malformed data")
    with pytest.raises(Gone):
        await far.receive()
    await still_works(*session)


@pytest.mark.parametrize("how", ["vanish", "close"])
async def test_browser_that_leaves_closes_the_machines_side_at_once(
    gateway: RunningGateway, browser: Browser, machine: FakeMachine, session: Session, how: str
) -> None:
    near, far = session
    _, far_display = await open_channel(browser, machine, ChannelType.DISPLAY)
    started = time.monotonic()
    if how == "vanish":
        near.vanish()
    else:
        await near.close()
    await far.gone()
    await far_display.gone()
    assert time.monotonic() - started < PING_SECONDS, "no ping had to tell of it"
    assert gateway.machine().server.clients == []


async def test_browser_that_leaves_while_its_picture_is_stuck_closes_the_machines_side(
    browser: Browser, machine: FakeMachine, session: Session
) -> None:
    near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
    flood = asyncio.get_running_loop().create_task(send_until_gone(far))
    await near.receive()
    started = time.monotonic()
    near.vanish()
    await soon(flood)
    assert time.monotonic() - started < PING_SECONDS, "no ping had to tell of it"


async def test_browser_that_leaves_during_the_link_takes_the_machines_connection_with_it() -> None:
    ended = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read(4) == b"REDQ"
        came.set()
        await reader.read()
        ended.set()

    came = asyncio.Event()
    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    async with server:
        url = f"spice://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with RunningGateway({"office": url}) as gateway:
            browser = await gateway.browser()
            link = asyncio.get_running_loop().create_task(browser.refusal(ChannelType.MAIN))
            await soon(came.wait())
            link.cancel()
            await browser.session.close()
            await soon(ended.wait())


async def send_until_gone(channel: Channel) -> int:
    """Pictures without end; the bytes that went out."""
    sent = 0
    try:
        while True:
            await channel.send(Ping(1, 1, bytes(64 * 1024)))
            sent += 64 * 1024
    except ConnectionError:
        return sent


async def stuck(transport: Transport) -> int:
    """The bytes that wait, once a transport can take no more and its source has stopped."""
    async with asyncio.timeout(10):
        while not transport.unsent:
            await asyncio.sleep(0)
        for _ in range(1000):
            await asyncio.sleep(0)
            assert transport.unsent <= RECEIVE_BYTES + 64
    return transport.unsent


async def test_browser_that_stops_reading_costs_bounded_memory_and_slows_nobody(
    gateway: RunningGateway, browser: Browser, machine: FakeMachine, session: Session
) -> None:
    near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
    socket = near.pipe
    connection = getattr(socket, "socket")._conn  # noqa: B009 - the peer's own transport
    connection.transport.pause_reading()
    flood = asyncio.get_running_loop().create_task(send_until_gone(far))
    client = gateway.machine().server.find_client(SESSION_ID)
    assert client is not None
    display = next(link for link in client.channel_clients if link.channel.type is ChannelType.DISPLAY)
    assert 0 < await stuck(display.transport) <= RECEIVE_BYTES + 64
    await still_works(*session)
    connection.transport.resume_reading()
    for _ in range(500):
        await near.expect(Ping)
    near.vanish()
    await soon(flood)


async def test_machine_that_stops_reading_holds_its_browser_back(
    gateway: RunningGateway, browser: Browser, machine: FakeMachine, session: Session
) -> None:
    near, far = await open_channel(browser, machine, ChannelType.INPUTS)
    far.pipe.writer.transport.pause_reading()  # type: ignore[attr-defined]
    typing = asyncio.get_running_loop().create_task(type_until_gone(near))
    await soon(until_held_back(gateway))
    await still_works(*session)
    typing.cancel()
    near.vanish()


async def type_until_gone(channel: Channel) -> None:
    keys = b"".join(MINI_HEADER.pack(101, 4) + pack("<I", 30) for _ in range(6000))
    while True:
        await channel.pipe.write(keys)


async def until_held_back(gateway: RunningGateway) -> None:
    """Until the bytes for the machine wait, and stay bounded."""
    client = gateway.machine().server.find_client(SESSION_ID)
    assert client is not None
    inputs = next(link for link in client.channel_clients if link.channel.type is ChannelType.INPUTS)
    machine_side: Transport = inputs._machine  # type: ignore[attr-defined]
    while not machine_side.unsent:
        await asyncio.sleep(0)
    for _ in range(1000):
        await asyncio.sleep(0)
        assert machine_side.unsent <= RECEIVE_BYTES
