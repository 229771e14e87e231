"""The pictures of the README and docs, taken of the real programs: ``python -m tests.e2e.pictures [--only pages]``.

An X server with X programs on its screen, the gateway in front of it, Chromium before the gateway; then an office whose
people are at work, for the pages.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import Viewer, launch
from tests.e2e.gateway import Gateway
from tests.e2e.page_pictures import DESKTOP, PHONE, take_pages
from tests.e2e.xspice import HEIGHT, WIDTH, Xspice

ROOT = Path(__file__).resolve().parents[2]
TERMINAL = "cat CHANGELOG.md; echo; ls --color=always gateway static tests; printf '\\n$ '; cat"


def hills(path: Path) -> Path:
    """A landscape for the desktop's background."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    sky = np.stack([70 + 110 * y / HEIGHT, 110 + 80 * y / HEIGHT, 165 + 25 * y / HEIGHT], axis=-1)
    for layer in range(4):
        ridge = HEIGHT * (0.52 + 0.12 * layer) + sum(
            HEIGHT * 0.035 / wave * np.sin(x / WIDTH * math.tau * wave * (1.3 + layer * 0.4) + layer * 2)
            for wave in (1, 2, 3)
        )
        tone = np.array([52, 88, 84]) * (1 - layer * 0.19)
        sky = np.where((y > ridge)[..., None], tone + 14 * (y - ridge)[..., None] / HEIGHT, sky)
    Image.fromarray(sky.clip(0, 255).astype(np.uint8)).save(path)
    return path


def furnish(screen: Xspice, home: Path) -> None:
    """What somebody might have on their screen."""
    _run(screen, "display", "-window", "root", str(hills(home / "hills.png")))
    terminal = ("-fa", "DejaVu Sans Mono", "-fs", "12", "-bg", "#1d2021", "-fg", "#ebdbb2")
    screen.show("xterm", *terminal, "-title", "Terminal", "-geometry", "104x38+90+90", "-e", "sh", "-c", TERMINAL)
    screen.show("xclock", "-geometry", "300x300+1500+90", "-bg", "#f4f1ea", "-update", "60")
    screen.show("xeyes", "-geometry", "300x200+1500+480")
    screen.show("xcalc", "-geometry", "300x420+1180+480")
    for name in ("xclock", "xeyes", "Calculator", "Terminal"):
        screen.wait_until(name, partial(_run, screen, "xwininfo", "-name", name))


def _run(screen: Xspice, *command: str) -> bool:
    """Whether an X program ended well on the screen."""
    environment = {**os.environ, "DISPLAY": screen.display}
    return subprocess.run(command, env=environment, capture_output=True, timeout=30).returncode == 0


def take(browser: Browser, gateway: Gateway, to: Path, dark: bool) -> None:
    """The viewer, at the size of a desk's and of a phone's screen."""
    with Viewer(browser, DESKTOP) as viewer:
        shade = "-dark" if dark else ""
        viewer.page.emulate_media(color_scheme="dark" if dark else "light")
        viewer.open(gateway.link)
        viewer.wait_for_first_frame()
        viewer.page.wait_for_timeout(1500)
        viewer.page.screenshot(path=to / f"viewer{shade}.png")
        viewer.page.get_by_role("button", name="Open the toolbar").click()
        viewer.page.wait_for_timeout(500)
        viewer.page.screenshot(path=to / f"toolbar{shade}.png")
        viewer.page.set_viewport_size(PHONE)
        viewer.page.wait_for_timeout(500)
        viewer.page.screenshot(path=to / f"viewer-phone{shade}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--only", choices=("viewer", "pages"))
    arguments = parser.parse_args()
    if arguments.only != "pages":
        take_viewer(arguments.to)
    if arguments.only != "viewer":
        take_pages(arguments.to)


def take_viewer(to: Path) -> None:
    """The viewer before an X screen."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        screen = stack.enter_context(Xspice(home / "xspice"))
        furnish(screen, home)
        browser = launch(stack.enter_context(sync_playwright()))
        for dark in (False, True):
            with Gateway(home / f"gateway-{dark}", screen.url, screen.password) as gateway:
                take(browser, gateway, to, dark)
        browser.close()


if __name__ == "__main__":
    main()
