"""The demo machine in browsers: the canvas is its framebuffer, in every pixel, while somebody works on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.apps.terminal import Terminal
from gateway.machines.demo.apps.video import Video
from gateway.machines.demo.limits import DEFAULT_HEIGHT, DEFAULT_WIDTH
from tests.e2e import picture
from tests.e2e.browser import Viewer, Visitor, canvas_pixels
from tests.e2e.demo_gateway import MACHINE, DemoGateway, wait_until_same
from tests.e2e.firefox import FirefoxViewer
from tests.e2e.keys import Keyboard
from tests.e2e.office_visitor import note_toasts, told_by_toast
from tests.e2e.program import wait_for
from tests.e2e.spice_gtk.client import SpiceGtk
from tests.e2e.static_site import StaticSite
from tests.e2e.test_spice_html5 import SCREEN, SPICE_HTML5, address, wait_for_keys

pytestmark = pytest.mark.e2e

def window(gateway: DemoGateway, name: str) -> App:
    """An application's window, on top."""

    def bring_up() -> App:
        app = gateway.demo.app(name)
        gateway.demo.desktop.activate(app)
        return app

    return gateway.call(bring_up)


def lines(gateway: DemoGateway, terminal: App) -> str:
    assert isinstance(terminal, Terminal)
    return "\n".join(gateway.call(lambda: terminal.lines))


@pytest.fixture
def gateway(cleanup: ExitStack) -> DemoGateway:
    return cleanup.enter_context(DemoGateway())


@pytest.fixture
def person(browser: Browser, cleanup: ExitStack, gateway: DemoGateway) -> Viewer:
    """Somebody whose window is as large as the machine's screen."""
    viewer = cleanup.enter_context(Viewer(browser, {"width": DEFAULT_WIDTH, "height": DEFAULT_HEIGHT}))
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    viewer.wait_for_input()
    return viewer


def test_chromium_shows_the_framebuffer(gateway: DemoGateway, person: Viewer) -> None:
    wait_until_same(person.snapshot, gateway, "demo-snapshot")
    wait_until_same(person.presented, gateway, "demo-canvas")
    assert picture.colours(gateway.pixels()) > 1000
    assert person.complaints == []


def test_window_is_opened_typed_in_and_dragged(gateway: DemoGateway, person: Viewer) -> None:
    terminal = window(gateway, "terminal")
    wait_until_same(person.presented, gateway, "demo-terminal")
    Keyboard(person.page).type("echo from the browser\n")
    wait_for("answer of the shell", lambda: "\nfrom the browser" in lines(gateway, terminal))
    wait_until_same(person.presented, gateway, "demo-typed")
    left, top = terminal.left, terminal.top
    drag(person, (left + 200, top + 12), (left + 90, top + 140))
    wait_for("window where it was dragged", lambda: (terminal.left, terminal.top) == (left - 110, top + 128))
    wait_until_same(person.presented, gateway, "demo-dragged")


