"""Every page as a screen reader, a phone and a busy gateway show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.e2e.office import NewOffice, Office
from tests.e2e.office_visitor import Worker, wait_connected

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CROWD = Path(__file__).with_name("crowd.js")
PHONE: ViewportSize = {"width": 390, "height": 780}
SECTIONS = ("channels", "sessions", "machines", "people", "tickets", "audit", "alerts")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(worker: Worker, scheme: str) -> None:
    worker.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
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
    found["a dialog"] = worker.page.evaluate(_LOOK)
    worker.answer("Cancel")
    worker.context.clear_cookies()
    come_to(worker, "/login")
    found["/login"] = worker.page.evaluate(_LOOK)
    assert not {path: faults for path, faults in found.items() if faults}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_viewer(worker: Worker, scheme: str) -> None:
    worker.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
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
    worker.go("/m/demo")
    expect(worker.page.get_by_role("alert")).to_be_visible()
    found["missing"] = worker.page.evaluate(_LOOK)
    assert not {state: faults for state, faults in found.items() if faults}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_open_drawer(worker: Worker, scheme: str) -> None:
    worker.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
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
    stranger.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
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
        worker.page.evaluate("""(count) => new Promise((done) => {
          const look = () => window.works.length > count ? done() : requestAnimationFrame(look);
          look();
        })""", figures)  # fmt: skip
    drawn = worker.page.locator("tbody[role=rowgroup] tr").count()
    assert 10 < drawn < 60, "only rows in sight are elements"
    worker.page.get_by_label("Filter registered channels").fill("vm42 display 10.2.7.0/24")
    expect(worker.row()).to_have_count(1)
    works = worker.page.evaluate("window.works")
    print(json.dumps({"figures_ms": [round(ms, 1) for ms in works]}))
    assert median(works[1:]) < 400, "a second's figures take a fraction of the second, however busy the computer"
    worker.page.get_by_role("link", name="Sessions", exact=True).click()
    expect(worker.page.get_by_text("1000", exact=True).first).to_be_visible()
