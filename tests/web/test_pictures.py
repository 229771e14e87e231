"""Small pictures: those that the gateway makes itself, and the bounds of those that viewers sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gateway.access import Method, Principal, Role
from gateway.codecs.thumbnail import thumbnail
from gateway.machines.demo import DemoMachine
from gateway.machines.local import LocalMachine
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.relay.machine import RelayMachine
from gateway.server.client import RedClient
from gateway.server.core import Core
from gateway.server.visitor import login_admission
from gateway.web.pictures import FRESH_SECONDS, LOOKED_SECONDS, Pictures


class Clock(Core):
    """A core whose time is set."""

    time = 100.0

    def now(self) -> float:
        return self.time


@pytest.fixture
async def core() -> AsyncIterator[Clock]:
    core = Clock(asyncio.get_running_loop())
    yield core
    await core.close()


def relayed(core: Core) -> RelayMachine:
    return RelayMachine(core, "office", parse_endpoint("spice://127.0.0.1:1"))


def session(machine: RelayMachine, user_id: int) -> RedClient:
    holder = Principal(user_id, f"user{user_id}", Role.USER, Method.SESSION, None, "127.0.0.1")
    client = RedClient(machine.server, login_admission(f"session {user_id}", holder=holder), "127.0.0.1:1")
    machine.server.add_client(client)
    return client


def jpeg() -> bytes:
    return thumbnail(np.full((90, 160, 4), 77, np.uint8))


def made(core: Core) -> int:
    """How many pictures were made, or made anew."""
    return core.durations.cumulated()[-1][1]


async def test_machine_of_our_own_is_pictured_from_its_pixels_and_not_at_every_question(core: Clock) -> None:
    demo = DemoMachine(core)
    machine = LocalMachine(demo.server, "demo:", on_close=demo.close)
    pictures = Pictures(core)
    demo.desktop.flush()
    pixels = machine.pixels
    assert pixels is not None
    first, again = await asyncio.gather(*(pictures.of_machine(machine, user) for user in (1, 2)))
    assert first is not None
    assert first == again
    shown = np.asarray(Image.open(BytesIO(first.data)).convert("RGB"), np.float64)
    assert np.abs(shown.mean(axis=(0, 1)) - pixels[:, :, 2::-1].mean(axis=(0, 1))).max() < 6
    assert made(core) == 1
    core.time += FRESH_SECONDS
    await pictures.of_machine(machine, None)
    assert made(core) == 2
    assert not pictures.wants(machine)
    demo.close()


async def test_machine_that_nobody_told_of_has_no_picture(core: Clock) -> None:
    assert await Pictures(core).of_machine(relayed(core), 1) is None


async def test_oldest_pictures_go_when_there_are_too_many(core: Clock) -> None:
    machine = relayed(core)
    clients = [session(machine, user) for user in range(1, 5)]
    few = Pictures(core, most=4)
    for client in clients:
        await few.take(machine, client, jpeg())
    found = [await few.of_session(machine, client) is not None for client in clients]
    assert found == [False, False, True, True], "each takes a place as a session's and as a person's"
    small = Pictures(core, most_octets=2 * len(jpeg()) + 200)
    for client in clients:
        await small.take(machine, client, jpeg())
        assert small.octets <= 2 * len(jpeg()) + 200
    assert await small.of_machine(machine, 4) is not None


async def test_session_is_looked_at_for_a_while_after_somebody_asked(core: Clock) -> None:
    machine, pictures = relayed(core), Pictures(core)
    client = session(machine, 1)
    assert not pictures.is_looked_at(machine, client)
    await pictures.of_machine(machine, 2)
    assert not pictures.is_looked_at(machine, client), "somebody else's page"
    await pictures.of_machine(machine, 1)
    assert pictures.is_looked_at(machine, client)
    core.time += LOOKED_SECONDS
    assert not pictures.is_looked_at(machine, client)


async def test_picture_that_comes_after_the_session_is_not_kept(core: Clock) -> None:
    machine, pictures = relayed(core), Pictures(core)
    client = session(machine, 1)
    taking = core.spawn(pictures.take(machine, client, jpeg()), "taking")
    machine.server.remove_client(client)
    await taking
    assert pictures.octets == 0