def test_click_on_the_dock_opens_an_application(gateway: DemoGateway, person: Viewer) -> None:
    demo = gateway.demo
    at = next(index for index, item in enumerate(demo.desktop.dock.items) if item.icon == "drawing")
    tile = gateway.call(lambda: demo.desktop.dock.tile(at))
    person.page.mouse.click(*person.point((tile.left + tile.right) // 2, (tile.top + tile.bottom) // 2))
    wait_for("drawing board", lambda: any(one.icon == "drawing" for one in gateway.call(demo.desktop.windows.copy)))
    wait_until_same(person.presented, gateway, "demo-opened")


def test_video_that_stops_leaves_its_last_picture_exactly(gateway: DemoGateway, person: Viewer) -> None:
    video = window(gateway, "video")
    assert isinstance(video, Video)
    start = video.number
    gateway.call(video.toggle)
    wait_for("two seconds of video", lambda: video.number >= start + 60)
    gateway.call(video.toggle)
    wait_until_same(person.presented, gateway, "demo-video")


def test_browser_and_native_client_use_the_machine_together(
    gateway: DemoGateway, person: Viewer, cleanup: ExitStack
) -> None:
    way_in = {"host": "127.0.0.1", "port": str(gateway.address.port), "password": gateway.ticket()}
    native = cleanup.enter_context(SpiceGtk(**way_in)).opened("display", "inputs")
    terminal = window(gateway, "terminal")
    Keyboard(person.page).type("echo from")
    wait_for("what the browser typed", lambda: "echo from" in lines(gateway, terminal))
    for code in (0x39, 0x30, 0x18, 0x14, 0x23, 0x1C):  # a blank, b o t h, Enter
        native.do("key_press_and_release", code=code)
    wait_for("answer of the shell", lambda: "\nfrom both" in lines(gateway, terminal))
    wait_until_same(person.presented, gateway, "demo-together-browser")
    wait_until_same(native.picture, gateway, "demo-together-native")
    native.do("disconnect")
    native.expect("channel-event", channel="display", what="closed")
    Keyboard(person.page).type("date\n")
    wait_until_same(person.presented, gateway, "demo-alone-again")


def test_file_over_the_viewer_does_not_lead_the_browser_away(person: Viewer) -> None:
    note_toasts(person.page)
    taken = person.page.evaluate("""() => {
      const viewer = document.querySelector("spice-viewer");
      const event = (type) => new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: new DataTransfer()});
      viewer.dispatchEvent(event("dragenter"));
      return !viewer.dispatchEvent(event("dragover"));
    }""")
    assert taken
    told_by_toast(person.page, "takes no files yet")


def test_browser_that_is_too_old_is_told_so(browser: Browser, cleanup: ExitStack, gateway: DemoGateway) -> None:
    viewer = cleanup.enter_context(Viewer(browser))
    viewer.context.add_init_script("delete HTMLCanvasElement.prototype.transferControlToOffscreen")
    viewer.open(gateway.link)
    expect(viewer.page.get_by_text("This browser cannot show machines")).to_be_visible()
    expect(viewer.page.get_by_role("link", name="Home")).to_be_visible()


def drag(person: Viewer, start: tuple[int, int], end: tuple[int, int]) -> None:
    """With the left button, in steps."""
    mouse = person.page.mouse
    mouse.move(*person.point(*start))
    mouse.down()
    mouse.move(*person.point(*end), steps=12)
    mouse.up()


def test_firefox_shows_the_framebuffer(gateway: DemoGateway, cleanup: ExitStack, tmp_path: Path) -> None:
    viewer = cleanup.enter_context(FirefoxViewer(tmp_path / "firefox", gateway.link))
    wait_until_same(viewer.snapshot, gateway, "demo-firefox")
    window(gateway, "terminal")
    wait_until_same(viewer.snapshot, gateway, "demo-firefox-terminal")


# spice-html5, unmodified


def test_spice_html5_shows_the_demo_machine_and_types_in_it(browser: Browser, cleanup: ExitStack) -> None:
    site = cleanup.enter_context(StaticSite(SPICE_HTML5))
    gateway = cleanup.enter_context(DemoGateway(allowed_origin=site.origin))
    terminal = window(gateway, "terminal")
    visitor = cleanup.enter_context(Visitor(browser))
    open_spice_html5(visitor, address(site, gateway, gateway.ticket(), MACHINE))
    wait_until_same(lambda: canvas_pixels(visitor.page, SCREEN), gateway, "spice-html5-demo")
    visitor.page.hover(SCREEN)
    inputs = gateway.demo.server.inputs
    before = inputs.counters.messages_in
    wait_for_keys(visitor, lambda: inputs.counters.messages_in > before)
    for character in "date\n":
        type_slowly(visitor.page, character, lambda: lines(gateway, terminal))
    wait_until_same(lambda: canvas_pixels(visitor.page, SCREEN), gateway, "spice-html5-demo-typed")


def test_spice_html5_plays_a_video_and_shows_its_last_picture(browser: Browser, cleanup: ExitStack) -> None:
    site = cleanup.enter_context(StaticSite(SPICE_HTML5))
    gateway = cleanup.enter_context(DemoGateway(allowed_origin=site.origin))
    video = window(gateway, "video")
    assert isinstance(video, Video)
    visitor = cleanup.enter_context(Visitor(browser))
    open_spice_html5(visitor, address(site, gateway, gateway.ticket(), MACHINE))
    wait_until_same(lambda: canvas_pixels(visitor.page, SCREEN), gateway, "spice-html5-video-before")
    start = video.number
    gateway.call(video.toggle)
    wait_for("three seconds of video", lambda: video.number >= start + 90)
    gateway.call(video.toggle)
    wait_until_same(lambda: canvas_pixels(visitor.page, SCREEN), gateway, "spice-html5-video")


def open_spice_html5(visitor: Visitor, where: str) -> None:
    """Until its canvas is there."""
    visitor.page.goto(where)
    try:
        visitor.page.wait_for_selector(SCREEN)
    except Error as error:
        raise AssertionError(f"spice-html5 shows nothing; its console: {list(visitor.console)}") from error


def type_slowly(page: Page, character: str, look: Callable[[], str]) -> None:
    """One key, and its effect: spice-html5 confuses keys that come together."""
    before = look()
    page.keyboard.type(character)
    wait_for(f"effect of {character!r}", lambda: look() != before)
