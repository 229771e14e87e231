"""What moves bytes is tested on each event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from tests.loops import LOOPS


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return LOOPS
