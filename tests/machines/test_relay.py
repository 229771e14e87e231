"""A channel through the gateway: what arrives at the other end, and what the gateway knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.server.counters import Counters
from gateway.spice.caps import to_words
from gateway.spice.enums import ChannelType, CommonCap, DisplayCap, LinkErr
from gateway.spice.messages.common import Ping, Pong, SetAck
from gateway.spice.messages.inputs import KeyDown
from gateway.spice.messages.main import ChannelId, ChannelsList
from tests.certificates import make_certificate
from tests.peers import COMMON_CAPS, FakeMachine, soon
from tests.running import SESSION_ID, RunningGateway, open_channel, open_session

DISPLAY_COPY_BITS = 104


@pytest.fixture
async def machine() -> AsyncIterator[FakeMachine]:
    async with FakeMachine() as machine:
        yield machine


@pytest.fixture
async def gateway(machine: FakeMachine) -> AsyncIterator[RunningGateway]:
    async with RunningGateway({"office": machine.url}) as gateway:
        yield gateway


async def test_messages_arrive_unchanged_in_both_directions(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
    await far.send(SetAck(1, 20))
    await far.send(Ping(7, 8, bytes(100_000)))
    assert await near.expect(SetAck) == SetAck(1, 20)
    assert await near.expect(Ping) == Ping(7, 8, bytes(100_000))
    await near.send(Pong(7, 8))
    assert await far.expect(Pong) == Pong(7, 8)


async def test_picture_of_many_reads_arrives_unchanged(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
    payload = bytes(range(251)) * 20_000
    async with asyncio.TaskGroup() as group:
        group.create_task(far.send(Ping(1, 1, payload)))
        answer = group.create_task(near.expect(Ping))
    assert answer.result().data == payload


async def test_browsers_capabilities_reach_the_machine_but_for_authentication(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    wanted = to_words([DisplayCap.COMPOSITE, DisplayCap.MONITORS_CONFIG])
    common = to_words([CommonCap.AUTH_SASL, CommonCap.MINI_HEADER, 37])
    browser = await gateway.browser()
    await browser.link(ChannelType.MAIN, common_caps=common, channel_caps=wanted)
    request = (await machine.linked(ChannelType.MAIN)).request
    expected = to_words([CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER, 37])
    assert list(request.common_caps) == expected
    assert list(request.channel_caps) == wanted


async def test_machines_capabilities_reach_the_browser_but_for_authentication(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    machine.common_caps = to_words([*range(4), 40])
    machine.channel_caps = [5, 6]
    replied = (await (await gateway.browser()).link(ChannelType.MAIN)).replied
    assert list(replied.common_caps) == to_words([0, 1, 3, 40])
    assert list(replied.channel_caps) == [5, 6]


@pytest.mark.parametrize("old", ["browser", "machine"])
async def test_full_headers_are_forwarded_when_one_side_has_no_other(
    gateway: RunningGateway, machine: FakeMachine, old: str
) -> None:
    full = to_words([CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE])
    if old == "machine":
        machine.common_caps = full
    near = await (await gateway.browser()).link(ChannelType.MAIN, common_caps=full if old == "browser" else COMMON_CAPS)
    far = await machine.linked(ChannelType.MAIN)
    assert not near.mini
    assert not far.mini
    await far.send(Ping(1, 2, b"x"))
    assert await near.expect(Ping) == Ping(1, 2, b"x")


async def test_browser_without_a_choice_of_authentication_is_linked(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    machine.common_caps = to_words([CommonCap.MINI_HEADER])
    await open_session(await gateway.browser(), machine)


async def test_machine_sees_its_own_password_and_never_the_browsers_ticket(machine: FakeMachine) -> None:
    machine.password = "machine's own"
    async with RunningGateway({"office": machine.url}, password="machine's own") as gateway:
        await (await gateway.browser()).link(ChannelType.MAIN, password="browser's")
        assert (await machine.linked(ChannelType.MAIN)).password == "machine's own"


async def test_machines_channels_are_registered_on_the_server(gateway: RunningGateway, machine: FakeMachine) -> None:
    machine.channel_caps = [9]
    server = gateway.machine().server
    assert server.channels == []
    browser = await gateway.browser()
    await open_session(browser, machine)
    listed = [(channel.type, channel.id) for channel in server.channels]
    assert listed == [(ChannelType.MAIN, 0), (ChannelType.DISPLAY, 0), (ChannelType.INPUTS, 0)]
    assert server.channels[0].local_caps.channel == (9,)
    assert [channel.client_count for channel in server.channels] == [1, 0, 0]
    assert [channel.references for channel in server.channels] == [2, 1, 1]


async def test_channels_list_that_changes_changes_the_list(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    near, far = await open_session(browser, machine)
    await far.send(ChannelsList([ChannelId(ChannelType.DISPLAY, 0), ChannelId(ChannelType.PORT, 3), ChannelId(99, 1)]))
    await near.expect(ChannelsList)
    listed = [(channel.type, channel.id) for channel in gateway.machine().server.channels]
    assert listed == [(ChannelType.MAIN, 0), (ChannelType.DISPLAY, 0), (ChannelType.PORT, 3)]


async def test_bytes_and_messages_are_counted(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    near, far = await open_channel(browser, machine, ChannelType.INPUTS)
    for code in (30, 48):
        await near.send(KeyDown(code))
        await far.expect(KeyDown)
    await far.send(Ping(1, 2, b"abc"))
    await near.expect(Ping)
    channel = gateway.machine().server.find_channel(ChannelType.INPUTS, 0)
    assert channel is not None
    assert channel.counters == Counters(bytes_in=2 * 10, messages_in=2, bytes_out=6 + 12 + 3, messages_out=1)
    near.vanish()
    await far.gone()
    assert (channel.client_count, channel.counters.messages_in) == (0, 2)


async def test_two_sessions_do_not_touch_each_other(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    one, far_one = await open_session(browser, machine, session_id=1)
    two, far_two = await open_session(browser, machine, session_id=2)
    assert len(gateway.machine().server.clients) == 2
    one.vanish()
    await far_one.gone()
    await far_two.send(Ping(1, 2, b""))
    await two.expect(Ping)
    assert [client.connection_id for client in gateway.machine().server.clients] == [2]


# addresses


@pytest.mark.parametrize("kind", ["unix", "tls"])
async def test_session_over_other_addresses(tmp_path: Path, kind: str) -> None:
    certificate = make_certificate(tmp_path)
    machine = FakeMachine(unix=tmp_path / "m.sock") if kind == "unix" else FakeMachine(tls=certificate.server_context())
    async with machine, RunningGateway({"office": machine.url}, ca_file=certificate.cert) as gateway:
        browser = await gateway.browser()
        await open_session(browser, machine)
        near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
        await far.send(Ping(1, 2, bytes(1_000_000)))
        assert len((await near.expect(Ping)).data) == 1_000_000


async def test_channel_that_needs_tls_is_linked_on_the_tls_port(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with FakeMachine() as plain, FakeMachine(tls=certificate.server_context()) as secured:
        plain.refusals = [LinkErr.NEED_SECURED]
        address = f"{plain.url}?tls-port={secured.port}"
        async with RunningGateway({"office": address}, ca_file=certificate.cert) as gateway:
            browser = await gateway.browser()
            await open_session(browser, secured)
            await open_session(browser, secured, session_id=2)  # straight to the TLS port, by now
            assert len(plain.requests) == 1
            near = await browser.link(ChannelType.DISPLAY, connection_id=SESSION_ID)
            far = await plain.linked(ChannelType.DISPLAY)
            await far.send(Ping(1, 2, b""))
            await near.expect(Ping)


async def test_channel_that_needs_tls_says_so_when_there_is_no_tls_port(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    machine.refusals = [LinkErr.NEED_SECURED]
    gone = await (await gateway.browser()).refusal(ChannelType.MAIN)
    assert gone.code == 4002
    assert "tls-port" in gone.reason


# the machine's health


async def test_health_follows_the_machine(gateway: RunningGateway, machine: FakeMachine) -> None:
    office = gateway.machine()
    assert office.health.state == "unknown"
    await soon(office.probe())
    assert office.health.state == "up"
    browser = await gateway.browser()
    near, _ = await open_session(browser, machine)
    machine.vanish()
    assert (await near.gone()).code == 4005
    await soon(office.probe())
    assert office.health.state == "away"
    assert "connection refused" in office.health.error
    assert office.server.channels == []
    await machine.appear()
    await open_session(browser, machine)
    assert (office.health.state, office.health.error) == ("up", "")


async def test_probe_asks_no_more_often_than_needed(gateway: RunningGateway, machine: FakeMachine) -> None:
    for _ in range(3):
        await soon(gateway.machine().probe())
    assert machine.connections <= 1


async def test_round_trip_to_a_browser_is_known_as_soon_as_it_answers(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    near, far = await open_session(await gateway.browser(), machine)
    (client,) = gateway.machine().server.clients
    assert client.main is not None
    await near.send(Pong(7, 8))  # behind the answer to the gateway's ping
    await far.expect(Pong)
    assert client.main.round_trip is not None
    assert client.main.round_trip > 0


# machines that are stuck: their kernel takes connections, they say nothing


@asynccontextmanager
async def stuck(answer: bytes = b"") -> AsyncIterator[str]:
    """The address of a machine that takes connections and says `answer`; with one it hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer:
            writer.write(answer)
            writer.close()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"spice://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_machine_that_only_takes_connections_is_not_up() -> None:
    async with stuck() as url, RunningGateway({"office": url}, link_seconds=0.2) as gateway:
        office = gateway.machine()
        await soon(office.probe())
        assert (office.health.state, office.health.error) == ("away", "The machine does not answer.")


async def test_machine_that_speaks_something_else_is_told_so() -> None:
    async with stuck(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url, RunningGateway({"office": url}) as gateway:
        office = gateway.machine()
        await soon(office.probe())
        assert (office.health.state, office.health.error) == ("away", "The machine does not speak SPICE on this port.")


async def test_machine_that_got_stuck_is_away_once_somebody_tried_it() -> None:
    async with stuck() as url, RunningGateway({"office": url}, link_seconds=0.2) as gateway:
        office = gateway.machine()
        office.health.up()
        gone = await (await gateway.browser()).refusal(ChannelType.MAIN)
        assert gone.code == 4001
        assert office.health.state == "away"


async def test_probe_shows_no_ticket(gateway: RunningGateway, machine: FakeMachine) -> None:
    await soon(gateway.machine().probe())
    assert gateway.machine().health.state == "up"
    assert len(machine.requests) == 1
    assert not machine.ticket_shown.is_set()


async def test_machine_that_refuses_the_link_is_there(gateway: RunningGateway, machine: FakeMachine) -> None:
    machine.refusals = [LinkErr.NEED_SECURED]
    await soon(gateway.machine().probe())
    assert gateway.machine().health.state == "up"
