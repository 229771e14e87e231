"""Several machines are asked at once, for somebody who waits."""

from __future__ import annotations

import asyncio

from gateway.machines.asking import ask_all
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.relay.machine import RelayMachine
from gateway.server.core import Core
from tests.peers import FakeMachine, soon


class SlowMachine(RelayMachine):
    """It answers when the test lets it."""

    answered = False

    def __init__(self, core: Core, name: str) -> None:
        super().__init__(core, name, parse_endpoint("spice://127.0.0.1:1"))
        self.may_answer = asyncio.Event()

    async def probe(self) -> None:
        await self.may_answer.wait()
        self.answered = True


async def test_nobody_waits_for_a_machine_that_is_slow_and_its_answer_still_counts() -> None:
    core = Core()
    async with FakeMachine() as quick:
        slow, office = SlowMachine(core, "slow"), RelayMachine(core, "office", parse_endpoint(quick.url))
        asking = core.spawn(ask_all([slow, office], 60), "asking")
        while office.health.state != "up":
            await asyncio.sleep(0)
        assert not asking.done()
        asking.cancel()
        await soon(ask_all([slow], 0))
        assert not slow.answered
        slow.may_answer.set()
        while not slow.answered:
            await asyncio.sleep(0)
    await core.close()


async def test_no_machines_take_no_time() -> None:
    await soon(ask_all([]))
