"""A running gateway with the machine office in its configuration, and a directory for its own data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.web.settings import WebSettings
from tests.peers import FakeMachine
from tests.running import RunningGateway
from tests.web.api.client import Client


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    return tmp_path


@pytest.fixture
async def gateway(machine: FakeMachine, state: Path) -> AsyncIterator[RunningGateway]:
    settings = WebSettings(secrets_dir=state / "secrets", backups_dir=state / "backups")
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        yield gateway


@pytest.fixture
async def admin(gateway: RunningGateway) -> Client:
    return Client(await gateway.logged_in(), gateway.site)
