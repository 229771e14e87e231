"""The one-time link, the cookie, and who may write."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

import pytest

from gateway.spice.limits import LOGIN_SECONDS, MAX_LOGINS
from gateway.web import WebSettings
from gateway.web.logins import Logins
from tests.peers import FakeMachine
from tests.running import RunningGateway


async def test_link_becomes_a_cookie_and_leads_to_the_only_machine(gateway: RunningGateway) -> None:
    session, token = gateway.visitor(), gateway.logins.issue_token()
    async with session.get(f"/enter?token={token}", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/m/office")
        cookie = SimpleCookie(response.headers["Set-Cookie"])["spicegate"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert token not in cookie.value
    async with session.get("/") as response:
        assert response.status == 200


async def test_link_leads_to_the_list_when_there_are_several_machines(machine: FakeMachine) -> None:
    async with RunningGateway({"one": machine.url, "two": machine.url}) as gateway:
        token = gateway.logins.issue_token()
        async with gateway.visitor().get(f"/enter?token={token}", allow_redirects=False) as response:
            assert response.headers["Location"] == "/"


async def test_link_works_once(gateway: RunningGateway) -> None:
    path = f"/enter?token={gateway.logins.issue_token()}"
    first, second = gateway.visitor(), gateway.visitor()
    async with first.get(path, allow_redirects=False) as response:
        assert response.status == 303
    async with second.get(path, allow_redirects=False) as response:
        assert response.status == 401
        assert "used already" in await response.text()
    async with first.get(path, allow_redirects=False) as response:
        assert response.status == 303, "who is logged in is let through"
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=%00", "?other=1"])
async def test_wrong_link_logs_nobody_in(gateway: RunningGateway, query: str) -> None:
    async with gateway.visitor().get(f"/enter{query}", allow_redirects=False) as response:
        assert response.status == 401
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("cookie", ["", "guess", "a" * 5000, "%00", "é"])
async def test_forged_cookie_is_nobodys(gateway: RunningGateway, cookie: str) -> None:
    async with gateway.visitor().get("/", headers={"Cookie": f"spicegate={cookie}"}) as response:
        assert response.status == 401


async def test_cookie_is_secure_behind_a_proxy_with_tls(machine: FakeMachine) -> None:
    settings = WebSettings(public_url="https://console.example")
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        path = f"/enter?token={gateway.logins.issue_token()}"
        async with gateway.visitor().get(path, allow_redirects=False) as response:
            assert SimpleCookie(response.headers["Set-Cookie"])["spicegate"]["secure"]


def test_log_in_expires() -> None:
    logins = Logins()
    cookie = logins.enter(logins.issue_token(), now=0)
    assert logins.find(cookie, LOGIN_SECONDS - 1)
    assert not logins.find(cookie, LOGIN_SECONDS)


def test_log_ins_are_bounded_and_the_oldest_goes_first() -> None:
    logins = Logins()
    cookies = [logins.enter(logins.issue_token(), now=0) for _ in range(MAX_LOGINS + 1)]
    assert logins.find(cookies[0], 1) is None
    assert logins.find(cookies[1], 1)
    assert logins.find(cookies[-1], 1)


# who may write


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1", ""])
async def test_ticket_is_given_to_own_pages_only(gateway: RunningGateway, origin: str | None) -> None:
    session = await gateway.logged_in()
    headers = {"Origin": origin} if origin is not None else {}
    async with session.post("/m/office/ticket", headers=headers) as response:
        assert response.status == 403


async def test_ticket_is_given_with_its_lifetime(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.post("/m/office/ticket", headers={"Origin": gateway.site}) as response:
        answer = await response.json()
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", answer["ticket"])
    assert answer["expires_in"] == 300


async def test_ticket_for_an_unknown_machine_is_none(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.post("/m/other/ticket", headers={"Origin": gateway.site}) as response:
        assert response.status == 404


async def test_tickets_are_bounded(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    for _ in range(256):
        gateway.machine().server.tickets.issue(gateway.machine().core.now())
    async with session.post("/m/office/ticket", headers={"Origin": gateway.site}) as response:
        assert response.status == 429


async def test_connections_that_do_not_come_from_the_proxy_are_refused(machine: FakeMachine) -> None:
    from ipaddress import ip_network

    settings = WebSettings(public_url="https://console.example", trusted_proxies=(ip_network("192.0.2.0/24"),))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        for path in ("/", "/healthz", "/static/js/viewer.js", "/ws/office"):
            async with gateway.visitor().get(path) as response:
                assert response.status == 403
