"""What the pages say, and the headers they come with."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from gateway.access import Role
from gateway.web.headers import WASM_WORKERS
from gateway.web.rendering import assets
from gateway.web.static_files import STATIC_FILES
from tests.peers import FakeMachine
from tests.running import RunningGateway, open_session

HTML = {"Accept": "text/html"}


class Outline(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split()) + " "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def page(gateway: RunningGateway, path: str, status: int = 200) -> Outline:
    session = await gateway.logged_in()
    async with session.get(path, headers=HTML) as response:
        assert response.status == status
        assert response.content_type == "text/html"
        return Outline(await response.text())


async def test_machines_page_shows_state_address_and_what_to_do(gateway: RunningGateway, machine: FakeMachine) -> None:
    found = await page(gateway, "/")
    assert found.all("li")[0]["data-state"] == "up"
    assert machine.url in found.text
    assert {"/m/office"} <= {link["href"] for link in found.all("a")}
    assert {"/logout", "/m/office/ticket"} == {form["action"] for form in found.all("form")}


async def test_machines_page_says_that_a_machine_is_away(gateway: RunningGateway, machine: FakeMachine) -> None:
    machine.vanish()
    found = await page(gateway, "/")
    assert found.all("li")[0]["data-state"] == "away"
    assert "The machine is not reachable (connection refused)." in found.text


async def test_machines_page_shows_who_is_there_and_what_the_machine_has(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    await open_session(await gateway.browser(), machine)
    found = await page(gateway, "/")
    for words in ("in use by 1", "Session", "Screen", "Keyboard and mouse"):
        assert words in found.text


async def test_each_role_is_shown_its_own_pages(gateway: RunningGateway, machine: FakeMachine) -> None:
    for role, sees_admin in ((Role.ADMIN, True), (Role.OPERATOR, True), (Role.USER, False), (Role.VIEWER, False)):
        session = await gateway.logged_in(role)
        async with session.get("/", headers=HTML) as response:
            found = Outline(await response.text())
        links = {link["href"] for link in found.all("a")}
        assert {"/", "/account"} <= links
        assert ("/admin" in links) is sees_admin
        assert (machine.url in found.text) is sees_admin, "where a machine is concerns those who watch over it"
        async with session.get("/admin", headers=HTML) as response:
            assert response.status == (200 if sees_admin else 403)


async def test_machines_page_without_machines_says_what_to_do_next() -> None:
    async with RunningGateway({}) as gateway:
        for role, words in ((Role.ADMIN, "Add a machine"), (Role.OPERATOR, "An administrator"), (Role.USER, "Ask an")):
            async with (await gateway.logged_in(role)).get("/", headers=HTML) as response:
                assert words in await response.text()


async def test_viewer_page_embeds_the_viewer(gateway: RunningGateway) -> None:
    found = await page(gateway, "/m/office")
    viewer = {"machine": "office", "src": "/ws/office", "home": "/", "report": "/m/office/report"}
    assert found.all("spice-viewer") == [viewer]
    assert "The viewer needs JavaScript" in found.text
    assert "The viewer has not loaded" in found.text


async def test_viewer_of_whoever_may_only_look_says_so(gateway: RunningGateway) -> None:
    for role, view_only in ((Role.USER, False), (Role.VIEWER, True)):
        async with (await gateway.logged_in(role)).get("/m/office", headers=HTML) as response:
            (element,) = Outline(await response.text()).all("spice-viewer")
        assert ("view-only" in element) is view_only


@pytest.mark.parametrize("path", ["/", "/account", "/admin", "/m/office", "/m/nobody"])
async def test_pages_have_a_language_a_title_one_heading_and_a_main_part(gateway: RunningGateway, path: str) -> None:
    found = await page(gateway, path, 404 if path == "/m/nobody" else 200)
    assert found.all("html")[0]["lang"] == "en"
    assert len(found.all("title")) == len(found.all("h1")) == len(found.all("main")) == 1


@pytest.mark.parametrize("path", ["/", "/account", "/admin", "/m/office", "/m/nobody"])
async def test_pages_hold_nothing_that_their_policy_forbids(gateway: RunningGateway, path: str) -> None:
    found = await page(gateway, path, 404 if path == "/m/nobody" else 200)
    assert not found.all("style")
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    for address in [a.get("src") or "" for a in found.all("script")] + [a.get("href") or "" for a in found.all("link")]:
        base = gateway.app[STATIC_FILES].base
        assert address.startswith(base)
        assert (assets() / "static" / address.removeprefix(f"{base}/")).exists(), f"{address} is missing"


async def test_unknown_machine_is_an_error_page_with_a_way_out(gateway: RunningGateway) -> None:
    found = await page(gateway, "/m/<script>", 404)
    assert "There is no machine of this name." in found.text
    assert {"href": "/", "class": "button"} in found.all("a")


async def test_stranger_is_led_to_the_log_in(gateway: RunningGateway) -> None:
    async with gateway.visitor().get("/", headers=HTML) as response:
        assert (response.status, response.url.path) == (200, "/login")
        assert "Password" in await response.text()


async def test_programs_get_plain_text_errors(gateway: RunningGateway) -> None:
    async with gateway.visitor().get("/") as response:
        assert response.content_type == "text/plain"


async def test_mistake_of_ours_is_a_page_without_details(gateway: RunningGateway, machine: FakeMachine) -> None:
    session = await gateway.logged_in()
    gateway.machine().health = None  # type: ignore[assignment]
    async with session.get("/", headers=HTML) as response:
        assert response.status == 500
        assert "Traceback" not in await response.text()


async def test_supervisors_are_answered(gateway: RunningGateway) -> None:
    for path in ("/healthz", "/readyz"):
        async with gateway.visitor().get(path) as response:
            assert (response.status, await response.text()) == (200, "ok\n")


# headers


@pytest.mark.parametrize("path", ["/", "/m/office", "/nothing", "/static/js/spice/codec.js", "/healthz", "/ws/office"])
async def test_every_response_has_the_security_headers(gateway: RunningGateway, path: str) -> None:
    session = await gateway.logged_in()
    async with session.get(path) as response:
        headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static/") else "no-store")
    assert headers["Server"] == "spicegate"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy


async def test_only_the_display_worker_may_compile_webassembly(gateway: RunningGateway) -> None:
    for ending in WASM_WORKERS:
        for base in ("/static", gateway.app[STATIC_FILES].base):
            async with gateway.visitor().get(base + ending) as response:
                assert response.status == 200, f"{base}{ending} is missing"
                assert "script-src 'self' 'wasm-unsafe-eval';" in response.headers["Content-Security-Policy"]
