"""The event loops that the gateway runs on: asyncio's own, and uvloop's where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]]
try:
    import uvloop
except ImportError:  # no wheel for this platform
    LOOPS = {"asyncio": asyncio.new_event_loop}
else:
    LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
