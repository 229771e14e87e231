"""Pictures of every page: an office at work, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from gateway.machines.demo.apps.video import Video
from gateway.web.keys import FLEET
from tests.e2e.browser import launch
from tests.e2e.office import NewOffice, Office
from tests.e2e.office_visitor import Worker

DESKTOP: ViewportSize = {"width": 1280, "height": 760}
DEMO: ViewportSize = {"width": 1280, "height": 800}
"""The demo machine's own size."""
PHONE: ViewportSize = {"width": 390, "height": 780}
SIZES = ((DESKTOP, ""), (PHONE, "-phone"))
MINUTE_MS = 40_000
"""What passes before the dashboard's pictures: their lines want something behind them."""

PAGES = {
    "machines": "/",
    "account": "/account",
}
DASHBOARD = {
    "admin-channels": "/admin#channels",
    "admin-sessions": "/admin#sessions",
    "admin-machines": "/admin#machines",
    "admin-people": "/admin#people",
    "admin-tickets": "/admin#tickets",
    "admin-audit": "/admin#audit",
    "admin-alerts": "/admin#alerts",
}

MACHINES = (
    ("design", "Design studio", {"os": "Fedora 42", "gpu": "shared"}, ("studio",)),
    ("build", "Build server", {"os": "Debian 12"}, ("workshop",)),
    ("win11", "Accounting", {"os": "Windows 11"}, ("office",)),
)


def take_pages(to: Path) -> None:
    """All of them, into the directory `to`."""
    with ExitStack() as stack:
        office = stack.enter_context(Office())
        browser = launch(stack.enter_context(sync_playwright()))
        take_entrances(browser, office, to)
        office.call(lambda: furnish(office))
        people = [stack.enter_context(Worker(browser, office, name)) for name in ("uma", "olga", "vera")]
        for worker, machine in zip(people, ("demo", "office", "demo"), strict=True):
            worker.open_machine(machine)
        admin = stack.enter_context(Worker(browser, office, viewport=DESKTOP))
        for name in ("demo", "design", "office"):
            opened = admin.open_machine(name)
            opened.wait_for_timeout(1500)  # its picture goes to the gateway meanwhile
            opened.close()
            admin.ticket_link(name)
        for dark in (False, True):
            shoot(admin.page, office.origin, PAGES, to, dark)
        admin.admin("channels")
        admin.page.wait_for_timeout(MINUTE_MS)
        for dark in (False, True):
            take_details(admin.page, to, dark)
            shoot(admin.page, office.origin, DASHBOARD, to, dark)
            take_preview(admin, to, dark)
        browser.close()


def take_entrances(browser: Browser, office: Office, to: Path) -> None:
    """What people see before they have logged in, and the demo machine as it is when they have."""
    with ExitStack() as stack:
        new = stack.enter_context(NewOffice())
        stranger = stack.enter_context(Worker(browser, office, ""))
        admin = stack.enter_context(Worker(browser, office, viewport=DEMO))
        for dark in (False, True):
            shoot(stranger.page, office.origin, {"login": "/login"}, to, dark)
            shoot(stranger.page, "", {"setup": new.link, "ticket": admin.ticket_link("demo")}, to, dark)
        demo = admin.open_machine("demo")
        demo.wait_for_timeout(1500)
        keep(demo, to / "demo.png")


def furnish(office: Office) -> None:
    """More machines, and a video that somebody plays."""
    elsewhere = office.app[FLEET].get("office")
    assert elsewhere is not None
    for name, title, labels, groups in MACHINES:
        office.app[FLEET].put(replace(elsewhere.spec, name=name, title=title, labels=labels, groups=groups))
    video = office.demo.app("video")
    assert isinstance(video, Video)
    video.toggle()


def take_details(page: Page, to: Path, dark: bool) -> None:
    """What stands beside a channel's row, on the page that is shown."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    if "#channels" not in page.url:
        page.get_by_role("link", name="Channels", exact=True).click()
    page.get_by_role("button", name="demo · display 0").click()
    page.wait_for_timeout(2500)
    keep(page, to / f"admin-channel{'-dark' if dark else ''}.png")
    page.keyboard.press("Escape")


def take_preview(admin: Worker, to: Path, dark: bool) -> None:
    """What a session shows, beside its row and above all that is known of it."""
    page, shade = admin.page, "-dark" if dark else ""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(f"{admin.office.origin}/admin#sessions")
    name = admin.row("olga", "office").get_by_role("button", name="olga")
    name.hover()
    expect(page.get_by_role("tooltip").get_by_role("img")).to_be_visible()
    page.wait_for_timeout(600)
    keep(page, to / f"admin-preview{shade}.png")
    page.set_viewport_size(PHONE)
    name.click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    page.wait_for_timeout(600)
    keep(page, to / f"admin-session-phone{shade}.png")
    page.keyboard.press("Escape")
    page.set_viewport_size(DESKTOP)


def shoot(page: Page, origin: str, pages: Mapping[str, str], to: Path, dark: bool) -> None:
    """Pages in both sizes. The dashboard is not loaded anew: it keeps what it has measured."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.mouse.move(2, 2)
    for size, suffix in SIZES:
        page.set_viewport_size(size)
        for name, path in pages.items():
            page.goto(origin + path)
            page.wait_for_timeout(1200)
            keep(page, to / f"{name}{suffix}{'-dark' if dark else ''}.png")
    page.set_viewport_size(DESKTOP)


def keep(page: Page, path: Path) -> None:
    """As small as PNG gets without losing anything."""
    Image.open(BytesIO(page.screenshot())).convert("RGB").save(path, optimize=True)
