"""A deadline for each connection's first request: whoever dribbles a header must not hold a socket for ever.

aiohttp has a deadline between requests, but none before the first.
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler


class FirstRequest:
    """The connections whose first request has not come yet."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: set[asyncio.BaseProtocol] = set()

    def expect_from(self, handler: RequestHandler) -> RequestHandler:
        """Start the clock of a new connection."""
        self._waiting.add(handler)
        asyncio.get_running_loop().call_later(self._seconds, self._expire, handler)
        return handler

    def came(self, handler: asyncio.BaseProtocol) -> None:
        """A request was read."""
        self._waiting.discard(handler)

    def _expire(self, handler: RequestHandler) -> None:
        if handler in self._waiting:
            self._waiting.remove(handler)
            if handler.transport is not None:
                handler.transport.abort()


FIRST_REQUEST = web.AppKey("first_request", FirstRequest)


@web.middleware
async def punctual(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stop the clock of the request's connection."""
    request.app[FIRST_REQUEST].came(request.protocol)
    return await handler(request)
