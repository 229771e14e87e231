"""The OpenAPI document says what there is, and its page too."""

from __future__ import annotations

import re

from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.access import Role
from gateway.web.api.install import RESOURCES
from gateway.web.api.openapi import document
from tests.running import RunningGateway
from tests.web.api.client import Client, somebody

UNDESCRIBED = {"/api/v1/openapi.json"}


def test_document_is_valid() -> None:
    OpenAPIV31SpecValidator(document(RESOURCES)).validate()


async def test_every_route_of_the_api_is_described(gateway: RunningGateway) -> None:
    described = document(RESOURCES)["paths"]
    for route in gateway.app.router.routes():
        path = route.resource.canonical if route.resource is not None else ""
        if path.startswith("/api/") and path not in UNDESCRIBED:
            assert route.method.lower() in described[path.removeprefix("/api/v1")], f"{route.method} {path}"


def test_every_operation_says_which_permission_it_takes_and_has_an_id_of_its_own() -> None:
    operations = [op for methods in document(RESOURCES)["paths"].values() for op in methods.values()]
    assert all(operation["x-permission"] and operation["summary"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)


async def test_document_is_served_to_whoever_is_logged_in(gateway: RunningGateway) -> None:
    viewer = await somebody(gateway, Role.VIEWER)
    assert await viewer.get("/openapi.json") == document(RESOURCES)


async def test_stranger_gets_no_document(gateway: RunningGateway) -> None:
    assert (await Client(gateway.visitor(), gateway.site).ask("GET", "/openapi.json")).status == 401


async def test_page_shows_every_operation_and_every_link_leads_somewhere(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.get("/api", headers={"Accept": "text/html"}) as response:
        page = await response.text()
        assert response.status == 200
    for resource in RESOURCES:
        for operation in resource.operations:
            assert f'id="{operation.id}"' in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert "<script" not in page
    assert "style=" not in page
