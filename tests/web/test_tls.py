"""The gateway under its own TLS: the same roads, other transports underneath."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.spice.enums import ChannelType
from gateway.spice.limits import RECEIVE_BYTES
from gateway.spice.messages.common import Ping
from gateway.spice.messages.inputs import KeyDown
from tests.certificates import make_certificate
from tests.peers import FakeMachine, soon
from tests.running import SESSION_ID, RunningGateway, open_channel, open_session

PICTURE = bytes(range(251)) * 4000
PICTURES = 60


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[FakeMachine]:
    async with FakeMachine(tls=make_certificate(tmp_path).server_context()) as machine:
        yield machine


@pytest.fixture
async def gateway(machine: FakeMachine, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    certificate = make_certificate(tmp_path / "gateway")
    ca_file = tmp_path / "cert.pem"
    async with RunningGateway({"office": machine.url}, ca_file=ca_file, tls=certificate) as gateway:
        yield gateway


async def test_session_goes_under_tls_on_both_sides(gateway: RunningGateway, machine: FakeMachine) -> None:
    assert gateway.site.startswith("https://")
    browser = await gateway.browser()
    main, far_main = await open_session(browser, machine)
    near, far = await open_channel(browser, machine, ChannelType.INPUTS)
    await near.send(KeyDown(30))
    await far.expect(KeyDown)
    main.vanish()
    await far.gone()
    await far_main.gone()


async def test_pictures_arrive_unchanged_though_the_reader_is_slow(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
    client = gateway.machine().server.find_client(SESSION_ID)
    assert client is not None
    transport = client.channel_clients[1].transport
    connection = getattr(near.pipe, "socket")._conn  # noqa: B009 - the peer's own transport
    connection.transport.pause_reading()

    async def send() -> None:
        for number in range(PICTURES):
            await far.send(Ping(number, 0, PICTURE))

    sending = asyncio.get_running_loop().create_task(send())
    async with asyncio.timeout(10):
        while not transport.unsent:
            await asyncio.sleep(0)
        for _ in range(500):
            await asyncio.sleep(0)
            assert transport.unsent <= 2 * RECEIVE_BYTES
    connection.transport.resume_reading()
    for number in range(PICTURES):
        message = await near.expect(Ping)
        assert message.id == number
        assert message.data == PICTURE
    await soon(sending)


async def test_metrics_tell_until_when_the_certificate_is_good(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.get("/metrics") as response:
        found = re.search(
            r"^spicegate_certificate_expiry_timestamp_seconds (\S+)$", await response.text(), re.MULTILINE
        )
    assert found is not None
    days = (float(found[1]) - time.time()) / 86400
    assert 25 < days < 31
