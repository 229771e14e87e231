"""Tasks that the core owns, and the heartbeat."""

from __future__ import annotations

import asyncio
import logging

import pytest

from gateway.server.core import Core
from gateway.server.heartbeat import Heartbeat
from gateway.server.websocket import WebSocketTransport
from tests.peers import soon


async def test_core_cancels_its_tasks_and_waits_for_them() -> None:
    core, ended = Core(), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    core.spawn(work(), "work")
    await asyncio.sleep(0)
    await core.close()
    assert ended == [True]


async def test_core_logs_what_a_task_raises(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise ValueError("oh")

    with caplog.at_level(logging.ERROR):
        await asyncio.gather(Core().spawn(work(), "clumsy"), return_exceptions=True)
        await asyncio.sleep(0)
    assert "clumsy" in caplog.text


class Beaten(WebSocketTransport):
    """A connection that counts its beats."""

    def __init__(self) -> None:
        self.beats = 0
        self.twice = asyncio.Event()

    def beat(self) -> None:
        self.beats += 1
        if self.beats == 2:
            self.twice.set()


async def test_heartbeat_reaches_every_connection_equally_often() -> None:
    heartbeat, connections = Heartbeat(0.02), [Beaten() for _ in range(5)]
    for connection in connections:
        heartbeat.add(connection)
    core = Core()
    core.spawn(heartbeat.run(), "heartbeat")
    for connection in connections:
        await soon(connection.twice.wait())
    await core.close()
    assert max(c.beats for c in connections) - min(c.beats for c in connections) <= 1


async def test_heartbeat_forgets_a_connection_that_ended() -> None:
    heartbeat, gone, stays = Heartbeat(0.02), Beaten(), Beaten()
    heartbeat.add(gone)
    heartbeat.add(stays)
    heartbeat.remove(gone)
    core = Core()
    core.spawn(heartbeat.run(), "heartbeat")
    await soon(stays.twice.wait())
    await core.close()
    assert gone.beats == 0
