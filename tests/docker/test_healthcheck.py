"""What the image asks its gateway."""

from __future__ import annotations

import asyncio
import os
import sys
from ipaddress import ip_network
from pathlib import Path

from gateway.web.settings import WebSettings
from tests.certificates import make_certificate
from tests.running import RunningGateway

HEALTHCHECK = Path(__file__).parents[2] / "docker" / "healthcheck.py"


async def healthcheck(port: int) -> int:
    """Its exit code."""
    environment = {**os.environ, "SPICEGATE_GATEWAY__PORT": str(port)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-S", HEALTHCHECK, env=environment)
    return await process.wait()


async def test_gateway_that_only_a_proxy_may_use_is_healthy() -> None:
    proxy = WebSettings("https://example.org/console", (ip_network("192.0.2.0/24"),))
    async with RunningGateway({}, settings=proxy) as gateway:
        assert await healthcheck(gateway.port) == 0


async def test_gateway_with_a_certificate_of_its_own_is_healthy(tmp_path: Path) -> None:
    async with RunningGateway({}, tls=make_certificate(tmp_path)) as gateway:
        assert await healthcheck(gateway.port) == 0


async def test_gateway_that_is_gone_is_not_healthy() -> None:
    async with RunningGateway({}) as gateway:
        pass
    assert await healthcheck(gateway.port) == 1
