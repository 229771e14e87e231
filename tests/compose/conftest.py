"""The stack, built and started once for all tests, and somebody with a browser."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.compose.engine import Stack, find_engine
from tests.e2e.browser import CHROMIUM, Viewer, chromium
from tests.e2e.credentials import NAME, PASSWORD
from tests.e2e.program import PATIENCE, ticks
from tests.e2e.reserved import free_port

SERVICES = ("gateway", "desktop")
#: From `up` to a link in the log: the gateway waits for the desktop.
START_SECONDS = 240
RELOADS = 5
INTERFACE_APPEARED = "ERR_NETWORK_CHANGED"


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """From nothing; nothing is left of it but the images."""
    engine = find_engine()
    if engine is None:
        pytest.skip("no container engine: docker/compose.yaml is not tested. Install docker with its compose plugin")
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no Chromium: 'make test-apt' installs it")
    stack = Stack(engine, f"spicegate-test-{os.getpid()}", free_port())
    stack.build()
    try:
        stack.up()
        yield stack
    finally:
        stack.down(with_volumes=True)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Viewer]:
    with Viewer(browser) as somebody:
        yield somebody


@dataclass(frozen=True)
class Desk:
    """The desktop, opened in the browser as somebody new to it does: by the link in the gateway's log."""

    stack: Stack
    viewer: Viewer

    def log_in(self) -> None:
        """The first time by setting up, later by name and password."""
        wait_until_running(self.stack)
        wait_until("link in the gateway's log", lambda: links(self.stack), START_SECONDS)
        page = self.viewer.page
        page.goto(links(self.stack)[-1])
        if not page.locator("#again").count():
            self.viewer.open(f"{self.stack.origin}/login")
            return
        page.fill("#name", NAME)
        for field in ("#password", "#again"):
            page.fill(field, PASSWORD)
        page.click("button[type=submit]")

    def open(self) -> None:
        """Returns with the desktop's first picture."""
        for _ in range(RELOADS):
            self.viewer.complaints.clear()
            if self._load():
                break
        self.viewer.wait_for_first_frame()

    def _load(self) -> bool:
        """Whether all of the page came. Chromium drops what it is loading when a network interface of this computer
        appears, and a container that was started a moment ago brings one; a person would load the page again."""
        try:
            self.log_in()
            self.viewer.page.goto(f"{self.stack.origin}/m/desktop", wait_until="networkidle")
        except Error as error:
            if INTERFACE_APPEARED not in error.message:
                raise
            return False
        return not any(INTERFACE_APPEARED in complaint for complaint in self.viewer.complaints)


@pytest.fixture
def desk(stack: Stack, viewer: Viewer) -> Desk:
    return Desk(stack, viewer)


def wait_until_running(stack: Stack) -> None:
    """Every container says that it is well."""
    for service in SERVICES:
        wait_until(f"health of the {service}", partial(stack.healthy, service), START_SECONDS)


def links(stack: Stack) -> list[str]:
    """The links that the gateway has printed since it was started, oldest first."""
    return re.findall(rf"Open ({re.escape(stack.origin)}/\S*)", stack.logs("gateway"))


def wait_until(what: str, probe: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Looks again and again at something that announces nothing."""
    for _ in ticks(seconds, 0.2):
        if probe():
            return
    raise AssertionError(f"no {what} within {seconds} s")
