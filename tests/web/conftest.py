"""A running gateway with one machine, named office."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.peers import FakeMachine
from tests.running import RunningGateway


@pytest.fixture
async def machine() -> AsyncIterator[FakeMachine]:
    async with FakeMachine() as machine:
        yield machine


@pytest.fixture
async def gateway(machine: FakeMachine) -> AsyncIterator[RunningGateway]:
    async with RunningGateway({"office": machine.url}) as gateway:
        yield gateway
