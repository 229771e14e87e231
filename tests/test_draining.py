"""A gateway that is asked to stop."""

from __future__ import annotations

import asyncio

from gateway.draining import drain
from tests.peers import FakeMachine, soon
from tests.running import RunningGateway, open_session


async def test_sessions_may_finish_while_nobody_new_is_expected() -> None:
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway:
        near, _ = await open_session(await gateway.browser(), machine)
        async with asyncio.TaskGroup() as tasks:
            draining = tasks.create_task(drain(gateway.app, 60, asyncio.Event().wait))
            await asyncio.sleep(0)
            async with gateway.visitor().get("/readyz") as response:
                assert (response.status, await response.text()) == (503, "stopping\n")
            upgrade = {"Origin": gateway.site, "Upgrade": "websocket", "Connection": "Upgrade"}
            upgrade |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
            async with gateway.visitor().get("/ws/office", headers=upgrade) as response:
                assert (response.status, "being stopped" in await response.text()) == (503, True)
            assert not draining.done()
            await near.close()
            await soon(draining)


async def test_second_signal_ends_the_wait() -> None:
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway:
        near, _ = await open_session(await gateway.browser(), machine)
        hurry = asyncio.Event()
        hurry.set()
        await soon(drain(gateway.app, 60, hurry.wait))
        await near.close()


async def test_gateway_without_sessions_stops_at_once() -> None:
    async with RunningGateway({"office": "spice://127.0.0.1:1"}) as gateway:
        await soon(drain(gateway.app, 60, asyncio.Event().wait))
