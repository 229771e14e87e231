"""Somebody who listens to the API's events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.peers import soon
from tests.web.api.client import Client


class Stream:
    """A reader of `/api/v1/events`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self, *kinds: str) -> Any:
        """The data of the next event of these kinds."""
        kind = ""
        while True:
            line = (await soon(self._response.content.readline())).decode()
            assert line, "the stream ended"
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind in kinds:
                return value if kind == "end" else json.loads(value)


@asynccontextmanager
async def listening(client: Client, path: str = "/events") -> AsyncIterator[Stream]:
    async with client.session.get(f"/api/v1{path}", headers=client.headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Stream(response)
