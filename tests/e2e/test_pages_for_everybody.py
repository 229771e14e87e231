"""Every page as a screen reader, a phone and a busy gateway show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Route, ViewportSize, expect

from tests.e2e.office import NewOffice, Office
from tests.e2e.office_visitor import Worker, wait_connected
from tests.e2e.program import wait_for

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CROWD = Path(__file__).with_name("crowd.js")
PHONE: ViewportSize = {"width": 390, "height": 780}
SECTIONS = ("channels", "sessions", "machines", "people", "tickets", "audit", "alerts")
MOST_READINGS = 150
"""How many times as long as reading a second's figures showing them may take, however busy the computer is."""
PAGES = ("/", "/account", "/m/nobody", *(f"/admin#{section}" for section in SECTIONS))

_LOOK = """async () => {
  const {violations} = await axe.run(document, {resultTypes: ["violations"]});
  return violations.filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html.slice(0, 120)).join(" | ")}`);
}"""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def worker(browser: Browser, office: Office, cleanup: ExitStack) -> Worker:
    return cleanup.enter_context(Worker(browser, office))


def come_to(worker: Worker, path: str) -> None:
    """The page, with all that comes later."""
    worker.go("/healthz")
    worker.go(path)
    if path.startswith("/admin"):
        expect(worker.page.get_by_text("Live", exact=True)).to_be_visible()
        expect(worker.page.locator("main .panel :is(tbody[role=rowgroup] tr, .empty-state > *)").first).to_be_visible()
    elif path == "/account":
        expect(worker.row("this one")).to_be_visible()


def show(worker: Worker, scheme: str) -> None:
    """In these colours, and without motion: on its way a colour has less contrast than where it goes."""
    worker.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(worker: Worker, scheme: str) -> None:
    show(worker, scheme)
    worker.context.add_init_script(path=AXE)
    worker.open_machine("demo")
    found: dict[str, list[str]] = {}
    for path in PAGES:
        come_to(worker, path)
        found[path] = worker.page.evaluate(_LOOK)
    worker.admin("sessions")
    worker.row("demo").first.hover()
    expect(worker.page.get_by_role("tooltip")).to_be_visible()
    found["a preview"] = worker.page.evaluate(_LOOK)
    worker.page.get_by_role("link", name="Machines", exact=True).last.click()
    worker.page.get_by_role("button", name="Add a machine").click()
    expect(worker.page.get_by_role("dialog")).to_be_visible()
    found["a dialog"] = worker.page.evaluate(_LOOK)
    worker.answer("Cancel")
    worker.context.clear_cookies()
    come_to(worker, "/login")
    found["/login"] = worker.page.evaluate(_LOOK)
    assert not {path: faults for path, faults in found.items() if faults}


def only_get(route: Route) -> None:
    (route.continue_ if route.request.method == "GET" else route.abort)()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_viewer(worker: Worker, scheme: str) -> None:
    show(worker, scheme)
    worker.context.add_init_script(path=AXE)
    worker.go("/m/demo")
    wait_connected(worker.page)
    found = {"connected": worker.page.evaluate(_LOOK)}
    worker.page.get_by_role("button", name="Open the toolbar").click()
    worker.page.get_by_role("button", name="Statistics").click()
    expect(worker.page.get_by_text("Round trip").filter(visible=True).first).to_be_visible()
    found["toolbar and statistics"] = worker.page.evaluate(_LOOK)
    worker.page.get_by_role("button", name="Disconnect").click()
    expect(worker.page.get_by_role("button", name="Reconnect")).to_be_visible()
    found["disconnected"] = worker.page.evaluate(_LOOK)
    worker.go("/m/lab")
    expect(worker.page.locator("spice-viewer[data-state=waiting]")).to_be_visible()
    found["waiting"] = worker.page.evaluate(_LOOK)
    worker.page.route("**/js/viewer.js", lambda route: route.abort())
    worker.page.route("**/m/demo", only_get)  # it would load itself again
    worker.go("/m/demo")
    expect(worker.page.get_by_role("alert")).to_be_visible()
    found["missing"] = worker.page.evaluate(_LOOK)
    assert not {state: faults for state, faults in found.items() if faults}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_open_drawer(worker: Worker, scheme: str) -> None:
    show(worker, scheme)
    worker.context.add_init_script(path=AXE)
    worker.open_machine("demo")
    found = {}
    for section, name in (("channels", "demo · display 0"), ("sessions", "admin"), ("machines", "Demo desktop")):
        worker.admin(section)
        worker.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        expect(worker.page.get_by_role("dialog").get_by_role("term").first).to_be_visible()
        found[section] = worker.page.evaluate(_LOOK)
        worker.page.keyboard.press("Escape")
    assert not {section: faults for section, faults in found.items() if faults}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_pages_of_links(
    browser: Browser, worker: Worker, cleanup: ExitStack, scheme: str
) -> None:
    new = cleanup.enter_context(NewOffice())
    stranger = cleanup.enter_context(Worker(browser, new, ""))
    show(stranger, scheme)
    stranger.context.add_init_script(path=AXE)
    found = {}
    for name, link in (("set-up", new.link), ("ticket", worker.ticket_link("demo")), ("spent", f"{new.origin}/t/demo")):
        stranger.page.goto(link)
        found[name] = stranger.page.evaluate(_LOOK)
    assert not {name: faults for name, faults in found.items() if faults}


def test_pages_fit_a_phone(worker: Worker) -> None:
    worker.page.set_viewport_size(PHONE)
    for path in PAGES:
        come_to(worker, path)
        width = worker.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{path} is {width} wide"


def test_dashboard_stays_smooth_with_a_thousand_sessions_and_five_thousand_channels(worker: Worker) -> None:
    worker.context.add_init_script(path=CROWD)
    worker.admin("channels")
    expect(worker.page.get_by_text("5000", exact=True)).to_be_visible()
    worker.page.get_by_role("button", name="Bytes/s").click()
    for figures in range(1, 5):
        worker.page.locator(".grid").hover()
        worker.page.mouse.wheel(0, 9000)
        expect(worker.page.locator("main")).to_be_visible()
        wait_for("figures", lambda count=figures: len(worker.page.evaluate("window.works")) > count)  # type: ignore[misc]
    drawn = worker.page.locator("tbody[role=rowgroup] tr").count()
    assert 10 < drawn < 60, "only rows in sight are elements"
    worker.page.get_by_label("Filter registered channels").fill("vm42 display 10.2.7.0/24")
    expect(worker.row()).to_have_count(1)
    works = worker.page.evaluate("window.works")
    print(json.dumps(works))
    shares = [work["milliseconds"] / work["reading"] for work in works[1:]]
    assert median(shares) < MOST_READINGS, "only what is in sight costs something"
    worker.page.get_by_role("link", name="Sessions", exact=True).click()
    expect(worker.page.get_by_text("1000", exact=True).first).to_be_visible()
