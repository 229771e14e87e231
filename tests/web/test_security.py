"""Each route for each role, and what must never be told."""

from __future__ import annotations

import logging
import re

import aiohttp
import pytest

from gateway.access import Role, Scope
from gateway.access.roles import ROLE_PERMISSIONS
from tests.peers import FakeMachine
from tests.running import PASSWORD, RunningGateway, open_session
from tests.web.security_table import DOCUMENT, rows, written

SECRET = "planted-secret-of-the-machine"
UPGRADES = {"/ws/{machine}", "/t/{machine}/{visit}/ws", "/api/v1/events", "/api/v1/me/events"}
"""Routes that are tried by tests of their own: they do not end by themselves."""


def address(path: str) -> str:
    """A route with something in its places."""
    return re.sub(r"\{[^}]+\}", "1", path.replace("{machine}", "office").replace("{name}", "office"))


async def test_document_has_the_routes_as_they_are(gateway: RunningGateway) -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text == written(text, gateway.app), "run python -m tests.web.security_table"


@pytest.mark.parametrize("role", list(Role))
async def test_role_gets_what_it_may_and_nothing_else(gateway: RunningGateway, role: Role) -> None:
    for method, path, permission in rows(gateway.app):
        if path in UPGRADES or path == "/logout":
            continue
        session = await gateway.logged_in(role)
        headers = {"Origin": gateway.site, "Content-Type": "application/json"}
        async with session.request(
            method, address(path), headers=headers, data=b"{}" if method != "GET" else None, allow_redirects=False
        ) as response:
            allowed = permission is None or permission in ROLE_PERMISSIONS[role]
            assert response.status < 500, f"{method} {path}"
            assert (response.status == 403) is not allowed, f"{role} {method} {path}: {response.status}"
        await session.close()


async def test_no_write_is_taken_from_another_page(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    for method, path, _ in rows(gateway.app):
        if method == "GET":
            continue
        for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            async with session.request(method, address(path), headers=origin, allow_redirects=False) as response:
                assert response.status == 403, f"{method} {path} from {origin}"


@pytest.mark.parametrize("scope", list(Scope))
async def test_key_does_no_more_than_its_scope(gateway: RunningGateway, scope: Scope) -> None:
    admin = await gateway.admin()
    key = await gateway.access.keys.issue(admin, "a key", [scope])
    principal = await gateway.access.keys.find(key.secret, address="127.0.0.1")
    assert principal is not None
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"}
    for method, path, permission in rows(gateway.app):
        if path in UPGRADES or permission is None or path == "/logout":
            continue
        async with gateway.visitor().request(
            method, address(path), headers=headers, data=b"{}" if method != "GET" else None, allow_redirects=False
        ) as response:
            assert response.status < 500, f"{method} {path}"
            assert (response.status == 403) is not principal.may(permission), f"{scope} {method} {path}"


async def test_planted_secrets_are_told_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        FakeMachine(password=SECRET) as machine,
        RunningGateway({"office": machine.url}, password=SECRET) as gateway,
    ):
        browser = await gateway.browser()
        await open_session(browser, machine)
        session, admin = await gateway.logged_in(), await gateway.admin()
        key = await gateway.access.keys.issue(admin, "a key", [Scope.ADMIN])
        ticket = await gateway.access.tickets.issue(admin, "office")
        planted = [SECRET, PASSWORD, key.secret, ticket.secret]
        for method, path, permission in rows(gateway.app):
            if method != "GET" or path in UPGRADES or permission is None or path.endswith(".vv"):
                continue
            await _search(session, address(path), planted)
        for page in ("/login", "/healthz", "/readyz"):
            await _search(gateway.visitor(), page, planted)
    for secret in planted:
        assert secret not in caplog.text


async def _search(session: aiohttp.ClientSession, path: str, planted: list[str]) -> None:
    async with session.get(path, allow_redirects=False) as response:
        text = await response.text()
        for secret in planted:
            assert secret not in text, path
            assert secret not in str(response.headers), path
