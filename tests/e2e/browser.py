"""Chromium, and the viewer page as a person has it before them."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import numpy as np
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FloatRect,
    Page,
    Playwright,
    ViewportSize,
    expect,
)

from tests.e2e import picture
from tests.e2e.credentials import NAME, PASSWORD
from tests.e2e.picture import Pixels
from tests.e2e.program import PATIENCE, ticks

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: The picture that is on show.
CANVAS = "spice-viewer canvas.picture:not([hidden])"
VIEWPORT: ViewportSize = {"width": 1400, "height": 1000}
PATIENCE_MS = 1000 * PATIENCE

#: Listens from before the element exists.
_WATCH = """
window.firstFrame = new Promise((seen) => {
  window.addEventListener("spice-firstframe", (event) => seen({at: performance.now(), ...event.detail}));
});
"""

#: Playwright's own waiting evaluates strings in the page, which the page's policy forbids.
_WITHIN = """([name, milliseconds]) => Promise.race([
  window[name],
  new Promise((_, fail) => setTimeout(() => fail(new Error(`no ${name} within ${milliseconds} ms`)), milliseconds)),
])"""

#: A picture as base64: far quicker across the debugging protocol than an array of numbers.
_AS_BASE64 = """
const asBase64 = async (bytes) => {
  const url = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(new Blob([bytes]));
  });
  return url.slice(url.indexOf(",") + 1);
};
"""

_SNAPSHOT = f"""async () => {{
  {_AS_BASE64}
  const element = document.querySelector("spice-viewer");
  const taken = element?.snapshot && await element.snapshot().catch(() => null);
  return taken && {{width: taken.width, height: taken.height, data: await asBase64(taken.data)}};
}}"""

#: The canvas belongs to the worker; drawing it on another shows what it presents.
_PRESENTED = f"""async (selector) => {{
  {_AS_BASE64}
  const shown = document.querySelector("spice-viewer").shadowRoot.querySelector(selector);
  if (!shown) return null;
  const copy = new OffscreenCanvas(shown.width, shown.height).getContext("2d");
  copy.drawImage(shown, 0, 0);
  const taken = copy.getImageData(0, 0, shown.width, shown.height);
  return {{width: taken.width, height: taken.height, data: await asBase64(taken.data)}};
}}"""

_CANVAS_PIXELS = f"""async (selector) => {{
  {_AS_BASE64}
  const canvas = document.querySelector(selector);
  if (!canvas) return null;
  const taken = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return {{width: taken.width, height: taken.height, data: await asBase64(taken.data)}};
}}"""

expect.set_options(timeout=PATIENCE_MS)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


class Visitor:
    """Somebody with a fresh browser profile. `complaints` gathers what the console says is wrong."""

    def __init__(self, browser: Browser, viewport: ViewportSize = VIEWPORT, *, touch: bool = False) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=viewport, ignore_https_errors=True, has_touch=touch, is_mobile=touch
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.console: deque[str] = deque(maxlen=40)
        """What it said last, of whatever kind."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def close(self) -> None:
        self.context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        self.console.append(message.text)
        if message.type == "error":
            self.complaints.append(message.text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class FirstFrame:
    """When the page had its first complete picture and when the machine had answered, ms since its navigation."""

    shown: float
    answered: float


class Viewer(Visitor):
    """Somebody who logs in and opens a machine."""

    def open(self, link: str) -> None:
        """The link leads through the log-in to the machine."""
        self.page.goto(link)
        if self.page.locator("#password").count():
            self.page.fill("#name", NAME)
            self.page.fill("#password", PASSWORD)
            with self.page.expect_navigation():
                self.page.click("button[type=submit]")

    def wait_for_first_frame(self) -> FirstFrame:
        try:
            seen = self.page.evaluate(_WITHIN, ["firstFrame", PATIENCE_MS])
        except Error as error:
            raise AssertionError(f"{error.message}; {self.account()}") from None
        return FirstFrame(seen["at"], seen["at"] - seen["milliseconds"] + seen["steps"]["reach"])

    def wait_for_input(self) -> None:
        """Returns when keys and pointer reach the machine: INPUTS may open later than the picture comes."""
        expect(self.page.locator("spice-viewer button[data-keys]").first).to_be_enabled()

    def prefer_compression(self, name: str) -> None:
        """Asks the machine, in a new session, to compress like this; returns with its first frame."""
        self.page.evaluate(
            """(name) => {
              const element = document.querySelector("spice-viewer");
              window.preferred = new Promise((seen) => {
                element.addEventListener("spice-firstframe", () => seen(), {once: true});
              });
              element.setAttribute("compression", name);
              element.reconnect();
            }""",
            name,
        )
        self.page.evaluate(_WITHIN, ["preferred", PATIENCE_MS])

    def wait_for_image_type(self, name: str) -> None:
        """Returns when the viewer says that it decoded an image of this type (its counters come once a second)."""
        types: dict[str, int] = {}
        for _ in ticks(PATIENCE, 0.1):
            types = self.counters().get("byType", {})
            if types.get(name):
                return
        raise AssertionError(f"no {name} image came, only {types}")

    def account(self) -> str:
        """What can be said about a viewer that does not do what it should."""
        said = self.page.evaluate("""() => {
          const element = document.querySelector("spice-viewer");
          return {address: location.pathname, state: element?.state, stats: element?.stats,
                  text: element?.shadowRoot?.querySelector(".card")?.innerText};
        }""")
        return f"{said}, console: {self.complaints}"

    def snapshot(self) -> Pixels | None:
        """The primary surface as the viewer has it; None while there is none."""
        return _pixels(self.page.evaluate(_SNAPSHOT))

    def presented(self) -> Pixels | None:
        """The picture as it is on the canvas that a person sees."""
        return _pixels(self.page.evaluate(_PRESENTED, CANVAS.removeprefix("spice-viewer ")))

    def wait_until_shows(self, expected: Pixels, name: str) -> None:
        """Returns when the surface equals the picture in every pixel; otherwise fails with the difference."""
        wait_until_equal(self.snapshot, expected, name)

    def wait_until_agrees(self, look: Callable[[], Pixels], name: str) -> Pixels:
        """The still screen of a machine, once the viewer shows what another client's `look` at it does.

        A server that still has drawings to carry out shows its newest client an older picture: it is looked at anew.
        """
        expected = look()
        for _ in ticks(PATIENCE, 0):
            for _ in ticks(2, 0.05):
                shown = self.snapshot()
                if shown is not None and picture.equal(shown, expected):
                    return expected
            expected = look()
        self.wait_until_shows(expected, name)
        return expected

    def hide_all_but_the_picture(self) -> None:
        self.page.evaluate("""() => {
          for (const part of document.querySelector("spice-viewer").shadowRoot.children)
            if (!part.querySelector("canvas.picture")) part.style.visibility = "hidden";
        }""")

    def photograph(self) -> Pixels:
        """The picture as the page displays it, in page pixels."""
        shot = self.page.locator(CANVAS).first.screenshot(animations="disabled", caret="hide")
        with Image.open(BytesIO(shot)) as image:
            return np.asarray(image.convert("RGB"))

    def counters(self) -> Any:
        """What the element says of its session."""
        return self.page.evaluate("document.querySelector('spice-viewer').stats")

    def send_ctrl_alt_del(self) -> None:
        """Through the toolbar."""
        self.page.get_by_role("button", name="Open the toolbar").click()
        self.page.get_by_role("button", name="Ctrl+Alt+Del").click()

    def canvas_box(self) -> FloatRect:
        """Where on the page the picture is, in CSS pixels."""
        box = self.page.locator(CANVAS).first.bounding_box()
        if box is None:
            raise RuntimeError("the viewer shows no picture")
        return box

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where on the page the middle of the machine's pixel (x, y) is."""
        box, size = self.canvas_box(), self.snapshot()
        if size is None:
            raise RuntimeError("the viewer has no picture")
        height, width = size.shape[:2]
        return box["x"] + (x + 0.5) * box["width"] / width, box["y"] + (y + 0.5) * box["height"] / height


def canvas_pixels(page: Page, selector: str) -> Pixels | None:
    """What a 2D canvas of the page holds; None when there is no such canvas."""
    return _pixels(page.evaluate(_CANVAS_PIXELS, selector))


def wait_until_equal(look: Callable[[], Pixels | None], expected: Pixels, name: str) -> None:
    """Looks until it sees the expected picture. Failing, keeps both in `test-results/`."""
    shown: Pixels | None = None
    for _ in ticks(PATIENCE, 0.05):
        shown = look()
        if shown is not None and picture.equal(shown, expected):
            return
    if shown is None:
        raise AssertionError("no picture at all")
    picture.keep(name, ours=shown, expected=expected)
    raise AssertionError(picture.difference(shown, expected))


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    try:
        yield browser
    finally:
        browser.close()


def _pixels(taken: dict[str, Any] | None) -> Pixels | None:
    if not taken or not taken["width"]:
        return None
    return picture.from_rgba(taken["width"], taken["height"], base64.b64decode(taken["data"]))
