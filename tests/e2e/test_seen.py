"""What machines show, on the machines page and in the dashboard: pictures, frames a second, round trips."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Error, Locator, Page, Request, expect

from gateway.machines.demo.apps.video import Video
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.spec import Spec
from gateway.web.keys import FLEET
from tests.e2e import picture
from tests.e2e.office import Office
from tests.e2e.office_visitor import Enter, Worker
from tests.e2e.oracle import screenshot
from tests.e2e.picture import Pixels
from tests.e2e.program import PATIENCE, ticks, wait_for
from tests.e2e.xspice import Xspice

pytestmark = pytest.mark.e2e

CELLS = 4
NEAR = 10
"""Levels by which the average colour of a cell may differ: a thumbnail is small, and a JPEG."""

_PIXELS = """async (image) => {
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
}"""

_FEED = """(seconds) => new Promise((done) => {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("figures", () => {
    if (--seconds) return;
    source.close();
    done();
  });
})"""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def screen(office: Office, tmp_path: Path, cleanup: ExitStack) -> Xspice:
    """An X screen behind the relay, as the machine `xscreen`, with something to be recognised by."""
    screen = cleanup.enter_context(Xspice(tmp_path / "xspice"))
    screen.show("xterm", "-bg", "#104080", "-geometry", "120x50+60+60", "-e", "sh", "-c", "cat")
    screen.show("xclock", "-bg", "#c08020", "-geometry", "700x700+1100+200", "-update", "3600")
    spec = Spec("xscreen", parse_endpoint(screen.url), screen.password, title="X screen", groups=("lab",))
    office.call(lambda: office.app[FLEET].put(spec))
    cleanup.callback(lambda: office.call(lambda: office.app[FLEET].remove("xscreen")))
    return screen


def cells(pixels: Pixels) -> Pixels:
    """The average colours of a picture's parts."""
    rows = [np.array_split(row, CELLS, axis=1) for row in np.array_split(pixels.astype(np.float64), CELLS, axis=0)]
    return np.array([[cell.mean(axis=(0, 1)) for cell in row] for row in rows])


