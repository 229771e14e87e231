"""A session's own facts."""

from __future__ import annotations

import asyncio

from gateway.server.client import FRAME_RATE_SECONDS, RedClient
from gateway.server.core import Core
from gateway.server.server import SpiceServer
from gateway.server.visitor import OPEN


class Clock(Core):
    """A core whose time is set."""

    time = 100.0

    def now(self) -> float:
        return self.time


async def session() -> tuple[RedClient, Clock]:
    core = Clock(asyncio.get_running_loop())
    return RedClient(SpiceServer(core, "office"), OPEN, "127.0.0.1:1"), core


async def test_frame_rate_is_not_known_until_the_viewer_tells() -> None:
    client, _ = await session()
    assert client.frame_rate is None
    client.tell_frame_rate(29.5)
    assert client.frame_rate == 29.5


async def test_frame_rate_of_a_viewer_that_says_no_more_is_forgotten() -> None:
    client, core = await session()
    client.tell_frame_rate(29.5)
    core.time += FRAME_RATE_SECONDS
    assert client.frame_rate is None


async def test_viewer_that_draws_nothing_says_so_once() -> None:
    client, core = await session()
    client.tell_frame_rate(0)
    core.time += 100 * FRAME_RATE_SECONDS
    assert client.frame_rate == 0
