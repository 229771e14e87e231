"""Somebody who uses the API, and looks whether each error is a problem."""

from __future__ import annotations

from typing import Any, NamedTuple

import aiohttp

from gateway.access import Role
from gateway.web.api.problem import MEDIA_TYPE
from tests.running import RunningGateway


class Answer(NamedTuple):
    """`data` is None where there is none."""

    status: int
    data: Any
    headers: Any


class Client:
    """A log-in's browser, or a program with a key."""

    def __init__(self, session: aiohttp.ClientSession, site: str, key: str | None = None) -> None:
        self.session = session
        self.site = site
        self.headers = {"Authorization": f"Bearer {key}"} if key is not None else {"Origin": site}

    async def ask(self, method: str, path: str, body: object = None, **query: object) -> Answer:
        """Ask below `/api/v1`."""
        params = {name: str(value) for name, value in query.items()}
        url = f"{self.site}/api/v1{path}"
        async with self.session.request(method, url, params=params, headers=self.headers, json=body) as response:
            text = await response.text()
            if response.status >= 400:
                assert response.content_type == MEDIA_TYPE, text
            data = await response.json(content_type=None) if "json" in response.content_type else text or None
            return Answer(response.status, data, response.headers)

    async def get(self, path: str, **query: object) -> Any:
        """What is there."""
        answer = await self.ask("GET", path, **query)
        assert answer.status == 200, answer
        return answer.data

    async def post(self, path: str, body: object = None) -> Any:
        """What it did."""
        answer = await self.ask("POST", path, body)
        assert answer.status in (200, 201, 204), answer
        return answer.data


async def somebody(gateway: RunningGateway, role: Role) -> Client:
    """Somebody of a role, who has logged in."""
    return Client(await gateway.logged_in(role), gateway.site)


async def program(gateway: RunningGateway, *scopes: str) -> Client:
    """A program with the admin's key."""
    browser = Client(await gateway.logged_in(), gateway.site)
    made = await browser.post("/me/keys", {"name": " ".join(scopes), "scopes": list(scopes)})
    return Client(gateway.visitor(), gateway.site, made["secret"])
