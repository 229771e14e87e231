"""The end of a gateway that is asked to stop: nobody new comes in, and who is in may finish."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from gateway.server.pipe_channel import PipeChannel
from gateway.spice.enums import ChannelType
from gateway.web.keys import CONCIERGE, FLEET, READINESS

log = logging.getLogger("spicegate")


async def drain(app: web.Application, seconds: float, hurry: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Wait until the sessions have ended, for at most so long, or until `hurry()` is done: a second signal."""
    app[READINESS].draining = True
    concierge = app[CONCIERGE]
    if not concierge.sessions or seconds <= 0:
        return
    log.info("stopping: %d sessions may finish within %g s; a second signal ends them", concierge.sessions, seconds)
    tell_everybody(app, f"The gateway is being stopped in {seconds:g} seconds.")
    waiting = asyncio.ensure_future(concierge.until_empty())  # noqa: TID251 - awaited and cancelled right here
    hurrying = asyncio.ensure_future(hurry())  # noqa: TID251
    try:
        await asyncio.wait((waiting, hurrying), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        hurrying.cancel()


def tell_everybody(app: web.Application, text: str) -> None:
    """Show a sentence on the machines of our own; those elsewhere tell their users themselves."""
    for member in app[FLEET]:
        server = member.machine.server
        if isinstance(server.find_channel(ChannelType.MAIN, 0), PipeChannel):
            server.main.notify(text)
