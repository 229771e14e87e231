"""Guests in Chromium: whoever came by a link, in the tab that it opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gateway.server.closing import CloseCode, Closing
from tests.e2e.browser import PATIENCE_MS, Visitor
from tests.e2e.gateway import MACHINE, Gateway
from tests.e2e.office import Office
from tests.e2e.office_visitor import Enter, wait_connected
from tests.e2e.program import PATIENCE, wait_for
from tests.e2e.reserved import free_port

pytestmark = pytest.mark.e2e

SECRET = "of the machine"
WATCH = """() => {
  window.lost = false;
  window.addEventListener("spice-state", ({ detail }) => (window.lost ||= detail.state !== "connected"));
}"""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


def test_each_tab_goes_on_with_the_rights_of_its_own_link(enter: Enter) -> None:
    admin, guest = enter(), enter("")
    links = [admin.ticket_link("demo"), admin.ticket_link("demo", "control")]
    looking, typing = tabs = [guest.page, guest.context.new_page()]
    for page, link in zip(tabs, links, strict=True):
        page.goto(link)
    for page in tabs:  # both ask, before either button is pressed
        page.get_by_role("button", name="Open demo").click()
        wait_connected(page)
    admin.admin("sessions")
    expect(admin.row("guest of admin", "demo")).to_have_count(2)
    for again in (None, "reload", "reconnect"):
        if again == "reload":
            for page in tabs:
                page.reload()
        elif again == "reconnect":
            for page in tabs:
                page.evaluate("window.untouched = true")
                page.evaluate(WATCH)
            _break_connections(admin.office)
            for page in tabs:
                wait_for("lost connection", partial(page.evaluate, "window.lost"))
        for page in tabs:
            wait_connected(page)
        expect(_reset(looking)).to_be_disabled()
        expect(_reset(typing)).to_be_enabled()
        expect(admin.row("guest of admin", "demo", "view only")).to_have_count(1)
        expect(admin.row("guest of admin", "demo")).to_have_count(2)
    assert [page.evaluate("window.untouched") for page in tabs] == [True, True]
    assert looking.url != typing.url
    admin.go("/admin#tickets")
    admin.act(admin.row("demo", "used", "control"), "Revoke")
    expect(typing.locator("spice-viewer").get_by_role("alert")).to_contain_text("has ended")
    wait_connected(looking)
    typing.reload()
    expect(typing.get_by_role("heading")).to_have_text("Your visit has ended.")
    looking.goto(links[0])
    wait_connected(looking)  # the link leads back, in the browser that opened it
    assert guest.complaints == []


def test_visit_leaves_no_cookie_behind(enter: Enter) -> None:
    admin, guest = enter(), enter("")
    guest.page.goto(admin.ticket_link("demo"))
    guest.page.get_by_role("button", name="Open demo").click()
    wait_connected(guest.page)
    (cookie,) = guest.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert guest.page.url == f"{admin.office.origin}{cookie['path']}/screen", "it counts for this visit only"
    assert cookie["value"] not in guest.page.content()
    admin.admin("tickets")
    revoke = admin.row("demo", "used", "for a visitor").get_by_role("button", name="Revoke", exact=True)
    expect(revoke.first).to_be_visible()
    while left := revoke.count():
        revoke.first.click()
        expect(revoke).to_have_count(left - 1)
    expect(guest.page.locator("spice-viewer").get_by_role("alert")).to_contain_text("has ended")
    guest.page.reload()
    expect(guest.page.get_by_role("heading")).to_have_text("Your visit has ended.")
    assert guest.context.cookies() == []


def test_guest_goes_on_when_the_gateway_was_killed_and_started_anew(
    tmp_path: Path, browser: Browser, cleanup: ExitStack
) -> None:
    port = ("--port", str(free_port()))
    first = cleanup.enter_context(Gateway(tmp_path, None, SECRET, arguments=port))
    guest = cleanup.enter_context(Visitor(browser))
    guest.page.goto(_link(first))
    guest.page.get_by_role("button", name=f"Open {MACHINE}").click()
    wait_connected(guest.page)
    guest.page.evaluate("window.untouched = true")
    first.stop()
    expect(guest.page.locator("spice-viewer[data-state=connected]")).to_have_count(0)
    first.log.rename(tmp_path / "first.log")
    cleanup.enter_context(Gateway(tmp_path, None, SECRET, arguments=port))
    expect(guest.page.locator("spice-viewer[data-state=connected]")).to_be_visible(timeout=2 * PATIENCE_MS)
    assert guest.page.evaluate("window.untouched") is True
    expect(_reset(guest.page)).to_be_disabled()


def _reset(page: Page) -> Locator:
    """A button that is there for who may type."""
    return page.get_by_role("button", name="Ctrl+Alt+Del", include_hidden=True)


def _break_connections(office: Office) -> None:
    """As a machine does that lets everybody go."""

    def let_go() -> None:
        for client in tuple(office.demo.server.clients):
            client.destroy(Closing(CloseCode.MACHINE_CLOSED, "The machine closed the session."))

    office.call(let_go)


def _link(gateway: Gateway) -> str:
    headers = {"Cookie": "=".join(gateway.enter()), "Origin": gateway.origin, "Content-Type": "application/json"}
    body = json.dumps({"machine": MACHINE, "rights": ["view"], "lifetime": 600}).encode()
    request = Request(f"{gateway.origin}/api/v1/tickets", body, headers, method="POST")
    with urlopen(request, timeout=PATIENCE) as answer:
        return str(json.load(answer)["link"])
