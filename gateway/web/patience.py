"""Deadlines for each connection's first request and for bodies: whoever dribbles must not hold a socket for ever.

aiohttp has a deadline between requests, but none before the first, and none for bodies.
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler


class Patience:
    """The connections whose first request has not come yet. Both deadlines are in seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.body_seconds = seconds
        self._waiting: set[asyncio.BaseProtocol] = set()

    def expect_from(self, handler: RequestHandler) -> RequestHandler:
        """Start the clock of a new connection."""
        self._waiting.add(handler)
        asyncio.get_running_loop().call_later(self.seconds, self._expire, handler)
        return handler

    def came(self, handler: asyncio.BaseProtocol) -> None:
        """A request was read."""
        self._waiting.discard(handler)

    def _expire(self, handler: RequestHandler) -> None:
        if handler in self._waiting:
            self._waiting.remove(handler)
            if handler.transport is not None:
                handler.transport.abort()


async def read_body(request: web.Request) -> bytes:
    """A request's body, which has to come within a time. Raises `HTTPRequestTimeout`, `HTTPRequestEntityTooLarge`."""
    try:
        async with asyncio.timeout(request.app[PATIENCE].body_seconds):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body of the request did not come in time.") from None


PATIENCE = web.AppKey("patience", Patience)


@web.middleware
async def punctual(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stop the clock of the request's connection."""
    request.app[PATIENCE].came(request.protocol)
    return await handler(request)
