"""Every route needs a log-in, or stands on the list below."""

from __future__ import annotations

import re

import pytest
from aiohttp import web
from yarl import URL

from gateway.web.api.install import RESOURCES
from gateway.web.guard import PUBLIC
from tests.running import RunningGateway

# Route, and why it may do without a log-in.
ALLOWED = {
    "/login": "it is how one logs in",
    "/setup": "it is how the first administrator comes to be",
    "/healthz": "a supervisor asks",
    "/readyz": "a supervisor asks",
    "/static/{path}": "the error page needs its style; the files are those of the public package",
    "/t/{machine}.vv": "the ticket in the link is what opens it",
    "/t/{machine}": "the ticket in the link is what opens it",
    "/t/{machine}/{visit}": "the cookie counts that holds the link's ticket, or was given for it",
    "/t/{machine}/{visit}/report": "the cookie counts that was given for a ticket",
    "/t/{machine}/{visit}/screen": "the cookie counts that was given for a ticket",
    "/t/{machine}/{visit}/ws": "the cookie counts that was given for a ticket",
    "/ws/{machine}": "clients without a cookie give a one-time ticket in the SPICE link",
}
PRIVATE = {
    "/",
    "/account",
    "/admin",
    "/logout",
    "/metrics",
    "/m/{machine}",
    "/m/{machine}/report",
    "/m/{machine}/ticket",
    "/m/{machine}.vv",
    "/api",
    "/api/v1/openapi.json",
}
API = {f"/api/v1{operation.path}" for resource in RESOURCES for operation in resource.operations}


def routes(app: web.Application) -> list[tuple[str, str, str | None]]:
    """Method, path and name of every route."""
    found = []
    for route in app.router.routes():
        resource = route.resource
        assert resource is not None, "a route that cannot be enumerated"
        found.append((route.method, resource.canonical, resource.name))
    return found


async def test_every_route_is_known_here(gateway: RunningGateway) -> None:
    assert {path for _, path, _ in routes(gateway.app)} == set(ALLOWED) | PRIVATE | API


async def test_public_routes_are_those_of_the_list(gateway: RunningGateway) -> None:
    assert {name for _, path, name in routes(gateway.app) if path in ALLOWED} == PUBLIC


async def test_every_other_route_refuses_a_stranger(gateway: RunningGateway) -> None:
    session = gateway.visitor()
    for method, path, _ in routes(gateway.app):
        if path in ALLOWED:
            continue
        url = re.sub(r"\{\w+\}", "1", path.replace("{machine}", "office"))
        async with session.request(method, url, headers={"Origin": gateway.site}, allow_redirects=False) as response:
            assert response.status == 401, f"{method} {path}"
            assert "office" not in await response.text(), f"{method} {path} tells about machines"


@pytest.mark.parametrize("path", ["/admin", "/m/", "/m/office/secret", "/api/v1", "/../etc/passwd", "//"])
async def test_address_that_does_not_exist_tells_a_stranger_nothing(gateway: RunningGateway, path: str) -> None:
    async with gateway.visitor().get(path) as response:
        assert response.status == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"])
async def test_other_methods_are_refused(gateway: RunningGateway, method: str) -> None:
    session = await gateway.logged_in()
    async with session.request(method, "/", headers={"Origin": gateway.site}) as response:
        assert response.status == 405


@pytest.mark.parametrize("path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "..%2fREADME.md"])
async def test_static_files_end_at_their_directory(gateway: RunningGateway, path: str) -> None:
    session = gateway.visitor()
    async with session.get(URL(f"{gateway.site}/static/{path}", encoded=True)) as response:
        assert response.status in (401, 403, 404)
