"""`/api/v1/events`: the feed as server-sent events, for as long as the right to it lasts."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp import ClientConnectionResetError, web

from gateway.access import Permission
from gateway.web.api.feed import EVENTS, Feed
from gateway.web.api.operation import Ask, Resource

events = Resource("events", "What changes, live.")

FEED: Final = web.AppKey("feed", Feed)
STREAM: Final = "text/event-stream"
WRITE_SECONDS: Final = 30
"""A reader that takes nothing for so long is gone."""
RETRY: Final = "retry: 2000\n\n"


@events.get("/events", Permission.DASHBOARD, media=STREAM, events=EVENTS)
async def listen(ask: Ask) -> web.StreamResponse:
    """Server-sent events: `snapshot`, then `changes`, `changed`, and `figures` every second.

    The data of each is one JSON object, see `x-events`. After too slow reading a `snapshot` comes again. `end` tells
    why the stream ends.
    """
    feed, leases = ask.request.app[FEED], ask.access.leases
    reader = feed.join()
    try:
        lease = await leases.hold(ask.by, Permission.DASHBOARD, reader.end)
        try:
            response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
            response.content_type, response.charset = STREAM, "utf-8"
            await response.prepare(ask.request)
            with suppress(ClientConnectionResetError):  # the reader left
                await _write(response, RETRY)
                while (text := await reader.next()) is not None:
                    await _write(response, text)
                await _write(response, f"event: end\ndata: {reader.ending}\n\n")
            return response
        finally:
            leases.release(lease)
    finally:
        feed.leave(reader)


async def _write(response: web.StreamResponse, text: str) -> None:
    """Raises `ConnectionResetError` when the reader takes nothing."""
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await response.write(text.encode())
    except TimeoutError:
        raise ConnectionResetError("the reader of events takes nothing") from None