def shown_by(image: Locator) -> Pixels | None:
    """None: it is being exchanged for the next."""
    try:
        data = image.evaluate(_PIXELS)
    except Error as error:
        if "EncodingError" not in error.message:
            raise
        return None
    return np.asarray(Image.open(BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGB"))


def wait_until_alike(image: Locator, machine: Callable[[], Pixels]) -> None:
    """Until the small picture shows what the machine shows."""
    expect(image).to_be_visible()
    small, expected = shown_by(image), machine()
    for _ in ticks(PATIENCE, 0.5):
        small, expected = shown_by(image), machine()
        if small is not None and np.abs(cells(small) - cells(expected)).max() <= NEAR:
            assert small.shape[1] <= 320
            assert cells(small).std() > 5, "a picture of something"
            return
    assert small is not None
    picture.keep("thumbnail", ours=small, expected=expected)
    raise AssertionError(f"cells differ by {np.abs(cells(small) - cells(expected)).max():.0f} levels")


def demo_pixels(office: Office) -> Pixels:
    def look() -> Pixels:
        office.demo.desktop.flush()
        surface = office.demo.display.surface
        assert surface is not None
        return surface.pixels[:, :, 2::-1].copy()

    return office.call(look)


def play(office: Office, playing: bool) -> None:
    def toggle() -> None:
        video = office.demo.app("video")
        assert isinstance(video, Video)
        if video.playing is not playing:
            video.toggle()

    office.call(toggle)


def cell(worker: Worker, column: str, *words: str) -> Locator:
    return worker.row(*words).locator(f".column-{column}")


def test_machines_page_shows_what_machines_show(enter: Enter, office: Office, screen: Xspice) -> None:
    uma = enter("uma")
    uma.open_machine("xscreen")
    uma.open_machine("demo")
    uma.go("/")
    recent = uma.page.get_by_role("region", name="Recent")
    expect(recent.get_by_role("heading", level=3)).to_have_text(["Demo desktop", "X screen"])
    wait_until_alike(recent.get_by_role("img", name="Screen of X screen"), lambda: screenshot(screen))
    wait_until_alike(recent.get_by_role("img", name="Screen of Demo desktop"), lambda: demo_pixels(office))
    assert uma.complaints == []


def test_picture_of_a_relayed_machine_stays_with_who_saw_it(enter: Enter, screen: Xspice) -> None:
    uma = enter("uma")
    viewer = uma.open_machine("xscreen")
    uma.go("/")
    shot = uma.page.get_by_role("img", name="Screen of X screen")
    wait_until_alike(shot, lambda: screenshot(screen))
    viewer.close()
    uma.go("/")
    wait_until_alike(shot, lambda: screenshot(screen))
    olga = enter("olga")
    olga.open_machine("demo")
    answer = olga.page.request.get(f"{olga.office.origin}/api/v1/machines/xscreen/picture")
    assert answer.status == 204


def test_dashboard_shows_a_sessions_screen_to_pointer_and_keyboard(
    enter: Enter, office: Office, screen: Xspice
) -> None:
    admin, uma = enter(), enter("uma")
    uma.open_machine("xscreen")
    uma.open_machine("demo")
    admin.admin("sessions")
    relayed, own = admin.row("uma", "xscreen"), admin.row("uma", "demo")
    relayed.get_by_role("button", name="uma").hover()
    tooltip = admin.page.get_by_role("tooltip")
    wait_until_alike(tooltip.get_by_role("img", name="Screen of uma at xscreen"), lambda: screenshot(screen))
    own.get_by_role("button", name="uma").hover()
    wait_until_alike(tooltip.get_by_role("img", name="Screen of uma at demo"), lambda: demo_pixels(office))
    admin.page.mouse.move(5, 5)
    expect(tooltip).to_be_hidden()
    admin.page.get_by_label("Tick all rows").focus()
    for _ in range(20):
        if tooltip.is_visible():
            break
        admin.page.keyboard.press("Tab")
    expect(tooltip.get_by_role("img")).to_be_visible()
    expect(admin.page.locator("[aria-describedby=preview]")).to_have_count(1)
    admin.page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()
    relayed.get_by_role("button", name="uma").click()
    details = admin.page.get_by_role("dialog")
    wait_until_alike(details.get_by_role("img", name="Screen of uma at xscreen"), lambda: screenshot(screen))
    admin.page.keyboard.press("Escape")
    assert admin.complaints == []


def test_frames_and_round_trips_are_told_and_an_idle_session_tells_nothing(
    enter: Enter, office: Office, screen: Xspice
) -> None:
    admin, uma = enter(), enter("uma")
    reports: list[Request] = []
    uma.context.on("request", lambda request: reports.append(request) if request.url.endswith("/report") else None)
    play(office, True)
    uma.open_machine("xscreen")
    viewer = uma.open_machine("demo")
    admin.admin("sessions")
    for machine in ("demo", "xscreen"):
        expect(cell(admin, "trip", "uma", machine)).to_have_text(re.compile(r"^[\d.]+.ms$"))
    frames = cell(admin, "frames", "uma", "demo")
    expect(frames).to_have_text(re.compile(r"^[1-9]\d*$"))
    play(office, False)
    expect(frames).to_have_text("0")
    wait_for("picture of the machine elsewhere", lambda: pictures_told(admin, reports, "xscreen"))
    assert not pictures_told(admin, reports, "demo")
    told = reports
    for _ in ticks(PATIENCE, 0):
        drawn, before = frames_drawn(viewer), len(reports)
        admin.page.evaluate(_FEED, 5)
        told = [report for report in reports[before:] if "demo" in report.url]
        if frames_drawn(viewer) == drawn and not told:  # what was drawn before is told of a moment later
            return
    raise AssertionError(f"nothing is drawn, and yet told: {[report.post_data for report in told]}")


def pictures_told(admin: Worker, reports: list[Request], machine: str) -> bool:
    admin.page.evaluate("null")  # requests are noted while the browser is listened to
    return any("picture" in (report.post_data_json or {}) for report in reports if machine in report.url)


def frames_drawn(viewer: Page) -> int:
    return int(viewer.evaluate("document.querySelector('spice-viewer').stats.frames"))
