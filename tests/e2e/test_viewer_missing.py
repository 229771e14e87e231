"""The viewer's page when the viewer does not come: no network, or a gateway that is being replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.office import Office
from tests.e2e.office_visitor import Worker

pytestmark = pytest.mark.e2e

SENTENCE = "The viewer has not loaded"


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def uma(browser: Browser, office: Office, cleanup: ExitStack) -> Worker:
    return cleanup.enter_context(Worker(browser, office, "uma"))


@pytest.mark.parametrize("module", ["viewer.js", "spice/session.js", "render/display_client.js", "ui/stage.js"])
def test_page_says_that_a_module_did_not_come_and_heals_by_itself(uma: Worker, module: str) -> None:
    broken = True

    def answer(route: Route) -> None:
        if broken and (route.request.method == "HEAD" or route.request.url.endswith(module)):
            route.abort()
        else:
            route.continue_()

    uma.page.route(f"**/js/{module}", answer)
    uma.page.route("**/m/demo", answer)  # it asks for itself before it loads itself again: three times at most
    uma.go("/m/demo")
    expect(uma.page.get_by_role("alert")).to_contain_text(SENTENCE)
    expect(uma.page.get_by_role("alert")).to_contain_text("tries again by itself")
    expect(uma.page.get_by_role("link", name="Reload")).to_be_visible()
    broken = False
    expect(uma.page.locator("spice-viewer[data-state=connected]")).to_be_visible()
    expect(uma.page.get_by_role("alert")).to_be_hidden()


def test_page_of_a_viewer_that_stays_broken_does_not_load_itself_for_ever(uma: Worker) -> None:
    loaded: list[str] = []
    uma.page.route("**/js/viewer.js", lambda route: route.abort())
    uma.page.on("request", lambda request: loaded.append(request.url) if request.is_navigation_request() else None)
    uma.go("/m/demo")
    alert = uma.page.get_by_role("alert")
    expect(alert).to_contain_text(SENTENCE)
    expect(uma.page.locator("html[data-viewer=missing]")).to_be_visible()
    expect(alert.get_by_text("tries again by itself")).to_be_hidden()
    assert len(loaded) == 4
    uma.page.unroute("**/js/viewer.js")
    uma.page.get_by_role("link", name="Reload").click()
    expect(uma.page.locator("spice-viewer[data-state=connected]")).to_be_visible()


def test_page_without_any_script_of_ours_says_so_after_a_while(uma: Worker) -> None:
    uma.page.emulate_media(reduced_motion="reduce")
    uma.page.route("**/*.js", lambda route: route.abort())
    uma.go("/m/demo")
    expect(uma.page.get_by_role("alert")).to_contain_text(SENTENCE)
