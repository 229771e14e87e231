"""The peers themselves, talking to each other without a gateway between."""

from __future__ import annotations

import asyncio

import pytest

from gateway.spice.catalog import Direction
from gateway.spice.enums import ChannelType, LinkErr
from gateway.spice.errors import LinkRefused
from gateway.spice.link import Linked, LinkReplied
from gateway.spice.link_client import LinkClient
from gateway.spice.messages.common import Ping, Pong
from tests.peers import COMMON_CAPS, Channel, FakeMachine, Gone, Linking, StreamPipe


async def dial(machine: FakeMachine, password: str | None = None) -> Channel:
    pipe = StreamPipe(*await asyncio.open_connection("127.0.0.1", machine.port))
    linking = Linking(LinkClient(0, ChannelType.MAIN, 0, COMMON_CAPS, [], password), pipe)
    await linking.expect(LinkReplied)
    linked = await linking.expect(Linked)
    return Channel(pipe, ChannelType.MAIN, Direction.CLIENT, linked)


async def test_machine_and_client_exchange_messages() -> None:
    async with FakeMachine() as machine:
        near = await dial(machine)
        far = await machine.linked(ChannelType.MAIN)
        await far.send(Ping(1, 2, b"abc"))
        assert await near.expect(Ping) == Ping(1, 2, b"abc")
        await near.send(Pong(1, 2))
        assert await far.expect(Pong) == Pong(1, 2)


async def test_machine_takes_its_password_only() -> None:
    async with FakeMachine(password="right") as machine:
        await dial(machine, "right")
        assert (await machine.linked(ChannelType.MAIN)).password == "right"
        with pytest.raises(LinkRefused) as refused:
            await dial(machine, "wrong")
        assert refused.value.code is LinkErr.PERMISSION_DENIED


async def test_machine_refuses_as_told_and_then_links() -> None:
    async with FakeMachine() as machine:
        machine.refusals = [LinkErr.NEED_SECURED]
        with pytest.raises(LinkRefused):
            await dial(machine)
        await dial(machine)
        assert len(machine.requests) == 2


async def test_machine_that_vanishes_is_gone_and_can_come_back() -> None:
    async with FakeMachine() as machine:
        near = await dial(machine)
        await machine.linked(ChannelType.MAIN)
        machine.vanish()
        with pytest.raises(Gone):
            await near.receive()
        await machine.appear()
        await dial(machine)
