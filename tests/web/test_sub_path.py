"""A gateway below a path of a proxy that has other things too."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from ipaddress import ip_network

import pytest

from gateway.access.tokens import visit_id
from gateway.spice.enums import ChannelType
from gateway.web.keys import READINESS
from gateway.web.settings import WebSettings
from tests.peers import Browser, FakeMachine
from tests.running import ADMIN, PASSWORD, RunningGateway

BASE = "/desk/console"


@pytest.fixture
def settings() -> WebSettings:
    return WebSettings(f"https://example.org{BASE}/", (ip_network("127.0.0.0/8"),))


async def test_everything_is_below_the_path(machine: FakeMachine, settings: WebSettings) -> None:
    async with RunningGateway({"office": machine.url, "lab": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        session = gateway.visitor()
        async with session.get(f"{BASE}/", headers={"Accept": "text/html"}, allow_redirects=False) as response:
            assert response.headers["Location"] == f"{BASE}/login?next=%2Fdesk%2Fconsole%2F"
        form, headers = {"name": ADMIN, "password": PASSWORD}, {"Origin": "https://example.org"}
        async with session.post(f"{BASE}/login", data=form, headers=headers, allow_redirects=False) as response:
            assert response.headers["Location"] == f"{BASE}/"
            cookie = SimpleCookie(response.headers["Set-Cookie"])["spicegate"]
            assert (cookie["path"], bool(cookie["secure"])) == (f"{BASE}/", True)
        sent = {"Cookie": f"spicegate={cookie.value}"}
        for path in (f"{BASE}/", f"{BASE}/m/office"):
            async with session.get(path, headers=sent) as response:
                assert response.status == 200
                page = await response.text()
            links = re.findall(r'(?:href|action|src)="(/[^"]*)"', page)
            assert links
            assert all(link.startswith(f"{BASE}/") for link in links), links
        async with session.get(next(link for link in links if link.endswith("/js/viewer.js"))) as response:
            assert response.status == 200


async def test_nothing_is_beside_the_path(machine: FakeMachine, settings: WebSettings) -> None:
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        for path in ("/", "/login", "/metrics", "/desk/", "/desk/consoles/"):
            async with gateway.visitor().get(path) as response:
                assert response.status in (401, 404), path
                assert response.headers["Server"] == "spicegate"


async def test_supervisor_need_not_know_the_path(machine: FakeMachine, settings: WebSettings) -> None:
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        for path in ("/healthz", "/readyz", f"{BASE}/healthz", f"{BASE}/readyz"):
            async with gateway.visitor().get(path) as response:
                assert (response.status, await response.text()) == (200, "ok\n")
        gateway.app[READINESS].draining = True
        for path, status in (("/healthz", 200), ("/readyz", 503)):
            async with gateway.visitor().get(path) as response:
                assert response.status == status


@pytest.mark.parametrize("target", ["/", "/m/office", "/desk/consolex", "//desk/console/"])
async def test_log_in_leads_nowhere_beside_the_path(machine: FakeMachine, settings: WebSettings, target: str) -> None:
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        form, headers = {"name": ADMIN, "password": PASSWORD, "next": target}, {"Origin": "https://example.org"}
        async with gateway.visitor().post(
            f"{BASE}/login", data=form, headers=headers, allow_redirects=False
        ) as response:
            assert response.headers["Location"] == f"{BASE}/m/office"


async def test_channels_are_opened_below_the_path(machine: FakeMachine, settings: WebSettings) -> None:
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        ticket = await gateway.access.tickets.issue(await gateway.admin(), "office")
        browser = Browser(gateway.visitor(), f"{gateway.site}{BASE}/ws/office", origin=None)
        await browser.link(ChannelType.MAIN, password=ticket.secret)


@pytest.mark.parametrize(("url", "base"), [(None, ""), ("https://x.org/", ""), ("https://x.org/a/b/", "/a/b")])
def test_path_is_that_of_the_public_address(url: str | None, base: str) -> None:
    assert WebSettings(url).base == base


async def test_ticket_link_leads_on_below_the_path_and_its_cookies_stay_there(
    machine: FakeMachine, settings: WebSettings
) -> None:
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        issued = await gateway.access.tickets.issue(await gateway.admin(), "office", lifetime=60)
        links, steps = f"{BASE}/t/office", list[tuple[int, str]]()
        path = f"{links}/{visit_id(issued.secret)}"
        cookies = SimpleCookie()
        for method, url, form in (
            ("GET", f"{links}?ticket={issued.secret}", None),
            ("GET", path, None),
            ("POST", links, {"ticket": issued.secret}),
            ("GET", f"{path}/screen", None),
        ):
            headers = {"Origin": "https://example.org", "Cookie": cookies.output([], header="", sep=";").strip()}
            async with gateway.visitor().request(
                method, url, data=form, headers=headers, allow_redirects=False
            ) as response:
                steps.append((response.status, response.headers.get("Location", "")))
                for line in response.headers.getall("Set-Cookie", []):
                    assert f"; Path={path}" in line
                    assert "; Secure" in line
                    cookies.load(line)
                text = await response.text()
        assert steps == [(303, path), (200, ""), (303, f"{path}/screen"), (200, "")]
        assert f'src="{path}/ws" home=""' in text
