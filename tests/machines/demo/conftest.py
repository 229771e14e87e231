"""The desktop moves no bytes: one event loop is enough, the one that the gateway runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from tests.loops import LOOPS


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    name = list(LOOPS)[-1]
    return {name: LOOPS[name]}
