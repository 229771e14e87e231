"""`/api/v1/events` and `/api/v1/me/events`: feeds as server-sent events, for as long as the right to them lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Annotated, Final

from aiohttp import ClientConnectionResetError, web
from pydantic import Field

from gateway.access import Permission
from gateway.web.api.feed import EVENTS, Feed, Hello, Reader, event
from gateway.web.api.lookout import Lookout
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.own_feed import OWN_EVENTS, OwnFeed, OwnFeeds
from gateway.web.api.shapes import Shape

events = Resource("events", "What changes, live.")

FEED: Final = web.AppKey("feed", Feed)
OWN_FEEDS: Final = web.AppKey("own_feeds", OwnFeeds)
LOOKOUT: Final = web.AppKey("lookout", Lookout)
STREAM: Final = "text/event-stream"
WRITE_SECONDS: Final = 30
"""A reader that takes nothing for so long is gone."""
RETRY: Final = "retry: 2000\n\n"


class Watched(Shape):
    """What a stream tells everything of."""

    channel: Annotated[str | None, Field(max_length=200)]
    """A channel's key, `machine/type/id`; null: none."""


@events.get("/events", Permission.DASHBOARD, media=STREAM, events=EVENTS)
async def listen(ask: Ask) -> web.StreamResponse:
    """Server-sent events: `hello` and `snapshot`, then `changes`, `changed`, and `figures` every second.

    The data of each is one JSON object, see `x-events`. After too slow reading a `snapshot` comes again. `channel` is
    told of one that was asked for by `PUT /events/{reader}`. `end` tells why the stream ends. While somebody listens
    machines are asked whether they can be reached.
    """
    feed = ask.request.app[FEED]
    reader = feed.join(ask.by.proof)
    try:
        return await _stream(ask, Permission.DASHBOARD, reader, _texts(reader))
    finally:
        feed.leave(reader)


@events.put("/events/{reader}", Permission.DASHBOARD)
async def watch_channel(ask: Ask, reader: Annotated[str, Field(max_length=64)], body: Watched) -> None:
    """Have your own stream tell everything of one channel, at once and every second: also each client's queue and ack
    window, which the figures sum up."""
    ask.request.app[FEED].watch(reader, ask.by.proof, body.channel or "")


@events.get("/me/events", Permission.CONSOLE, media=STREAM, events=OWN_EVENTS)
async def listen_to_own(ask: Ask) -> web.StreamResponse:
    """Server-sent events on the machines that you may open: `snapshot`, then `changes`; `end` tells why the stream
    ends. A machine comes and goes with your right to it."""
    feeds = ask.request.app[OWN_FEEDS]
    feed = feeds.join(ask)
    try:
        return await _stream(ask, Permission.CONSOLE, feed, feed.texts())
    finally:
        feeds.leave(feed)


async def _texts(reader: Reader) -> AsyncGenerator[str, None]:
    yield event("hello", Hello(reader=reader.id).model_dump_json())
    while (text := await reader.next()) is not None:
        yield text


async def _stream(
    ask: Ask, permission: Permission, reader: Reader | OwnFeed, texts: AsyncGenerator[str, None]
) -> web.StreamResponse:
    """Write what the reader is told, until it ends, leaves, or has lost the permission."""
    leases = ask.access.leases
    lease = await leases.hold(ask.by, permission, reader.end)
    try:
        response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
        response.content_type, response.charset = STREAM, "utf-8"
        with ask.request.app[LOOKOUT].watching(), suppress(ClientConnectionResetError):  # the reader left
            await response.prepare(ask.request)
            await _write(response, RETRY)
            async with aclosing(texts):
                async for text in texts:
                    await _write(response, text)
            await _write(response, f"event: end\ndata: {reader.ending}\n\n")
        return response
    finally:
        leases.release(lease)


async def _write(response: web.StreamResponse, text: str) -> None:
    """Raises `ConnectionResetError` when the reader takes nothing."""
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await response.write(text.encode())
    except TimeoutError:
        raise ConnectionResetError("the reader of events takes nothing") from None
