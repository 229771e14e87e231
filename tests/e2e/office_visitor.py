"""Somebody of the office before their browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e.browser import VIEWPORT, Visitor
from tests.e2e.credentials import NAME, PASSWORD
from tests.e2e.office import Office
from tests.e2e.program import wait_for

_NOTE_TOASTS = """() => {
  window.toasts = [];
  const toast = document.querySelector("spice-viewer").shadowRoot.querySelector(".toast");
  const look = () => toast.checkVisibility() && window.toasts.push(toast.innerText);
  new MutationObserver(look).observe(toast, {attributes: true, childList: true});
}"""


class Worker(Visitor):
    """Logs in as `name`, unless that is empty."""

    def __init__(self, browser: Browser, office: Office, name: str = NAME, viewport: ViewportSize = VIEWPORT) -> None:
        super().__init__(browser, viewport)
        self.office = office
        if name:
            self.go("/login")
            self.log_in(name)

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        """On the page that asks for it."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        with self.page.expect_navigation():  # to where they wanted, or to the same page with what is wrong
            self.page.locator("main").get_by_role("button", name="Log in").click()

    def go(self, path: str) -> None:
        self.page.goto(self.office.origin + path)

    def admin(self, section: str) -> None:
        """The dashboard's section, live."""
        self.go(f"/admin#{section}")
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible()

    def open_machine(self, name: str) -> Page:
        """In another tab; returned with its first picture."""
        page = self.context.new_page()
        page.goto(f"{self.office.origin}/m/{name}")
        wait_connected(page)
        return page

    def ticket_link(self, machine: str, *rights: str) -> str:
        """A link that opens a machine once, to look at it and for more `rights`."""
        return str(
            self.page.request.post(
                f"{self.office.origin}/api/v1/tickets",
                data={"machine": machine, "rights": ["view", *rights], "lifetime": 3600, "note": "for a visitor"},
                headers={"Origin": self.office.origin},
            ).json()["link"]
        )

    def row(self, *words: str) -> Locator:
        """The row of the dashboard's table that has these words."""
        rows = self.page.locator("main tbody[role=rowgroup] tr")
        for word in words:
            rows = rows.filter(has_text=word)
        return rows

    def act(self, row: Locator, action: str) -> None:
        row.get_by_role("button", name=action, exact=True).click()

    def answer(self, action: str) -> None:
        """In the dialog that is open."""
        self.page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()


def wait_connected(page: Page) -> None:
    expect(page.locator("spice-viewer[data-state=connected]")).to_be_visible()


def note_toasts(page: Page) -> None:
    """From now on; they do not stay."""
    page.evaluate(_NOTE_TOASTS)


def told_by_toast(page: Page, sentence: str) -> None:
    """The viewer's page said it since `note_toasts`."""
    wait_for(f"toast {sentence!r}", lambda: any(sentence in toast for toast in page.evaluate("window.toasts")))


def shown_by_viewer(page: Page, text: str | re.Pattern[str]) -> None:
    """The viewer's page says it."""
    expect(page.locator("spice-viewer").get_by_text(text).filter(visible=True).first).to_be_visible()


Enter = Callable[..., Worker]
"""Somebody comes to work: `enter("uma")`, or without a name the administrator."""
